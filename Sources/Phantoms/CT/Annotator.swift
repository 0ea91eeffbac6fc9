import Randomness

/// A hurried annotator, whose outline runs a pixel outside the lesion in some places and a pixel inside in others.
struct Annotator: Sendable {
    private let hand: ValueNoise
    /// Above 0: draws rather too much.
    private let habit: Double

    init(_ generator: inout SeededGenerator) {
        hand = ValueNoise(&generator)
        habit = generator.uniform(-0.25, 0.3)
    }

    /// The drawn outline's labels, 0 or 1, `[height · width]`.
    func draw(_ mask: [Bool], slice: Int, grid: SliceGrid) -> [UInt8] {
        let width = grid.width, height = grid.height
        return mask.indices.map { pixel in
            let row = pixel / width, column = pixel % width
            let inside = mask[pixel]
            var neighbours = 0
            if column > 0, mask[pixel - 1] { neighbours += 1 }
            if column < width - 1, mask[pixel + 1] { neighbours += 1 }
            if row > 0, mask[pixel - width] { neighbours += 1 }
            if row < height - 1, mask[pixel + width] { neighbours += 1 }
            let onBorder = inside ? neighbours < 4 : neighbours > 0
            guard onBorder else { return inside ? 1 : 0 }
            let slip = hand(Double(column) * 0.22, Double(row) * 0.22, Double(slice) * 1.7) + habit
            if slip > 0.42 { return 1 }
            if slip < -0.42, neighbours > 0 { return 0 }
            return inside ? 1 : 0
        }
    }
}
