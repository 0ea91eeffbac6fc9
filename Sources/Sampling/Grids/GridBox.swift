/// A box within a grid: where it begins, and how far it reaches.
struct GridBox: Hashable {
    /// Planes, rows and columns before it.
    let front: Int
    let top: Int
    let left: Int
    let size: GridSize

    /// The middle of a grid; an odd rest goes behind.
    ///
    /// - Precondition: the size lies within the grid.
    init(_ size: GridSize, inMiddleOf grid: GridSize) {
        precondition(size.fits(into: grid), "a grid of \(size) does not fit into \(grid)")
        self.init(
            size, front: (grid.depth - size.depth) / 2, top: (grid.height - size.height) / 2, left: (grid.width - size.width) / 2)
    }

    init(_ size: GridSize, front: Int = 0, top: Int, left: Int) {
        (self.size, self.front, self.top, self.left) = (size, front, top, left)
    }

    /// Where each row of the box begins in a grid.
    private func starts(in grid: GridSize) -> [Int] {
        (0..<size.depth).flatMap { plane in
            (0..<size.height).map { row in ((front + plane) * grid.height + top + row) * grid.width + left }
        }
    }

    /// What lies in the box, of one channel of a grid that begins at `offset`.
    func cut<Value>(_ values: [Value], of grid: GridSize, from offset: Int = 0) -> [Value] {
        starts(in: grid).flatMap { values[offset + $0..<offset + $0 + size.width] }
    }

    /// A grid of `outside` with these values in the box.
    func paste<Value>(_ values: [Value], into grid: GridSize, outside: Value) -> [Value] {
        var result = [Value](repeating: outside, count: grid.count)
        for (row, start) in starts(in: grid).enumerated() {
            result.replaceSubrange(start..<start + size.width, with: values[row * size.width..<(row + 1) * size.width])
        }
        return result
    }
}
