import Testing

@testable import SegPlanning

@Suite struct PoolingPlanTests {
    static let rows: [(spacing: [Double], size: [Double], poolings: [Int], patch: [Int], firstKernel: [Int])] = [
        // Hippocampus: 50 → 25 → 13 → 7, 36 → 18 → 9 → 5.
        ([1, 1, 1], [36, 50, 35], [3, 3, 3], [40, 56, 40], [3, 3, 3]),
        // The coarse axis waits until 4 mm are less than twice the others' 4 mm.
        ([4, 1, 1], [16, 64, 64], [2, 4, 4], [16, 64, 64], [1, 3, 3]),
        // One voxel of depth is never halved.
        ([1, 1], [9, 9], [1, 1], [10, 10], [3, 3]),
        // A lone axis needs 12.
        ([1, 1, 1], [4, 4, 11], [0, 0, 0], [4, 4, 11], [3, 3, 3]),
        ([1, 1, 1], [4, 4, 12], [0, 0, 1], [4, 4, 12], [3, 3, 3]),
        // Medians that end in a half.
        ([1, 1], [47.5, 16], [3, 2], [48, 16], [3, 3]),
    ]

    @Test(arguments: rows)
    func axesAreHalved(_ row: (spacing: [Double], size: [Double], poolings: [Int], patch: [Int], firstKernel: [Int])) {
        let plan = PoolingPlan(spacing: row.spacing, size: row.size)
        #expect(plan.poolings == row.poolings)
        #expect(plan.patch == row.patch)
        #expect(plan.kernels[0] == row.firstKernel)
        #expect(plan.kernels.count == plan.strides.count)
        #expect(zip(plan.patch, plan.multiples).allSatisfy { $0 % $1 == 0 })
    }

    @Test func levelsHaveALimit() {
        let plan = PoolingPlan(spacing: [1, 1], size: [4096, 4096])
        #expect(plan.strides.count == 8 && plan.patch == [4096, 4096])
    }
}
