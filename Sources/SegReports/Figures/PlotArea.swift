/// The frame that data are drawn in: how values become places, and the axes around it.
struct PlotArea {
    let box: Drawing.Box
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>

    var right: Double { box.x + box.width }
    var bottom: Double { box.y + box.height }

    func x(_ value: Double) -> Double { box.x + (value - x.lowerBound) / (x.upperBound - x.lowerBound) * box.width }

    func y(_ value: Double) -> Double { bottom - (value - y.lowerBound) / (y.upperBound - y.lowerBound) * box.height }

    /// One unit larger than the frame, so that lines on it keep their width.
    var clip: Drawing.Box { .init(x: box.x - 1, y: box.y - 1, width: box.width + 2, height: box.height + 2) }

    /// Grid, ticks and numbers of the lower axis, and its title.
    func lowerAxis(title: String, tickCount: Int) -> [Drawing.Mark] {
        let ticks = AxisTicks(x, count: tickCount)
        return ticks.values.flatMap { tick -> [Drawing.Mark] in
            let place = x(tick)
            return [
                .line([.init(place, box.y), .init(place, bottom)], .init(ink: .grid)),
                .line([.init(place, bottom), .init(place, bottom + 4)], .init(ink: .text)),
                .text(ticks.label(tick), .init(place, bottom + 17), .init(anchor: .middle, size: 11)),
            ]
        } + [.text(title, .init((box.x + right) / 2, bottom + 34), .init(anchor: .middle), within: box.width + 40)]
    }

    /// Grid, ticks and numbers of the left axis, and its title.
    ///
    /// - Parameter titleAt: the title's place along x.
    func leftAxis(title: String, titleAt: Double) -> [Drawing.Mark] {
        let ticks = AxisTicks(y, count: 5)
        return ticks.values.flatMap { tick -> [Drawing.Mark] in
            let place = y(tick)
            return [
                .line([.init(box.x, place), .init(right, place)], .init(ink: .grid)),
                .line([.init(box.x - 4, place), .init(box.x, place)], .init(ink: .text)),
                .text(ticks.label(tick), .init(box.x - 7, place + 4), .init(anchor: .end, size: 11)),
            ]
        } + [.text(title, .init(titleAt, (box.y + bottom) / 2), .init(anchor: .middle, isUpright: true))]
    }

    /// The lines of both axes, which go over the grid.
    var axes: [Drawing.Mark] {
        [.line([.init(box.x, box.y), .init(box.x, bottom), .init(right, bottom)], .init(ink: .text))]
    }
}
