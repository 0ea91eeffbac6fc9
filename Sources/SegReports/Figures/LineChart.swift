/// Lines, bands and marks over two axes.
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
        /// A point that is not finite interrupts the line.
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
    }

    /// The area between two lines, such as an interval around a line or the bars of a histogram, behind all lines.
    public struct Band: Sendable, Hashable {
        public let lower: [Point]
        public let upper: [Point]
        public let color: RGB
    }

    /// A dashed line across the whole chart at one x, with a word at its top.
    public struct Rule: Sendable, Hashable {
        public let x: Double
        public let label: String

        public init(x: Double, label: String) {
            self.x = x
            self.label = label
        }
    }

    public let title: String
    /// Under the title, small; empty for none.
    public let note: String
    public let xLabel: String
    public let yLabel: String
    public let x: ClosedRange<Double>
    public let y: ClosedRange<Double>
    public let lines: [Line]
    public let bands: [Band]
    public let rules: [Rule]
    /// Points of note, such as the epoch that was chosen, as dots in the colour of their line.
    public let dots: [Line]
    /// The approximate number of ticks along x.
    public let xTickCount: Int

    /// - Precondition: both ranges have some length.
    public init(
        title: String, note: String = "", xLabel: String, yLabel: String, x: ClosedRange<Double>, y: ClosedRange<Double>,
        lines: [Line], bands: [Band] = [], rules: [Rule] = [], dots: [Line] = [], xTickCount: Int = 6
    ) {
        precondition(x.lowerBound < x.upperBound && y.lowerBound < y.upperBound, "an axis has some length")
        self.title = title
        self.note = note
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.x = x
        self.y = y
        self.lines = lines
        self.bands = bands
        self.rules = rules
        self.dots = dots
        self.xTickCount = xTickCount
    }
}

extension LineChart {
    /// Of a chart with its titles and labels, in pixels.
    static let width = 420.0
    static let height = 300.0

    /// The chart without a legend.
    public var drawing: Drawing {
        let area = PlotArea(
            box: .init(x: 58, y: 44, width: Self.width - 58 - 12, height: Self.height - 44 - 44), x: x, y: y)
        var drawing = Drawing(width: Self.width, height: Self.height, title: "\(title): \(yLabel) over \(xLabel)")
        drawing.add(.text(title, .init(area.box.x, 16), .init(size: 14, isBold: true), within: Self.width - area.box.x))
        drawing.add(.text(note, .init(area.box.x, 33), .init(ink: .faint), within: Self.width - area.box.x))
        drawing.add(area.lowerAxis(title: xLabel, tickCount: xTickCount) + area.leftAxis(title: yLabel, titleAt: 14) + area.axes)
        let data =
            bands.map { marks($0, in: area) } + rules.flatMap { marks($0, in: area) } + lines.flatMap { marks($0, in: area) }
        drawing.add(.clipped(area.clip, data))
        // A dot on the frame, such as the last epoch's, stays round.
        drawing.add(dots.flatMap { line in line.points.map { .dot(area.place($0), radius: 4, .color(line.color), opacity: 1) } })
        return drawing
    }

    /// An entry for each line.
    public var legend: Legend {
        Legend(
            lines.map { line in
                Legend.Entry(
                    line.label, color: line.color,
                    mark: line.stroke == .dashed ? .dashedLine(width: line.width) : .line(width: line.width))
            })
    }

    private func marks(_ band: Band, in area: PlotArea) -> Drawing.Mark {
        .area((band.upper + band.lower.reversed()).map(area.place), .color(band.color), opacity: 0.22)
    }

    private func marks(_ rule: Rule, in area: PlotArea) -> [Drawing.Mark] {
        let place = area.x(rule.x)
        // Where the word would leave the frame on the right, it stands on the other side of the line.
        let isLeft = place + 4 + Glyph.width(of: rule.label, size: 11) > area.right
        return [
            .line([.init(place, area.box.y), .init(place, area.bottom)], .init(ink: .faint, width: 1.2, dashes: [3, 3])),
            .text(
                rule.label, .init(place + (isLeft ? -4 : 4), area.box.y + 12),
                .init(anchor: isLeft ? .end : .start, size: 11, ink: .faint)),
        ]
    }

    private func marks(_ line: Line, in area: PlotArea) -> [Drawing.Mark] {
        let pieces = line.points.split { !($0.x.isFinite && $0.y.isFinite) }
        let stroke = Drawing.LineStyle(
            ink: .color(line.color), width: line.width, dashes: line.stroke == .dashed ? Drawing.LineStyle.dashed : [])
        return pieces.map { piece in
            // A line of one point would be invisible.
            piece.count == 1
                ? .dot(area.place(piece[piece.startIndex]), radius: max(2.5, line.width), .color(line.color), opacity: 1)
                : .line(piece.map(area.place), stroke)
        }
    }
}

extension PlotArea {
    fileprivate func place(_ point: LineChart.Point) -> Drawing.Place { .init(x(point.x), y(point.y)) }
}
