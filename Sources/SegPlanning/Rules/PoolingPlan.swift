import Foundation

/// Kernels and strides of each level of a network for patches of one size and spacing.
///
/// An axis is halved while it has 8 voxels or more and its spacing is below twice the finest among the axes that can be halved; an
/// axis alone needs 12. A kernel is 1 along an axis until its spacing comes below twice the finest of all, then 3.
///
/// Source: nnU-Net, `get_pool_and_conv_props`.
struct PoolingPlan: Sendable, Hashable {
    /// Of each level, full size first.
    let strides: [[Int]]
    let kernels: [[Int]]
    /// The size rounded up to what the levels divide by.
    let patch: [Int]
    /// By what the last level is smaller than the first.
    let multiples: [Int]

    /// - Parameters:
    ///   - spacing: along each axis in mm.
    ///   - size: of a patch before rounding; medians can end in a half.
    ///   - mostLevels: nnU-Net knows no limit; networks here have one.
    /// - Precondition: lengths above 0.
    init(spacing: [Double], size: [Double], mostLevels: Int = Self.mostLevels) {
        let axes = Array(spacing.indices)
        var (spacing, length) = (spacing, size)
        var kernel = axes.map { _ in 1 }
        var (strides, kernels) = ([axes.map { _ in 1 }], [[Int]]())
        while strides.count < mostLevels {
            let large = axes.filter { length[$0] >= 2 * Self.shortest }
            let finest = large.map { spacing[$0] }.min() ?? .infinity
            let pooled = large.filter { spacing[$0] / finest < 2 }
            if pooled.isEmpty || pooled.count == 1 && length[pooled[0]] < 3 * Self.shortest { break }
            let finestOfAll = spacing.min() ?? finest
            for axis in axes where spacing[axis] / finestOfAll < 2 { kernel[axis] = 3 }
            kernels.append(kernel)
            strides.append(axes.map { pooled.contains($0) ? 2 : 1 })
            for axis in pooled {
                spacing[axis] *= 2
                length[axis] = (length[axis] / 2).rounded(.up)
            }
        }
        // The lowest level sees along every axis.
        kernels.append(axes.map { _ in 3 })
        self.strides = strides
        self.kernels = kernels
        let multiples = axes.map { axis in strides.reduce(1) { $0 * $1[axis] } }
        self.multiples = multiples
        patch = axes.map { Int((size[$0] / Double(multiples[$0])).rounded(.up)) * multiples[$0] }
    }

    /// How often each axis is halved.
    var poolings: [Int] { strides[0].indices.map { axis in strides.count { $0[axis] == 2 } } }

    /// The least length of an axis at the lowest level.
    private static let shortest = 4.0
    /// Of `NetworkConfiguration`.
    static let mostLevels = 8
}
