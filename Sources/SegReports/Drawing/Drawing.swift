/// Marks on a sheet, which become an SVG document or pixels: one description, so that both show the same.
///
/// Lengths are CSS pixels; y grows downwards. Later marks lie over earlier ones.
public struct Drawing: Sendable, Hashable {
    /// Of the sheet.
    public let width: Double
    /// Of the sheet.
    public let height: Double
    /// What there is to see, for somebody who cannot see it.
    public let title: String
    private(set) var marks: [Mark] = []

    /// An empty sheet.
    ///
    /// - Precondition: both sides have some length.
    init(width: Double, height: Double, title: String) {
        precondition(width > 0 && height > 0, "a sheet of \(width) × \(height)")
        self.width = width
        self.height = height
        self.title = title
    }

    /// A sheet that a picture fills, a pixel of it a pixel of the sheet.
    public init(_ image: RGBImage, title: String) {
        self.init(width: Double(image.width), height: Double(image.height), title: title)
        add(.image(image, Box(x: 0, y: 0, width: width, height: height)))
    }

    mutating func add(_ mark: Mark) { marks.append(mark) }

    mutating func add(_ marks: [Mark]) { self.marks += marks }

    /// Copies another drawing to where its left upper corner is to be.
    mutating func place(_ other: Drawing, x: Double, y: Double) {
        marks.append(.moved(x: x, y: y, other.marks))
    }
}

extension Drawing {
    struct Place: Sendable, Hashable {
        var x: Double
        var y: Double

        init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    struct Box: Sendable, Hashable {
        var x: Double
        var y: Double
        var width: Double
        var height: Double
    }

    struct LineStyle: Sendable, Hashable {
        /// Of a dashed line, in a chart and in its legend.
        static let dashed = [6.0, 4]

        var ink: Ink
        var width = 1.0
        /// Drawn and left out in turn; empty for a line without gaps.
        var dashes: [Double] = []
    }

    struct TextStyle: Sendable, Hashable {
        enum Anchor: String { case start, middle, end }

        var anchor = Anchor.start
        var size = 12.0
        var isBold = false
        /// Upwards, a quarter turn to the left.
        var isUpright = false
        var ink = Ink.text
    }

    enum Mark: Sendable, Hashable {
        case line([Place], LineStyle)
        /// A polygon.
        case area([Place], Ink, opacity: Double)
        case box(Box, Ink, opacity: Double)
        case dot(Place, radius: Double, Ink, opacity: Double)
        /// The point is on the line that letters stand on.
        case text(String, Place, TextStyle)
        case image(RGBImage, Box)
        /// Marks of which only what is in the box is seen.
        case clipped(Box, [Mark])
        case moved(x: Double, y: Double, [Mark])
    }
}
