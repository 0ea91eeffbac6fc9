import Sampling

/// Where a window stands on a grid, and which parts of the grid are done as it moves on.
///
///     windows along an axis:  n = ⌈(size − window) / max(step · window, 1)⌉ + 1,   starts spread evenly
///
/// Source: nnU-Net (Isensee et al. 2021).
struct WindowPlaces {
    /// A window with the parts of the grid that it covers, and those among them that no window after it does.
    struct Stop {
        let window: [Range<Int>]
        let covered: [Part]
        let done: [Part]
    }

    /// A part of the grid that the same windows cover, but along the last axis of the order, where it has the grid's whole length.
    struct Part: Hashable {
        let box: [Range<Int>]
    }

    /// Every window's start along each axis.
    private let starts: [[Int]]
    private let lengths: [Int]
    private let window: [Int]
    /// From the axis along which the window moves last to the one along which it moves first.
    private let order: [Int]

    /// - Parameters:
    ///   - lengths: of the grid, at least the window's.
    ///   - inPlanes: whether parts are to be done plane by plane; otherwise the order is the one that keeps the smallest part of the
    ///     grid undone.
    init(in lengths: [Int], window: GridSize, step: Double, inPlanes: Bool = false) {
        self.lengths = lengths
        self.window = window.lengths
        starts = zip(lengths, window.lengths).map { size, window in
            let count = Self.count(along: size, window: window, step: step)
            return (0..<count).map { index in
                count == 1 ? 0 : Int((Double(size - window) / Double(count - 1) * Double(index)).rounded(.toNearestOrEven))
            }
        }
        let longest = lengths.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
        order = inPlanes ? Array(lengths.indices) : longest
    }

    /// Windows along an axis that is as long as the window at least.
    static func count(along size: Int, window: Int, step: Double) -> Int {
        // A window moves by a pixel at least.
        Int((Double(size - window) / max(step * Double(window), 1)).rounded(.up)) + 1
    }

    var count: Int { starts.reduce(1) { $0 * $1.count } }

    /// Elements of the grid that are begun and not done, at most.
    var mostUndone: Int {
        var (undone, most) = (0, 0)
        var seen: Set<Part> = []
        for stop in stops {
            for part in stop.covered where seen.insert(part).inserted { undone += part.box.reduce(1) { $0 * $1.count } }
            most = max(most, undone)
            undone -= stop.done.reduce(0) { $0 + $1.box.reduce(1) { $0 * $1.count } }
        }
        return most
    }

    /// All windows in order.
    var stops: some Sequence<Stop> {
        let last = order[order.count - 1]
        // Between two cuts, an axis is covered by the same windows.
        let bands: [[Range<Int>]] = lengths.indices.map { axis in
            guard axis != last else { return [0..<lengths[axis]] }
            let cuts = Set(starts[axis] + starts[axis].map { $0 + window[axis] }).sorted()
            return zip(cuts, cuts.dropFirst()).map { $0..<$1 }
        }
        func covered(_ axis: Int, from start: Int) -> [Range<Int>] {
            bands[axis].filter { $0.overlaps(start..<start + window[axis]) }
        }
        /// Those that the next window along the axis does not cover.
        func left(_ axis: Int, _ place: Int) -> [Range<Int>] {
            let next = place + 1 < starts[axis].count ? starts[axis][place + 1] : Int.max
            return covered(axis, from: starts[axis][place]).filter { $0.lowerBound < next }
        }
        let counts = order.map { starts[$0].count }
        return (0..<count).lazy.map { number in
            var places = [Int](repeating: 0, count: order.count)
            var rest = number
            for (axis, count) in zip(order, counts).reversed() {
                places[axis] = rest % count
                rest /= count
            }
            let window = places.indices.map { starts[$0][places[$0]]..<starts[$0][places[$0]] + self.window[$0] }
            let isRowDone = places[last] == starts[last].count - 1
            return Stop(
                window: window, covered: Self.parts(places.indices.map { covered($0, from: window[$0].lowerBound) }),
                done: isRowDone ? Self.parts(places.indices.map { $0 == last ? bands[$0] : left($0, places[$0]) }) : [])
        }
    }

    private static func parts(_ ranges: [[Range<Int>]]) -> [Part] {
        ranges.reduce([[]]) { boxes, ranges in boxes.flatMap { box in ranges.map { box + [$0] } } }.map(Part.init)
    }
}
