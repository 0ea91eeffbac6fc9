import SegMetrics

/// The planes of a volume, one at a time under a slider; on paper the one with the most to see.
public struct SliceBrowser: Sendable {
    /// A plane with the models' labels.
    public struct Slice: Sendable {
        /// Its number in the volume, from 1.
        public let number: Int
        public let picture: CasePicture

        public init(number: Int, picture: CasePicture) {
            self.number = number
            self.picture = picture
        }
    }

    /// The figure's anchor; unique in the page.
    public let name: String
    public let caption: String
    public let classes: ScoredClasses
    /// How many planes the volume has; `slices` may be fewer.
    public let planeCount: Int
    /// In their order, one or more.
    public let slices: [Slice]
    /// The names of the models.
    public let models: [String]
    /// The slice shown first, an index of `slices`.
    public let first: Int

    /// - Precondition: a slice or more, and `first` one of them.
    public init(
        name: String, caption: String, classes: ScoredClasses, planeCount: Int, slices: [Slice], models: [String], first: Int
    ) {
        precondition(slices.indices.contains(first), "the slice shown first is one of the slices")
        self.name = name
        self.caption = caption
        self.classes = classes
        self.planeCount = planeCount
        self.slices = slices
        self.models = models
        self.first = first
    }

    var legend: Legend { Legend(pictureOf: classes, hasIgnored: slices.contains { $0.picture.hasIgnored }) }

    /// Which planes of a volume to show so that the page stays small: all, or evenly spread ones, the fullest among them.
    ///
    /// - Parameters:
    ///   - content: how much there is to see in each plane, e.g. its foreground pixels.
    ///   - pixels: of one plane.
    /// - Returns: rising numbers from 0. Planes without content are left out at both ends but for two.
    public static func choose(content: [Int], pixels: Int) -> [Int] {
        guard let firstFull = content.firstIndex(where: { $0 > 0 }), let lastFull = content.lastIndex(where: { $0 > 0 }) else {
            return content.isEmpty ? [] : [content.count / 2]
        }
        let range = max(0, firstFull - 2)...min(content.count - 1, lastFull + 2)
        // 600,000 pixels in each of four panels are about three megabytes of PNG.
        let most = min(48, max(8, 600_000 / max(1, pixels)))
        if range.count <= most { return Array(range) }
        var chosen = Set((0..<most).map { range.lowerBound + $0 * (range.count - 1) / (most - 1) })
        chosen.insert(content.indices.max { content[$0] < content[$1] }!)  // not empty
        return chosen.sorted()
    }
}
