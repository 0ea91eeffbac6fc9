import Testing
import Torch
import TorchTestSupport

@testable import TorchNN

struct WeightAverageTests {
    @Test func followsTheFormula() throws {
        let (module, averaged) = try (BatchNorm(channels: 1), BatchNorm(channels: 1))
        let average = WeightAverage(of: module, into: averaged, decay: 0.5)
        try withoutGradient { try module.weight.tensor.fillInPlace(4) }
        try average.reset()
        var expected = 4.0
        for step in 1...20 {
            let value = Double(step * step)
            try withoutGradient { try module.weight.tensor.fillInPlace(value) }
            try module.runningMean.tensor.fillInPlace(value)
            try average.update(step: step)
            let decay = min(0.5, Double(1 + step) / Double(10 + step))
            expected = decay * expected + (1 - decay) * value
            let found = try averaged.weight.tensor.item()
            #expect(abs(found - expected) < 1e-4 * expected)
            let running = try averaged.runningMean.tensor.item()
            #expect(running == value, "statistics are copied")
        }
        let own = try module.weight.tensor.item()
        #expect(own == 400, "the module is as it was")
    }

    @Test func aDecayOfOneIsRefused() async {
        await #expect(processExitsWith: .failure) {
            _ = WeightAverage(of: ReLU(), into: ReLU(), decay: 1)
        }
    }
}
