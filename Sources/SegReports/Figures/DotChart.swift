import SegMetrics

/// Every value as a dot over a box of its quartiles, a row for each group: what a mean would hide.
public struct DotChart: Sendable, Hashable {
    public struct Group: Sendable, Hashable {
        public let label: String
        public let values: [Double]
        public let color: RGB
    }

    public let title: String
    public let xLabel: String
    public let x: ClosedRange<Double>
    public let groups: [Group]
    /// A value of note, such as 0 for differences; nil for none.
    public let reference: Double?

    /// - Precondition: the range has some length; a group or more.
    public init(title: String, xLabel: String, x: ClosedRange<Double> = 0...1, groups: [Group], reference: Double? = nil) {
        precondition(x.lowerBound < x.upperBound && !groups.isEmpty, "a chart has an axis of some length and a group")
        self.title = title
        self.xLabel = xLabel
        self.x = x
        self.groups = groups
        self.reference = reference
    }

    private static let width = 460.0
    private static let rowHeight = 44.0

    /// The chart; a group's number of values stands at its right.
    public var drawing: Drawing {
        let labels = RowLabels(groups.map(\.label), rowHeight: Self.rowHeight)
        let area = PlotArea(
            box: .init(
                x: labels.width, y: 30, width: Self.width - labels.width - 52, height: Self.rowHeight * Double(groups.count)),
            x: x, y: 0...1)
        var drawing = Drawing(width: Self.width, height: area.bottom + 44, title: "\(title): \(xLabel)")
        drawing.add(.text(title, .init(0, 16), .init(size: 14, isBold: true), within: Self.width))
        drawing.add(area.lowerAxis(title: xLabel, tickCount: 5) + area.axes)
        if let reference {
            let place = area.x(reference)
            drawing.add(.line([.init(place, area.box.y), .init(place, area.bottom)], .init(ink: .text, width: 1.4)))
        }
        for (row, group) in groups.enumerated() {
            let middle = area.box.y + (Double(row) + 0.5) * Self.rowHeight
            drawing.add(labels.marks(group.label, middle: middle))
            drawing.add(marks(group, middle: middle, in: area))
            drawing.add(.text("n = \(group.values.count)", .init(area.right + 6, middle + 4), .init(size: 11, ink: .faint)))
        }
        return drawing
    }

    private func marks(_ group: Group, middle: Double, in area: PlotArea) -> [Drawing.Mark] {
        guard !group.values.isEmpty else { return [] }
        let sorted = group.values.sorted()
        let (lower, median, upper) = (sorted.sortedQuantile(0.25), sorted.sortedQuantile(0.5), sorted.sortedQuantile(0.75))
        let box = Drawing.Box(x: area.x(lower), y: middle - 13, width: area.x(upper) - area.x(lower), height: 26)
        let dots: [Drawing.Mark] = sorted.enumerated().map { index, value in
            // Side steps by the golden ratio: neighbours in value are apart, and the picture is the same each time.
            let turn = (Double(index) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
            return .dot(.init(area.x(value), middle + (turn - 0.5) * 22), radius: 2.6, .color(group.color), opacity: 0.8)
        }
        return [.box(box, .color(group.color), opacity: 0.18)] + dots + [
            .line([.init(area.x(median), middle - 15), .init(area.x(median), middle + 15)], .init(ink: .text, width: 2))
        ]
    }
}
