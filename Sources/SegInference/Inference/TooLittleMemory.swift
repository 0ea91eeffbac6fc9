/// Work that was not begun, because it would take more memory than there is.
public struct TooLittleMemory: Error, CustomStringConvertible, Equatable, Sendable {
    /// What would take it, as the subject of a sentence.
    public let what: String
    public let bytes: Int
    public let available: Int
    /// What to do.
    public let remedy: String

    package init(
        what: String, bytes: Int, available: Int,
        remedy: String = "use a machine with more memory, or --window with a size that fits"
    ) {
        self.what = what
        self.bytes = bytes
        self.available = available
        self.remedy = remedy
    }

    public var description: String {
        "\(what), would take about \(Self.gigabytes(bytes)), and \(Self.gigabytes(available)) are free; \(remedy)"
    }

    private static func gigabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e8).rounded() / 10) GB" }
}
