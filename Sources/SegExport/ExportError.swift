/// A network that cannot be exported as it was asked for, and what to do.
public struct ExportError: Error, CustomStringConvertible, Equatable {
    public let description: String

    init(_ description: String) { self.description = description }
}
