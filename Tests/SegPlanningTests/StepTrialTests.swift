import SegModels
import Testing
import Torch

@testable import Sampling
@testable import SegPlanning

@Suite struct StepTrialTests {
    private static func trial(_ peaks: [Int?], available: Int? = 10_000) -> StepTrial {
        StepTrial(
            measurements: zip([1, 2, 4, 8], peaks).map { .init(batchSize: $0, secondsPerStep: 0.5 + Double($0), peakBytes: $1) },
            predictionSeconds: 0.25, availableBytes: available)
    }

    static let memories: [(peaks: [Int?], perImage: Int?, of16: Int?, largest: Int?)] = [
        ([1100, 1200, 1400, 1800], 100, 2600, 40),
        // Memory that was there already hides the first images.
        ([1400, 1400, 1400, 1800], 100, 2600, 40), ([1100, 1100], nil, nil, nil), ([1100], nil, nil, nil),
        ([nil, nil, nil], nil, nil, nil), ([4900, 5800], 900, 18_400, 1),
    ]

    @Test(arguments: memories)
    func memoryGrowsWithTheBatch(_ row: (peaks: [Int?], perImage: Int?, of16: Int?, largest: Int?)) {
        let trial = Self.trial(row.peaks)
        #expect(trial.bytesPerImage == row.perImage)
        #expect(trial.bytes(batchSize: 16) == row.of16)
        #expect(trial.largestBatch == row.largest)
        #expect(trial.bytes(batchSize: 1) == row.peaks[0])
    }

    @Test func halfOfTheMemoryIsTaken() {
        let trial = Self.trial([1000, 1900, 3700])
        #expect([1, 2, 4, 8].map(trial.fits) == [true, true, true, false])
        #expect(Self.trial([nil], available: nil).fits(1000), "nothing is known")
    }

    @Test func timeIsInProportionToImages() {
        let trial = Self.trial([nil, nil, nil], available: nil)
        #expect([1, 2, 4].map(trial.secondsPerStep) == [1.5, 2.5, 4.5])
        #expect(trial.secondsPerStep(batchSize: 3) == 3.75)
        #expect(trial.secondsPerStep(batchSize: 8) == 9)
        #expect(trial.secondsPerEpoch(trainingPlanes: 43, validationSteps: 8, batchSize: 4) == 10 * 4.5 + 2)
    }

    static let times: [(seconds: [Double], fastest: Double, median: Double, areUneven: Bool)] = [
        ([2], 2, 2, false), ([1, 1.2, 1.1], 1, 1.1, false), ([5, 1, 9], 1, 5, true), ([1, 1, 1, 30], 1, 1, false),
        ([1.5, 1, 1.5], 1, 1.5, false), ([1.6, 1, 1.6], 1, 1.6, true),
    ]

    /// Another program makes some steps longer, and none shorter.
    @Test(arguments: times)
    func theFastestStepCounts(_ row: (seconds: [Double], fastest: Double, median: Double, areUneven: Bool)) {
        let times = StepTimes(row.seconds)
        #expect(times.fastest == row.fastest && times.median == row.median && times.areUneven == row.areUneven)
    }

    @Test(arguments: [(10.0, 3), (0.3, 4), (0.2, 5), (0.001, 10)])
    func stepsAreTakenUntilTheyLastedASecond(each: Double, count: Int) {
        var taken = 0
        let times = StepTimes(until: 1) {
            taken += 1
            return each
        }
        #expect(taken == count && times.fastest == each)
    }

    @Test func stepsAreMeasured() throws {
        try TorchLibrary.setThreadCount(1)
        let trial = try StepTrial(
            network: NetworkConfiguration(features: [8, 16, 32, 64, 128], dropout: [0, 0, 0, 0, 0]), channels: 2, classes: 3,
            size: GridSize(height: 16, width: 16), largest: 2, device: .cpu)
        #expect(trial.measurements.map(\.batchSize) == [1, 2])
        #expect(trial.measurements.allSatisfy { $0.secondsPerStep > 0 && ($0.peakBytes ?? 0) > 1 << 20 })
        #expect(trial.predictionSeconds > 0)
        #expect((trial.availableBytes ?? 0) > 1 << 20)
    }
}
