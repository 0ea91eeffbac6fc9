import SegModels
import Torch
import TorchNN

/// The network that is planned for volumes of 40×56×40 voxels, with a batch, an optimiser and labels.
struct PlannedNetwork {
    static let shape = [2, 1, 40, 56, 40]
    static let classes = 3

    private let network: any SegmentationNetwork
    private let optimizer: SGD
    private let dropout: Generator
    private let images: Tensor
    /// Of each resolution that is scored, full size first.
    private let labels: [Tensor]
    private let contender: Contender

    init(_ contender: Contender) throws {
        self.contender = contender
        let generator = try Generator(seed: 1)
        let features = [32, 64, 128, 256]
        network = try NetworkConfiguration(
            architecture: .plainConvUNet, dimensions: 3, features: features, dropout: features.map { _ in 0 },
            deepSupervision: true, normalization: .instance, execution: contender.execution
        ).makeNetwork(channels: Self.shape[1], classes: Self.classes, generator: generator)
        optimizer = try SGD(network.parameters, momentum: 0.99, weightDecay: 3e-5, nesterov: true)
        dropout = generator
        images = try Tensor.empty(Self.shape)
        try images.uniformInPlace(0, 1, generator)
        labels = try [1, 2].map { step in
            let uniform = try Tensor.empty([Self.shape[0]] + Self.shape.dropFirst(2).map { $0 / step })
            try uniform.uniformInPlace(0, Double(Self.classes), generator)
            return try uniform.floor().to(.int64)
        }
    }

    private var dtype: DType { contender == .bfloat16 ? .bfloat16 : .float32 }

    func train() throws {
        try optimizer.clearGradients()
        let heads = try network.headLogits(images, .training(dropout), in: dtype)
        let losses = try zip(heads, labels).map { try $0.crossEntropy(labels: $1) }
        try (losses[0] * (2.0 / 3) + losses[1] * (1.0 / 3)).backward()
        try optimizer.step(learningRate: 0.01)
    }

    func predict() throws { try withInference { _ = try network.logits(images, .evaluation, in: dtype) } }
}
