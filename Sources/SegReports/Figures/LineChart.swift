/// Lines over two axes, a panel of a `ChartSheet`.
public struct LineChart: Sendable, Hashable {
    public struct Point: Sendable, Hashable {
        public let x: Double
        public let y: Double

        public init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    public struct Line: Sendable, Hashable {
        public enum Stroke: Sendable, Hashable { case solid, dashed }

        /// For the legend.
        public let label: String
        public let points: [Point]
        public let color: RGB
        public let stroke: Stroke
        /// Pixels; where lines may lie on each other, the earlier should be the wider.
        public let width: Double

        public init(label: String, points: [Point], color: RGB, stroke: Stroke = .solid, width: Double = 2) {
            self.label = label
            self.points = points
            self.color = color
            self.stroke = stroke
            self.width = width
        }

        var dashes: String? { stroke == .dashed ? "6 4" : nil }
    }

    public let title: String
    /// Under the title, small; empty for none.
    public let note: String
    public let xLabel: String
    public let yLabel: String
    public let x: ClosedRange<Double>
    public let y: ClosedRange<Double>
    public let lines: [Line]

    /// - Precondition: both ranges have some length.
    public init(
        title: String, note: String = "", xLabel: String, yLabel: String, x: ClosedRange<Double>, y: ClosedRange<Double>,
        lines: [Line]
    ) {
        precondition(x.lowerBound < x.upperBound && y.lowerBound < y.upperBound, "an axis has some length")
        self.title = title
        self.note = note
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.x = x
        self.y = y
        self.lines = lines
    }
}

extension LineChart {
    /// Of a panel with its titles and labels, in pixels.
    static let width = 320.0
    static let height = 270.0

    /// The panel with its corner at `left`, `top`.
    ///
    /// - Parameter name: unique in the document.
    func svg(left: Double, top: Double, name: String) -> String {
        let area = Area(left: left + 50, right: left + Self.width - 12, top: top + 44, bottom: top + Self.height - 44, x: x, y: y)
        let (xTicks, yTicks) = (AxisTicks(x, count: 6), AxisTicks(y, count: 5))
        let (faint, dark) = ("#dddddd", "#333333")
        var svg = SVG.text(title, x: area.left, y: top + 16, size: 14, isBold: true)
        if !note.isEmpty { svg += SVG.text(note, x: area.left, y: top + 33) }
        for tick in xTicks.values {
            let place = area.x(tick)
            svg += SVG.line(from: (place, area.top), to: (place, area.bottom), color: faint)
            svg += SVG.line(from: (place, area.bottom), to: (place, area.bottom + 4), color: dark)
            svg += SVG.text(xTicks.label(tick), x: place, y: area.bottom + 17, anchor: .middle, size: 11)
        }
        for tick in yTicks.values {
            let place = area.y(tick)
            svg += SVG.line(from: (area.left, place), to: (area.right, place), color: faint)
            svg += SVG.line(from: (area.left - 4, place), to: (area.left, place), color: dark)
            svg += SVG.text(yTicks.label(tick), x: area.left - 7, y: place + 4, anchor: .end, size: 11)
        }
        svg += SVG.line(from: (area.left, area.bottom), to: (area.right, area.bottom), color: dark)
        svg += SVG.line(from: (area.left, area.top), to: (area.left, area.bottom), color: dark)
        svg += SVG.text(xLabel, x: (area.left + area.right) / 2, y: area.bottom + 34, anchor: .middle)
        svg += SVG.text(yLabel, x: left + 14, y: (area.top + area.bottom) / 2, anchor: .middle, quarterTurn: true)
        svg += area.clip(named: name)
        for line in lines {
            let points = line.points.map { (area.x($0.x), area.y($0.y)) }
            svg += SVG.polyline(points, color: line.color.hex, width: line.width, dashes: line.dashes, clip: name)
        }
        return svg
    }

    /// Where the lines go, in pixels, and how values become places.
    private struct Area {
        let left: Double
        let right: Double
        let top: Double
        let bottom: Double
        let x: ClosedRange<Double>
        let y: ClosedRange<Double>

        func x(_ value: Double) -> Double { left + (value - x.lowerBound) / (x.upperBound - x.lowerBound) * (right - left) }

        func y(_ value: Double) -> Double { bottom - (value - y.lowerBound) / (y.upperBound - y.lowerBound) * (bottom - top) }

        /// One pixel larger, so that lines on the frame keep their width.
        func clip(named name: String) -> String {
            "<clipPath id=\"\(name)\"><rect x=\"\(SVG.number(left))\" y=\"\(SVG.number(top - 1))\" "
                + "width=\"\(SVG.number(right - left))\" height=\"\(SVG.number(bottom - top + 2))\"/></clipPath>\n"
        }
    }
}

extension RGB {
    /// `#rrggbb`
    var hex: String { "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
