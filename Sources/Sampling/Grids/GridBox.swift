/// A box within a grid: where it begins, and how far it reaches.
public struct GridBox: Sendable, Hashable {
    /// Planes, rows and columns before it.
    public let front: Int
    package let top: Int
    package let left: Int
    public let size: GridSize

    /// The middle of a grid; an odd rest goes behind.
    ///
    /// - Precondition: the size lies within the grid.
    init(_ size: GridSize, inMiddleOf grid: GridSize) {
        precondition(size.fits(into: grid), "a grid of \(size) does not fit into \(grid)")
        self.init(
            size, front: (grid.depth - size.depth) / 2, top: (grid.height - size.height) / 2, left: (grid.width - size.width) / 2)
    }

    public init(_ size: GridSize, front: Int = 0, top: Int, left: Int) {
        (self.size, self.front, self.top, self.left) = (size, front, top, left)
    }

    /// - Parameter ranges: along each axis, none of them empty.
    public init(_ ranges: [Range<Int>]) {
        let size = GridSize(ranges.map(\.count))
        let starts = Array(repeating: 0, count: 3 - ranges.count) + ranges.map(\.lowerBound)
        self.init(size, front: starts[0], top: starts[1], left: starts[2])
    }

    /// What it has in common with another; nil for nothing.
    func intersection(_ other: GridBox) -> GridBox? {
        let ranges = zip(ranges, other.ranges).map { $0.clamped(to: $1) }
        return ranges.contains(where: \.isEmpty) ? nil : GridBox(Array(ranges.suffix(size.dimensions)))
    }

    func moved(front: Int, top: Int, left: Int) -> GridBox {
        GridBox(size, front: self.front + front, top: self.top + top, left: self.left + left)
    }

    /// With so many pixels more on either side along planes, rows and columns, as far as the grid reaches.
    func grown(by reach: [Int], within grid: GridSize) -> GridBox {
        let whole = [0..<grid.depth, 0..<grid.height, 0..<grid.width]
        let ranges = zip(zip(ranges, reach), whole).map { ($0.0.lowerBound - $0.1..<$0.0.upperBound + $0.1).clamped(to: $1) }
        return GridBox(Array(ranges.suffix(size.dimensions)))
    }

    /// Before it, along planes, rows and columns.
    var starts: [Int] { [front, top, left] }

    /// Its planes, rows and columns.
    var lengths: [Int] { [size.depth, size.height, size.width] }

    /// Along planes, rows and columns.
    var ranges: [Range<Int>] {
        [front..<front + size.depth, top..<top + size.height, left..<left + size.width]
    }

    /// Where each row of the box begins in a grid.
    func starts(in grid: GridSize) -> [Int] {
        (0..<size.depth).flatMap { plane in
            (0..<size.height).map { row in ((front + plane) * grid.height + top + row) * grid.width + left }
        }
    }

    /// What lies in the box, of one channel of a grid that begins at `offset`.
    public func cut<Value>(_ values: [Value], of grid: GridSize, from offset: Int = 0) -> [Value] {
        starts(in: grid).flatMap { values[offset + $0..<offset + $0 + size.width] }
    }

    /// A grid of `outside` with these values in the box.
    func paste<Value>(_ values: [Value], into grid: GridSize, outside: Value) -> [Value] {
        var result = [Value](repeating: outside, count: grid.count)
        put(values, into: &result, of: grid)
        return result
    }

    /// Puts values into the box, of a grid that begins at `offset`.
    public func put<Value>(_ values: [Value], into result: inout [Value], of grid: GridSize, from offset: Int = 0) {
        for (row, start) in starts(in: grid).enumerated() {
            result.replaceSubrange(
                offset + start..<offset + start + size.width, with: values[row * size.width..<(row + 1) * size.width])
        }
    }
}
