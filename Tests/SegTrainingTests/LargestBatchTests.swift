import SegLosses
import SegModels
import TestSupport
import Testing
import Torch
import TorchNN

@testable import Sampling
@testable import SegTraining

/// What a step says of a batch that its device has no memory for.
struct LargestBatchTests {
    /// A network on a device that holds so many images.
    private final class Full: Module, SegmentationNetwork {
        let convolution: Convolution
        let most: Int
        let channelCount = 1
        let classCount = 2
        let sizeMultiples = [1, 1]

        init(most: Int) throws {
            self.most = most
            convolution = try Convolution(1, 2, kernel: [1, 1], Generator(seed: 1))
        }

        func evaluationBytes(sizes: [Int]) -> Int { 0 }

        func fittingForward(_ images: Tensor, _ mode: ForwardMode) throws -> Tensor {
            guard images.shape[0] <= most else { throw TorchError.outOfMemory("convolution", bytes: 1 << 40) }
            return try convolution(images, mode)
        }
    }

    @Test(arguments: [(16, 5, 4), (16, 8, 8), (9, 3, 2), (2, 1, 1), (8, 0, nil), (1, 0, nil)] as [(Int, Int, Int?)])
    func theLargestThatFitsIsFound(count: Int, most: Int, expected: Int?) throws {
        let network = try Full(most: most)
        let size = GridSize(height: 4, width: 4)
        let batch = Batch(
            (0..<count).map {
                Sample(
                    id: SampleID(caseID: "case", plane: $0), image: .init(repeating: Float($0), count: 16),
                    labels: .init(repeating: 1, count: 16), channels: 1, size: size, sourceSize: size)
            })
        let step = try TrainingStep(
            network: network, loss: CrossEntropyLoss(ignoreLabel: 255), optimizer: SGD(network.parameters),
            dropout: Generator(seed: 2), precision: .float32, clipNorm: 0)
        let before = try network.state().mapValues { try $0.bytes() }
        func onDevice(_ count: Int) throws -> DeviceBatch {
            let part = batch.prefix(count)
            #expect(part.count == count && part.images.last == Float(count - 1) && part.labels.count == 16 * count)
            return try DeviceBatch(part, for: network, on: .cpu, .channelsFirst)
        }
        #expect(throws: TorchError.self) { try step.begin([onDevice(count)], learningRate: 1) }
        #expect(try step.largestFitting(below: count, onDevice) == expected)
        #expect(try network.state().mapValues { try $0.bytes() } == before)
        #expect(network.parameters.allSatisfy { $0.gradient == nil })
    }

    @Test func theErrorSaysWhatWouldFit() {
        #expect(
            TrainingError.batchTooLarge(12, of: "224×336", accumulate: 4, device: "cuda:0", fitting: 5).description
                == "a step on 12 samples of 224×336 needs more memory than cuda:0 has free; 5 would fit: choose training.batch_size=5, with training.accumulate=10 for steps on 50 samples"
        )
        #expect(
            TrainingError.batchTooLarge(2, of: "128×128×128", accumulate: 1, device: "cuda:0", fitting: nil).description
                .hasSuffix(
                    "not even one fits: choose a smaller input.fit or a narrower network"))
    }
}
