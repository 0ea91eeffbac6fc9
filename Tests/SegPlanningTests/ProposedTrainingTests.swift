import DurableFiles
import Foundation
import MedicalImages
import TestSupport
import Testing

@testable import DataSets
@testable import Sampling
@testable import SegConfiguration
@testable import SegPlanning
@testable import SegTraining

/// What `plan` proposes, `train` accepts.
@Suite struct ProposedTrainingTests {
    /// Data sets as people have them: pictures of 20×12 pixels, some of them in folders that are patients.
    struct Collection: CustomTestStringConvertible {
        let testDescription: String
        /// The label values of each case.
        let cases: [[UInt8]]
        var table: String?
        var settings: [String] = []
        let split: String
        let batch: Int
    }

    static let collections = [
        Collection(
            testDescription: "two cases", cases: [[0, 1], [0, 1]], split: "{folds: {count: 2, fold: 0, seed: 1}}", batch: 1),
        Collection(
            testDescription: "few cases, no split", cases: Array(repeating: [0, 1, 2], count: 7),
            split: "{folds: {count: 5, fold: 0, seed: 1}}", batch: 2),
        Collection(
            testDescription: "many cases, no split", cases: Array(repeating: [0, 1], count: 40),
            split: "{random: {seed: 1, validation: 0.15, test: 0.25}}", batch: 4),
        Collection(
            testDescription: "a class in two cases alone",
            cases: [[0, 1], [0, 1], [0, 1, 2], [0, 1], [0, 1, 2], [0, 1], [0, 1]],
            split: "{folds: {count: 5, ", batch: 2),
        Collection(
            testDescription: "a table without a test, and a class that does not validate",
            cases: [[0, 1, 2], [0, 1], [0, 1, 2], [0, 1]], table: "0,train\n1,val\n2,train\n3,train\n", split: "own", batch: 1),
        Collection(
            testDescription: "a class that does not train", cases: [[0, 1], [0, 1, 2], [0, 1], [0, 1]],
            table: "0,train\n1,val\n2,train\n3,train\n", split: "own", batch: 1),
        Collection(
            testDescription: "a table that nobody validates by", cases: Array(repeating: [0, 1], count: 5),
            table: "0,train\n1,train\n2,train\n3,train\n4,test\n", split: "{folds: {count: 4, fold: 0, seed: 1}}", batch: 1),
        Collection(
            testDescription: "classes that are stated, and a value without one", cases: Array(repeating: [0, 1, 9], count: 6),
            settings: ["data.classes=[{name: rest, values: [0]}, {name: left, values: [1]}]"],
            split: "{folds: {count: 5, fold: 0, seed: 1}}", batch: 2),
        Collection(
            testDescription: "a split that was asked for", cases: Array(repeating: [0, 1], count: 6),
            settings: ["data.split={random: {seed: 3, validation: 0.3, test: 0}}"],
            split: "{random: {seed: 3, validation: 0.3, test: 0}}", batch: 2),
    ]

    private func write(_ collection: Collection, to folder: URL) throws {
        for part in ["images", "labels"] {
            try FileManager.default.createDirectory(at: folder.appending(path: part), withIntermediateDirectories: true)
        }
        for (number, values) in collection.cases.enumerated() {
            let labels = (0..<240).map { values[$0 % 20 * values.count / 20] }
            let picture = labels.enumerated().map { UInt8(truncatingIfNeeded: Int($1) * 20 + ($0 * 7 + number * 13) % 50) }
            for (part, pixels) in [("images", picture), ("labels", labels)] {
                try PNG.write(gray: pixels, width: 20, height: 12, to: folder.appending(path: "\(part)/\(number).png"))
            }
        }
        if let table = collection.table { try DurableFile.write("file,split\n" + table, to: folder.appending(path: "split.csv")) }
    }

    private func proposal(_ settings: [String], _ folder: URL) throws -> ConfigurationProposal {
        let reader = try ConfigurationReader(file: nil, overrides: settings, data: folder)
        let plan = try DataSetPlan(
            of: reader.configuration(), at: folder, channelNames: nil,
            areClassesStated: reader.namesClasses(reader.dataSetFinding()?.finding), budget: .init()
        ) { _, _, _, _, largest, _ in
            StepTrial(
                measurements: StepTrial.batchSizes.filter { $0 <= largest }.map {
                    .init(batchSize: $0, secondsPerStep: Double($0), peakBytes: nil)
                }, predictionSeconds: 1, availableBytes: nil)
        }
        guard case .pictures(let proposal) = plan.plans[0].kind else { throw PlanError.noVolumes }
        return proposal
    }

    @Test(arguments: collections)
    func isAccepted(_ collection: Collection) throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data", directoryHint: .isDirectory)
            try write(collection, to: data)
            let text = try proposal(collection.settings, data).yaml(file: "my.yaml")
            let file = folder.appending(path: "my.yaml")
            try DurableFile.write(text, to: file)
            #expect(text.contains("  split: \(collection.split)"), "\(text)")

            let configuration = try ConfigurationReader(file: file).configuration()
            #expect(configuration.training.batchSize == collection.batch)
            let dataSet = try configuration.openDataSet(at: nil)
            #expect(dataSet.count(of: .train) > 0 && dataSet.count(of: .validation) > 0)
            let training = try TrainingData(dataSet, configuration, resources: .init()) { _, _ in }
            let errors = try training.facts(configuration).problems.filter { $0.severity == .error }
            #expect(errors.isEmpty, "\(errors)")
            // The counts are those that training has.
            for count in training.store.labelDistribution.counts { #expect(text.contains("  \(count)  "), "\(count)\n\(text)") }
        }
    }

    /// Where it can be helped, every class trains and validates.
    @Test func rareClassesStandOnBothSides() throws {
        try withTemporaryFolder { folder in
            try write(Self.collections[3], to: folder)
            let survey = try proposal([], folder).data.survey
            for split in [Split.train, .validation] { #expect(survey.labelValues(of: split).map(\.value) == [0, 1, 2]) }
        }
    }

    /// A plane larger than all that were seen is predicted.
    @Test func largerScansAreNotRefused() throws {
        try withTemporaryFolder { folder in
            try write(Self.collections[1], to: folder)
            let recipe = try proposal([], folder).configuration.recipe
            let route = try recipe.route(of: Extent(width: 77, height: 64), geometry: nil, path: "new.png")
            #expect(route.inputSize == GridSize(height: 64, width: 77))
        }
    }

    @Test(arguments: [(1, "there is one case; expected two or more, one to train on and one to validate on")])
    func whatCannotBeSplitIsRefused(cases: Int, says: String) throws {
        try withTemporaryFolder { folder in
            try write(
                Collection(testDescription: "", cases: Array(repeating: [0, 1], count: cases), split: "", batch: 1), to: folder)
            #expect(messageThrown { _ = try proposal([], folder) } == says)
        }
    }
}
