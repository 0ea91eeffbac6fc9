/// A 3 × 3 matrix, as far as orientations need one.
struct Matrix3 {
    /// Nine numbers, row by row.
    let rowMajor: [Double]

    subscript(row: Int, column: Int) -> Double { rowMajor[3 * row + column] }

    var determinant: Double { (0..<3).reduce(0) { $0 + self[0, $1] * cofactor(0, $1) } }

    private func cofactor(_ row: Int, _ column: Int) -> Double {
        // Cyclic neighbours carry the sign by themselves.
        let (r1, r2) = ((row + 1) % 3, (row + 2) % 3)
        let (c1, c2) = ((column + 1) % 3, (column + 2) % 3)
        return self[r1, c1] * self[r2, c2] - self[r1, c2] * self[r2, c1]
    }

    /// The orthogonal matrix nearest to this one (the factor U of the polar decomposition), by Newton's iteration
    /// `X ← (X + X⁻ᵀ) / 2`, with `X⁻ᵀ = cofactors / determinant`.
    ///
    /// Source: Higham, *Computing the polar decomposition with applications*, 1986.
    ///
    /// - Precondition: the matrix has an inverse.
    var nearestOrthogonal: Matrix3 {
        var x = self
        // It halves the distance while far and squares it when near: 1e-6 volumes need about 25 rounds.
        for _ in 0..<60 {
            let determinant = x.determinant
            let next = Matrix3(rowMajor: (0..<9).map { (x.rowMajor[$0] + x.cofactor($0 / 3, $0 % 3) / determinant) / 2 })
            let change = zip(next.rowMajor, x.rowMajor).map { abs($0 - $1) }.max() ?? 0
            x = next
            if change < 1e-12 { break }
        }
        return x
    }
}
