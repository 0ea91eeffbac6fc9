import MarginCalibration

/// Eq. 4 for one pixel in double precision, as the paper writes it: what the code for whole images is held against.
func margins(ofScores scores: [Double]) -> [Double] {
    scores.indices.map { k in scores[k] - scores.indices.filter { $0 != k }.map { scores[$0] }.max()! }  // two scores or more
}

extension EmpiricalMarginBounds {
    /// Adds one pixel.
    mutating func add(margins: [Double], label: UInt8) throws {
        try add(marginPlanes: margins.map { Float($0) }, labels: [label])
    }
}
