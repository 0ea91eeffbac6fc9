import Foundation
import MarginCalibration
import MedicalImages
import RunTestSupport
import TestSupport
import Testing

@testable import DataSets
@testable import SegInference

@Suite struct TrainingBoundTests {
    /// Pictures of 8×8 whose labels are the intensities, the patients' so often.
    private func gathered(_ pictures: [String: Int], offsets: MarginOffsets, in folder: URL) throws -> GatheredMargins {
        let truth = (0..<64).map { UInt8($0 % 2) }
        let cases = try pictures.sorted(by: <).flatMap { patient, count in
            try (0..<count).map { number in
                let (image, label) = (
                    folder.appending(path: "\(patient)\(number).png"), folder.appending(path: "\(patient)\(number)_l.png")
                )
                try PNG.write(gray: truth.map { $0 * 3 }, width: 8, height: 8, to: image)
                try PNG.write(gray: truth, width: 8, height: 8, to: label)
                return DataCase(id: "\(patient)\(number)", group: patient, image: ImageLocation(image), label: label)
            }
        }
        let model = try LevelNetwork.model([0, 2], fit: "{resize: [4, 4], by: bilinear}")
        return try #require(SplitEvaluation(model: model, cases: cases, offsets: offsets).run().margins)
    }

    /// n, n_k and m are of the pixels that the margins are of, and a patient's pictures are one unit.
    @Test func everythingIsOfOneResolutionAndUnitsArePatients() throws {
        try withTemporaryFolder { folder in
            let offsets = try MarginOffsets(rho0k: [1, 2], rhoK0: [2, 1])
            let gathered = try gathered(["a": 1, "b": 3, "c": 2], offsets: offsets, in: folder)
            let bound = try TrainingBound(gathered, areOffsetsFixed: true, complexity: 0.5, eta: 0.05)
            #expect(bound.labels.counts == [192, 192], "at native size, not at the network's")
            #expect((bound.units, bound.pixelsPerUnit) == (3, 192))
            // F = C + ρ_max / 4c · √(2 m ln(2c / η)), with the natural logarithm of McDiarmid's inequality.
            let sigma = 2.0 / 8 * (2 * 192 * log(4 / 0.05)).squareRoot()
            #expect(abs(bound.theorem.f - (0.5 + sigma)) < 1e-12)
            #expect(bound.miouLowerBound == gathered.bounds.miouLowerBound)
        }
    }

    @Test(arguments: [(true, 1.0, 0), (true, 0, 1), (false, 1, 1), (false, 0, 2)])
    func whatDoesNotHoldIsSaid(areFixed: Bool, complexity: Double, failing: Int) throws {
        try withTemporaryFolder { folder in
            let offsets = try MarginOffsets(rho0k: [1, 2], rhoK0: [2, 1])
            let gathered = try gathered(["a": 1, "b": 1], offsets: offsets, in: folder)
            let bound = try TrainingBound(gathered, areOffsetsFixed: areFixed, complexity: complexity, eta: 0.05)
            #expect(bound.assumptions.count { $0.status == .notHeld } == failing)
            #expect(bound.guaranteed == nil, "two small pictures prove nothing")
            #expect(bound.theorem.epsilon == nil)
        }
    }

    /// Many small patients: with everything assumed the sentence can stand, and it is mIoU̲ − ε.
    @Test func whatHoldsIsGuaranteed() throws {
        func bound(areFixed: Bool, complexity: Double) throws -> TrainingBound {
            try TrainingBound(
                labels: LabelDistribution(counts: [2_000_000, 2_000_000]), offsets: MarginOffsets(rho0k: [1, 1], rhoK0: [1, 1]),
                miouLowerBound: 0.9, pixelsOfGroups: Dictionary(uniqueKeysWithValues: (0..<40_000).map { ("\($0)", 100) }),
                areOffsetsFixed: areFixed, complexity: complexity, eta: 0.05)
        }
        let sound = try bound(areFixed: true, complexity: 1)
        guard let epsilon = sound.theorem.epsilon else {
            Issue.record("vacuous: \(sound.theorem)")
            return
        }
        #expect(epsilon > 0.04 && epsilon < 0.07)
        #expect(sound.guaranteed == 0.9 - epsilon)
        for (areFixed, complexity) in [(false, 1), (true, 0), (false, 0)] as [(Bool, Double)] {
            let doubtful = try bound(areFixed: areFixed, complexity: complexity)
            #expect(doubtful.guaranteed == nil && doubtful.theorem.epsilon != nil)
        }
    }
}
