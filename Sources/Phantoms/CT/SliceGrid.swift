/// The pixel centres of an axial plane in millimetres, the origin in the middle of the plane.
struct SliceGrid: Sendable {
    let width: Int
    let height: Int
    /// Side of a pixel, mm.
    let pixel: Double

    func x(_ column: Int) -> Double { (Double(column) - Double(width - 1) / 2) * pixel }
    func y(_ row: Int) -> Double { (Double(row) - Double(height - 1) / 2) * pixel }

    /// The columns whose centres lie in a range of x, mm.
    func columns(_ range: ClosedRange<Double>) -> Range<Int> { Self.indices(range, pixel, width) }
    /// The rows whose centres lie in a range of y, mm.
    func rows(_ range: ClosedRange<Double>) -> Range<Int> { Self.indices(range, pixel, height) }

    private static func indices(_ range: ClosedRange<Double>, _ pixel: Double, _ count: Int) -> Range<Int> {
        let middle = Double(count - 1) / 2
        let first = min(Double(count), max(0, (range.lowerBound / pixel + middle).rounded(.up)))
        let last = min(Double(count) - 1, max(-1, (range.upperBound / pixel + middle).rounded(.down)))
        return Int(first)..<max(Int(first), Int(last) + 1)
    }
}
