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
        remedy: String = usualRemedy
    ) {
        self.what = what
        self.bytes = bytes
        self.available = available
        self.remedy = remedy
    }

    static let usualRemedy = "use a machine with more memory, or --window with a size that fits"

    public var description: String {
        "\(what), would take about \(bytes.gigabytes), and \(available.gigabytes) are free; \(remedy)"
    }
}
