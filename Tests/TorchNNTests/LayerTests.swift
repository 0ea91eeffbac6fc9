import Testing
import Torch
import TorchTestSupport

@testable import TorchNN

/// Layers without parameters.
struct LayerTests {
    @Test(arguments: [(0.01, [-0.02, 0, 3]), (0.5, [-1, 0, 3]), (0, [0, 0, 3])] as [(Double, [Double])])
    func leakyReLU(slope: Double, expected: [Double]) throws {
        let output: [Double] = try LeakyReLU(negativeSlope: slope)(Tensor([-2, 0, 3] as [Double]), .evaluation).elements()
        #expect(output == expected)
    }

    @Test func leakyReLUsSlopeIsPyTorchs() throws {
        #expect(try LeakyReLU()(.scalar(-1, dtype: .float64), .evaluation).item() == -0.01)
    }

    @Test func reLU() throws {
        let output: [Double] = try ReLU()(Tensor([-2, 0, 3] as [Double]), .evaluation).elements()
        #expect(output == [0, 0, 3])
    }

    @Test func globalAveragePool() throws {
        let output = try GlobalAveragePool()(Tensor.range(16, dtype: .float64).reshaped([2, 2, 2, 2]), .evaluation)
        #expect(output.shape == [2, 2, 1, 1])
        let elements: [Double] = try output.elements()
        #expect(elements == [1.5, 5.5, 9.5, 13.5])
    }

    @Test func globalAveragePoolOfVolumes() throws {
        let output = try GlobalAveragePool()(Tensor.range(16, dtype: .float64).reshaped([1, 2, 2, 2, 2]), .evaluation)
        #expect(output.shape == [1, 2, 1, 1, 1])
        let elements: [Double] = try output.elements()
        #expect(elements == [3.5, 11.5])
    }

    /// A window of 1 leaves an axis as it is.
    @Test func averagePool() throws {
        let output = try AveragePool([1, 2, 2])(Tensor.range(8, dtype: .float64).reshaped([1, 1, 2, 2, 2]), .evaluation)
        #expect(output.shape == [1, 1, 2, 1, 1])
        let elements: [Double] = try output.elements()
        #expect(elements == [1.5, 5.5])
    }

    @Test func modesSayWhetherTheyTrain() throws {
        #expect(try ForwardMode.training(Generator(seed: 1)).isTraining)
        #expect(!ForwardMode.evaluation.isTraining)
    }
}
