import Foundation
import SegMetrics

/// Values with their intervals as bars in rows, a group of rows for each subject.
public struct IntervalChart: Sendable, Hashable {
    public struct Bar: Sendable, Hashable {
        /// Nil for what is not defined: the chart says so and does not draw 0.
        public let value: Double?
        /// Nil where none was computed.
        public let interval: ClosedRange<Double>?
        public let color: RGB

        public init(_ value: Double?, interval: ClosedRange<Double>? = nil, color: RGB) {
            self.value = value
            self.interval = interval
            self.color = color
        }

        /// A score, or a difference of scores, in per cent.
        public init(percentOf value: Double?, interval: Bootstrap.Estimate.Interval?, color: RGB) {
            self.init(
                value.map { $0 * 100 }, interval: interval.map { $0.low * 100...max($0.low, $0.high) * 100 }, color: color)
        }
    }

    public struct Group: Sendable, Hashable {
        public let label: String
        public let bars: [Bar]

        public init(_ label: String, _ bars: [Bar]) {
            self.label = label
            self.bars = bars
        }
    }

    public let title: String
    public let xLabel: String
    /// Holds 0, where bars start.
    public let x: ClosedRange<Double>
    /// Of the numbers beside the bars.
    public let decimals: Int
    public let groups: [Group]

    /// - Precondition: the range has some length and holds 0; a group or more, each with a bar.
    public init(title: String, xLabel: String, x: ClosedRange<Double> = 0...1, decimals: Int = 3, groups: [Group]) {
        precondition(x.lowerBound < x.upperBound && x.contains(0), "bars start at 0 on an axis of some length")
        precondition(!groups.isEmpty && groups.allSatisfy { !$0.bars.isEmpty }, "a chart has bars")
        self.title = title
        self.xLabel = xLabel
        self.x = x
        self.decimals = decimals
        self.groups = groups
    }

    /// An axis about 0 that holds these differences and their intervals, in percentage points.
    public static func range(of differences: [Comparison.Row]) -> ClosedRange<Double> {
        let ends = differences.flatMap { [$0.low, $0.high, $0.difference] }.compactMap { $0.map { abs($0) * 100 } }
        let reach = max(1, (ends.max() ?? 1) * 1.1)
        return -reach...reach
    }

    private static let width = 460.0
    private static let barHeight = 13.0

    /// The chart without a legend.
    public var drawing: Drawing {
        let heights = groups.map { Double($0.bars.count) * (Self.barHeight + 3) + 10 }
        let labels = RowLabels(groups.map(\.label), rowHeight: heights.min() ?? 0)
        let area = PlotArea(
            box: .init(x: labels.width, y: 30, width: Self.width - labels.width - 48, height: heights.reduce(0, +)),
            x: x, y: 0...1)
        var drawing = Drawing(width: Self.width, height: area.bottom + 44, title: "\(title): \(xLabel)")
        drawing.add(.text(title, .init(0, 16), .init(size: 14, isBold: true), within: Self.width))
        drawing.add(area.lowerAxis(title: xLabel, tickCount: 5) + area.axes)
        var y = area.box.y
        for (group, height) in zip(groups, heights) {
            drawing.add(labels.marks(group.label, middle: y + height / 2))
            for (index, bar) in group.bars.enumerated() {
                drawing.add(marks(bar, top: y + 6 + Double(index) * (Self.barHeight + 3), in: area))
            }
            y += height
        }
        let zero = area.x(0)
        drawing.add(.line([.init(zero, area.box.y), .init(zero, area.bottom)], .init(ink: .text)))
        return drawing
    }

    private func marks(_ bar: Bar, top: Double, in area: PlotArea) -> [Drawing.Mark] {
        let middle = top + Self.barHeight / 2
        guard let value = bar.value, value.isFinite else {
            return [.text("not defined", .init(area.x(0) + 4, middle + 4), .init(size: 11, ink: .faint))]
        }
        let (start, end) = (min(area.x(0), area.x(value)), max(area.x(0), area.x(value)))
        var data: [Drawing.Mark] = [
            .box(.init(x: start, y: top, width: end - start, height: Self.barHeight), .color(bar.color), opacity: 0.75)
        ]
        if let interval = bar.interval {
            let (lower, upper) = (area.x(interval.lowerBound), area.x(interval.upperBound))
            let stroke = Drawing.LineStyle(ink: .text, width: 1.4)
            data.append(.line([.init(lower, middle), .init(upper, middle)], stroke))
            data += [lower, upper].map { .line([.init($0, middle - 3.5), .init($0, middle + 3.5)], stroke) }
        }
        let number = String(format: "%.\(decimals)f", value).replacingOccurrences(of: "-", with: "−")
        return [.clipped(area.clip, data), .text(number, .init(area.right + 6, middle + 4), .init(size: 11))]
    }
}
