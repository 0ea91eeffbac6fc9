@testable import Sampling

/// Samples in memory: sample i is filled with i and named `case_i`.
struct NumberedSource: SampleSource {
    var count: Int
    var channels = 1
    var size = GridSize(height: 2, width: 3)
    /// The sample that cannot be made.
    var broken: Int?

    struct Broken: Error, Equatable { var index: Int }

    func sample(at index: Int) throws -> StoredSample {
        if index == broken { throw Broken(index: index) }
        return try StoredSample(made(index))
    }

    private func made(_ index: Int) -> Sample {
        Sample(
            id: SampleID(caseID: "case_\(index)", plane: 0),
            image: [Float](repeating: Float(index), count: channels * size.count),
            labels: [UInt8](repeating: UInt8(index % 256), count: size.count), channels: channels, size: size, sourceSize: size)
    }
}
