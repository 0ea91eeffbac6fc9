import Testing

@testable import SegPlanning

@Suite struct TargetSpacingTests {
    static let rows: [(spacings: [[Double]], sizes: [[Int]], target: [Double], refined: Int?)] = [
        ([[1, 1, 1], [1, 1, 1]], [[30, 40, 50], [31, 40, 50]], [1, 1, 1], nil),
        // Medians of even counts lie between.
        ([[2, 1, 1], [4, 1, 2]], [[30, 40, 50], [30, 40, 50]], [3, 1, 1.5], nil),
        // 10 mm is more than three times 1.5 mm, and three times 9 planes are fewer than 216 columns: the 10th percentile of
        // 5, 7, 10, 10 lies at rank 0.3.
        (
            [[10, 1.5, 1.5], [5, 1.5, 1.5], [10, 1.5, 1.5], [7, 1.5, 1.5]],
            [[9, 256, 216], [16, 224, 256], [8, 232, 256], [10, 256, 248]], [5.6, 1.5, 1.5], 0
        ),
        // As coarse, but with as many voxels: nothing is lost by the median.
        ([[10, 1, 1], [5, 1, 1], [10, 1, 1]], [[100, 120, 120], [100, 120, 120], [100, 120, 120]], [10, 1, 1], nil),
        // A percentile that would be finer than the others.
        (
            [[8, 1, 1], [0.1, 1, 1], [8, 1, 1], [8, 1, 1]], [[9, 99, 99], [9, 99, 99], [9, 99, 99], [9, 99, 99]], [2.47, 1, 1], 0
        ),
        (
            [[8, 1, 1], [0.1, 1, 1], [0.1, 1, 1], [8, 1, 1], [8, 1, 1]], Array(repeating: [9, 99, 99], count: 5),
            [1.00001, 1, 1], 0
        ),
    ]

    @Test(arguments: rows)
    func isTheMedianOrFiner(_ row: (spacings: [[Double]], sizes: [[Int]], target: [Double], refined: Int?)) {
        let found = TargetSpacing(spacings: row.spacings, sizes: row.sizes)
        #expect(zip(found.lengths, row.target).allSatisfy { abs($0 - $1) < 1e-9 }, "\(found.lengths)")
        #expect(found.refinedAxis == row.refined)
    }

    @Test func sizesFollowTheSpacing() {
        let target = TargetSpacing(spacings: [[2, 1, 0.5]], sizes: [[9, 9, 9]])
        #expect(target.size(of: [10, 10, 10], at: [3, 0.5, 0.55]) == [15, 5, 11])
    }

    @Test(arguments: [(0.0, 1.0), (50, 2.5), (100, 4), (10, 1.3)])
    func percentilesAreInterpolated(percent: Double, expected: Double) {
        #expect(abs([3, 1, 4, 2].percentile(percent) - expected) < 1e-12)
    }
}
