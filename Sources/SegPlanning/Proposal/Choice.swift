/// A setting that was found for somebody's data, with why.
public struct Choice<Value: Sendable>: Sendable {
    public let value: Value
    /// A sentence or two for the person who is to judge it.
    public let reason: String

    init(_ value: Value, _ reason: String) {
        self.value = value
        self.reason = reason
    }
}
