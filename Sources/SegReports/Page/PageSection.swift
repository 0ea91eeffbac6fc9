/// A part of an `HTMLPage` under a heading of its own.
public struct PageSection: Sendable {
    /// The heading.
    public let title: String
    /// From top to bottom.
    public let blocks: [PageBlock]

    /// A section of blocks.
    public init(_ title: String, _ blocks: [PageBlock]) {
        self.title = title
        self.blocks = blocks
    }
}
