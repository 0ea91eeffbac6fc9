/// Smooths a plane `[height, width]` by [s/4, 1 − s/2, s/4] along its rows and columns, its borders repeated.
func smoothen(_ plane: inout [Float], width: Int, height: Int, strength: Float) {
    let side = strength / 4
    let middle = 1 - strength / 2
    var source = plane
    for row in 0..<height {
        let start = row * width
        for column in 0..<width {
            let left = source[start + max(0, column - 1)], right = source[start + min(width - 1, column + 1)]
            plane[start + column] = middle * source[start + column] + side * (left + right)
        }
    }
    source = plane
    for row in 0..<height {
        let above = max(0, row - 1) * width, below = min(height - 1, row + 1) * width
        for column in 0..<width {
            plane[row * width + column] =
                middle * source[row * width + column]
                + side * (source[above + column] + source[below + column])
        }
    }
}
