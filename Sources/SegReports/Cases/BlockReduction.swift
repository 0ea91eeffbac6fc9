/// Makes planes smaller by whole factors: intensities by the mean of a block, labels by the one in its middle.
struct BlockReduction {
    private let width: Int
    /// Pixels of a block.
    private let across: Int
    private let down: Int
    /// The size of what comes out.
    let columns: Int
    let rows: Int

    /// No side is longer than `side` then. Both take the same factor, but for very long planes: the shorter side keeps a
    /// sixteenth of `side` where it has that.
    init(width: Int, height: Int, to side: Int) {
        let factor = (max(width, height) + side - 1) / side
        let fewest = max(1, side / 16)
        self.width = width
        across = min(factor, max(1, width / fewest))
        down = min(factor, max(1, height / fewest))
        (columns, rows) = (width / across, height / down)
    }

    var changesNothing: Bool { across == 1 && down == 1 }

    func mean(_ plane: [Float]) -> [Float] {
        blocks { x, y in
            var sum: Float = 0
            for row in y..<y + down { for column in x..<x + across { sum += plane[row * width + column] } }
            return sum / Float(across * down)
        }
    }

    func middle(_ labels: [UInt8]) -> [UInt8] { blocks { x, y in labels[(y + down / 2) * width + x + across / 2] } }

    private func blocks<Value>(_ value: (_ x: Int, _ y: Int) -> Value) -> [Value] {
        (0..<rows).flatMap { row in (0..<columns).map { value($0 * across, row * down) } }
    }
}
