/// A setting chosen for a data set, with the reason.
public struct Choice<Value: Sendable>: Sendable {
    public let value: Value
    /// A sentence or two for the person who is to judge it.
    public let reason: String

    init(_ value: Value, _ reason: String) {
        self.value = value
        self.reason = reason
    }
}
