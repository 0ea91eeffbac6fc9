/// The networks that are planned, with the numbers by which nnU-Net fits them into memory.
public enum PlannedNetwork: String, Sendable, Hashable, CaseIterable {
    /// Two convolutions a level.
    case plain
    /// A residual encoder of nnU-Net's presets, which differ in the memory that they are for.
    case residualM = "M"
    case residualL = "L"
    case residualXL = "XL"

    var isResidual: Bool { self != .plain }

    /// The memory of the GPU that the reference holds for, in GB.
    public var gigabytes: Double {
        switch self {
        case .plain, .residualM: 8
        case .residualL: 24
        case .residualXL: 40
        }
    }

    /// Elements of a sample's feature maps that this memory holds in a batch of `referenceBatch`.
    func referenceElements(dimensions: Int) -> Double {
        switch self {
        case .plain: dimensions == 3 ? 560e6 : 85e6
        case .residualM: dimensions == 3 ? 680e6 : 135e6
        case .residualL: dimensions == 3 ? 2.1e9 : 380e6
        case .residualXL: dimensions == 3 ? 3.6e9 : 560e6
        }
    }

    static func referenceBatch(dimensions: Int) -> Int { dimensions == 3 ? 2 : 12 }

    /// The largest elements of a sample that are left whole: a batch of two has to fit. The residual planners of nnU-Net ask it
    /// of a sample at the reference's batch.
    func mostElements(dimensions: Int, memory: Double) -> Double {
        let reference = referenceElements(dimensions: dimensions) * memory / gigabytes
        return isResidual ? reference : reference * Double(Self.referenceBatch(dimensions: dimensions)) / 2
    }

    /// The share of a data set's voxels that a batch may hold.
    var mostCoverage: Double { isResidual ? 1 : 0.05 }

    /// Blocks of each level of the encoder: convolutions, or residual blocks of two.
    func blocks(levels: Int) -> [Int] {
        isResidual
            ? (0..<levels).map { [1, 3, 4].indices.contains($0) ? [1, 3, 4][$0] : 6 } : Array(repeating: 2, count: levels)
    }

    /// Convolutions of each level of the decoder, full size first.
    func decoderBlocks(levels: Int) -> [Int] { Array(repeating: isResidual ? 1 : 2, count: levels - 1) }

    static func features(levels: Int, dimensions: Int, width: Int) -> [Int] {
        (0..<levels).map { min(width << $0, (dimensions == 3 ? 320 : 512) * width / usualWidth) }
    }

    /// Features of the first level.
    static let usualWidth = 32
}
