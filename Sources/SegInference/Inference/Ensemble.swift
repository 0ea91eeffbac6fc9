import Sampling
import Torch

/// The mean of several models' scores, such as those of the folds of a cross-validation.
///
/// Source: nnU-Net (Isensee et al. 2021), which averages scores before the softmax.
public struct Ensemble: Inferer {
    let members: [any Inferer]

    /// - Precondition: one member at least; all have the same channels and classes.
    public init(_ members: [any Inferer]) {
        precondition(
            !members.isEmpty && Set(members.map { [$0.channelCount, $0.classCount] }).count == 1,
            "an ensemble needs members of the same channels and classes")
        self.members = members
    }

    public var channelCount: Int { members[0].channelCount }
    public var classCount: Int { members[0].classCount }
    public var parameterCount: Int { members.reduce(0) { $0 + $1.parameterCount } }

    public func scores(of images: Tensor) throws -> Tensor {
        let sum = try members[0].scores(of: images)
        for member in members.dropFirst() { try sum.addInPlace(member.scores(of: images)) }
        try sum.multiplyInPlace(by: 1 / Double(members.count))
        return sum
    }

    public func bytes(count: Int, size: GridSize) -> Int? {
        let needs = members.compactMap { $0.bytes(count: count, size: size) }
        return needs.max().map { $0 + (members.count > 1 ? 4 * count * classCount * size.count : 0) }
    }
}
