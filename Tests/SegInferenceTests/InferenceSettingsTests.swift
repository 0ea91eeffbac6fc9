import DataSets
import Foundation
import RunTestSupport
import Sampling
import SegConfiguration
import TestSupport
import Testing

@testable import SegInference

@Suite struct InferenceSettingsTests {
    private func settings(
        _ window: InferenceSettings.Window = .whole, _ mirroring: InferenceSettings.Mirroring = .none
    ) -> InferenceSettings { InferenceSettings(window: window, mirroring: mirroring) }

    private func inferer(_ settings: InferenceSettings, _ overrides: [String]) throws -> any Inferer {
        let configuration = try TinyRun.configuration(overrides)
        return try settings.inferer([WholeInput(network: LevelNetwork([0, 1]))], configuration)
    }

    @Test func whatTrainingDidIsTaken() throws {
        let crop = "input.fit={crop: [16, 24]}"
        let flips = ["training.augmentation.horizontal_flip=0.5", "training.augmentation.vertical_flip=0"]
        #expect(try inferer(settings(.trained, .trained), ["training.augmentation.horizontal_flip=0"]) is WholeInput)
        let window = try #require(try inferer(settings(.trained), [crop]) as? SlidingWindow)
        #expect(window.window == GridSize(height: 16, width: 24))
        let windowed = try #require(try inferer(settings(.trained, .trained), [crop] + flips) as? SlidingWindow)
        let mirrored = try #require(windowed.base as? Mirrored)
        #expect(mirrored.axes == [1] && mirrored.base is WholeInput)
        let both = try #require(try inferer(settings(.whole, .axes([.vertical, .horizontal])), []) as? Mirrored)
        #expect(both.axes == [0, 1])
    }

    @Test(arguments: [
        (
            InferenceSettings.Window.size(GridSize([8, 8, 8])), InferenceSettings.Mirroring.none, 0.5,
            "the window: 8×8×8 (planes × rows × columns); expected rows and columns, as the network has them"
        ),
        (.size(GridSize(height: 8, width: 8)), .none, 0, "the step: 0.0; expected above 0, up to 1"),
        (.whole, .axes([.depth]), 0.5, "mirroring: depth; expected horizontal and vertical: the network has planes"),
    ])
    func whatCannotBeMeantIsRefused(
        _ row: (window: InferenceSettings.Window, mirroring: InferenceSettings.Mirroring, step: Double, says: String)
    ) throws {
        let settings = InferenceSettings(window: row.window, step: row.step, mirroring: row.mirroring)
        #expect(messageThrown { _ = try inferer(settings, []) } == row.says)
    }

    /// A window, mirrors, models and an input, and how often networks are asked.
    @Test(
        arguments: [
            (.whole, .none, 1, [64, 64], 1), (.whole, .axes([.horizontal, .vertical]), 5, [64, 64], 20),
            (.size(GridSize([16, 16])), .none, 1, [64, 64], 49),
            (.size(GridSize([16, 16])), .axes([.vertical]), 2, [8, 64], 28),
            (.size(GridSize([1, 1])), .none, 1, [64, 32], 2048), (.trained, .none, 3, [64, 64], 3),
        ] as [(InferenceSettings.Window, InferenceSettings.Mirroring, Int, [Int], Int)])
    func passesAreCounted(
        _ row: (window: InferenceSettings.Window, mirroring: InferenceSettings.Mirroring, models: Int, input: [Int], count: Int)
    ) throws {
        let settings = settings(row.window, row.mirroring)
        let passes = try settings.passes(over: GridSize(row.input), TinyRun.configuration(), models: row.models)
        #expect(passes == row.count)
    }

    @Test func anEnsembleNeedsOneTask() throws {
        try withTemporaryFolder { folder in
            let configuration = try TinyRun.configuration()
            let first = try TinyCheckpoint.make(configuration)
            #expect(try SegmentationModel(ensemble: [first, first]).inferer is Ensemble)
            var other = configuration
            other.data.classes[1].name = "tumour"
            #expect(
                messageThrown { _ = try SegmentationModel(ensemble: [first, TinyCheckpoint.make(other)]) }
                    == "the network cannot be averaged with the first model: classes: found "
                    + "[\"background\", \"tumour\"], expected [\"background\", \"foreground\"]; average models of one task")
            other = configuration
            other.input.normalization = .zScore
            let joint = try SegmentationModel(ensemble: [first, TinyCheckpoint.make(other)])
            #expect(
                joint.inferer is WholeInput && joint.partners.count == 1,
                "another way from file to input is an ensemble of its own")
        }
    }
}
