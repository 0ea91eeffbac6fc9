import DurableFiles
import Foundation
import MarginCalibration
import MedicalImages
import SegModels
import TestSupport
import Testing

@testable import DataSets
@testable import Sampling
@testable import SegConfiguration
@testable import SegPlanning

@Suite struct NetworkPlanTests {
    /// A data set that has no files.
    private static func plan(
        size: (Int, Int, Int) = (35, 50, 36), spacing: [Double]? = [1, 1, 1], channels: Int = 1, cases: Int = 20,
        range: ClosedRange<Float> = 0...900, cropped: (Int, Int, Int)? = nil, names: [String]? = nil,
        classes: [String] = ["background", "anterior", "posterior"], labels: [Int: Int] = [0: 90, 1: 6, 2: 4],
        foreground: [Float] = [10, 20, 30], dimensions: Int = 3, budget: NetworkPlan.Budget = .init()
    ) throws -> NetworkPlan {
        func extent(_ size: (Int, Int, Int)) -> Extent {
            Extent(width: size.0, height: size.1, depth: size.2, channels: channels)
        }
        let survey = DataSurvey(
            (0..<cases).map {
                CaseSurvey(
                    id: String(format: "case_%02d", $0), split: $0 % 4 == 3 ? .validation : .train, extent: extent(size),
                    croppedExtent: cropped.map(extent), spacing: spacing, ranges: Array(repeating: range, count: channels),
                    labels: labels, foreground: Array(repeating: foreground, count: channels))
            })
        var data = try ConfigurationReader(file: nil).configuration().data
        data.folder = "/data/scans"
        data.classes = classes.enumerated().map { ClassConfiguration(name: $1, values: [$0]) }
        let proposed = try DataProposal(survey, data: data, split: Choice(data.split, "as it is"), areClassesStated: true)
        let fingerprint = Fingerprint(
            of: survey, program: "marginseg", data: "scans", layout: .folders, channelNames: names,
            className: proposed.className(of:))
        return try NetworkPlan(
            fingerprint, data: proposed, dimensions: dimensions, budget: budget,
            countLabels: { _ in try LabelDistribution(counts: classes.indices.map { max(1, labels[$0] ?? 0) }) }
        ) { network, _, _, size, _, _ in
            // A machine that takes time in proportion to voxels and features.
            let cost = Double(size.count * network.features[0] * network.features[0]) * 1e-9
            return StepTrial(
                measurements: [.init(batchSize: 1, secondsPerStep: cost, peakBytes: nil)], predictionSeconds: cost / 3,
                availableBytes: nil)
        }
    }

    /// Read back, the file is the configuration that was planned, and its network can be made.
    @Test(arguments: [
        Result { try plan() }, Result { try plan(dimensions: 2) }, Result { try plan(budget: .init(network: .residualL)) },
        Result { try plan(budget: .init(minutes: 5)) }, Result { try plan(channels: 4, names: ["T1", "T2", "CT", "FLAIR"]) },
        Result { try plan(size: (512, 512, 100), spacing: [0.8, 0.8, 5], range: -1024...3000, foreground: [-50, 20, 400]) },
        Result { try plan(size: (240, 240, 155), cropped: (140, 170, 138)) },
        Result { try plan(size: (256, 256, 9), spacing: [1.4, 1.4, 10], classes: ["rest", "left ventricle", "right"]) },
        Result { try plan(spacing: nil) }, Result { try plan(labels: [0: 100, 1: 1], foreground: []) },
        Result { try plan(size: (300, 20, 280), spacing: [1, 6, 1]) }, Result { try plan(size: (64, 64, 2)) },
    ])
    func theFileSaysWhatIsPlanned(_ row: Result<NetworkPlan, any Error>) throws {
        let plan = try row.get()
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "plan.yaml")
            let text = try plan.yaml(file: "plans/scans/plan.yaml")
            try DurableFile.write(text, to: file)
            let read = try ConfigurationReader(file: file).configuration()
            #expect(read == plan.configuration, "\(text)")
            #expect(
                text.split(separator: "\n").allSatisfy { !$0.drop { $0 == " " }.hasPrefix("#") || $0.count <= 140 }, "\(text)")
        }
        let levels = plan.configuration.network.levels
        #expect(levels.count == plan.trial.plan.features.count)
    }

    /// Few steps are AdamW's, with averaged weights and without mirror images, and what the file says of it comes back.
    @Test func theOptimizerIsThatOfTheTime() throws {
        let (full, short) = try (Self.plan(), Self.plan(budget: .init(minutes: 5)))
        #expect(full.configuration.training.stages.map(\.optimizer) == [.sgd, .sgd])
        #expect(full.configuration.training.stages.map(\.learningRate) == [0.01, 0.001])
        #expect(full.configuration.training.weightAverage == 0)
        #expect(short.configuration.training.stages.map(\.optimizer) == [.adamw, .adamw])
        #expect(short.configuration.training.stages.map(\.learningRate) == [0.001, 0.0001])
        #expect(short.configuration.training.weightAverage == 0.99)
        let augmentation = short.configuration.training.augmentation
        #expect([augmentation.horizontalFlip, augmentation.verticalFlip, augmentation.depthFlip] == [0, 0, 0])
        let (long, brief) = try (full.yaml(file: "plan.yaml"), short.yaml(file: "plan.yaml"))
        #expect(long.contains("SGD with momentum 0.99, as") && !long.contains("weight_average"))
        #expect(brief.contains("AdamW, since SGD with momentum") && brief.contains("  weight_average: 0.99\n"))
    }

    @Test func hippocampusIsPlannedAsNNUNetPlansIt() throws {
        let configuration = try Self.plan(cases: 260).configuration
        #expect(configuration.input.fit == .crop(to: GridSize([40, 56, 40]), foreground: 0.33, about: .class))
        #expect(configuration.input.spacing == GridSpacing(planes: 1, rows: 1, columns: 1))
        #expect(configuration.input.crop == nil && configuration.input.normalization == .zScore)
        #expect(configuration.network.features == [32, 64, 128, 256])
        #expect(configuration.network.strides == [[1, 1, 1], [2, 2, 2], [2, 2, 2], [2, 2, 2]])
        #expect(configuration.training.batchSize == 9 && configuration.training.stepsPerEpoch == 250)
        #expect(configuration.training.stages.map(\.epochs) == [900, 100])
        #expect(configuration.training.stages[0].objective == "cross_entropy + dice(background=false)")
        #expect(configuration.training.stages[1].objective == "cross_entropy + lovasz(per_image=false)")
    }

    @Test func theFileGivesItsReasons() throws {
        let text = try Self.plan(
            size: (240, 240, 155), cropped: (138, 169, 138), budget: .init(minutes: 60)
        ).yaml(file: "plans/scans/plan.yaml")
        for line in [
            "#   marginseg train plans/scans/plan.yaml --output runs/first\n",
            "  # 20 of 20 cases have zeros all round; the box that holds the rest is 36 % of a case, in the middle\n  crop: nonzero\n",
            "  normalization: {z_score: nonzero}\n", "  spacing: [1, 1, 1]\n", "for 60 minutes: ", "  deep_supervision: true\n",
            "  # as it is.\n  split: own    # cases: 15 train, 5 validation, 0 test\n", "    #   class       pixels  share %",
            "    #   objective: margin(form=authors,tau=10,nu=1)\n",
        ] {
            #expect(text.contains(line), "\(line)\n\(text)")
        }
    }

    /// CT of 512² pixels and 400 planes: a patch shows a small part, which is told.
    @Test func patchesThatShowLittleAreTold() throws {
        let plan = try Self.plan(size: (512, 512, 400), spacing: [0.8, 0.8, 1], range: -1024...3000)
        #expect(
            try plan.yaml(file: "p.yaml").contains("# A patch shows less than a quarter of a case. nnU-Net would first train at ")
        )
        #expect(try !Self.plan().yaml(file: "p.yaml").contains("less than a quarter"))
    }

    /// Mirror images would make one side the other.
    @Test func classesOfOneSideAreNotMirrored() throws {
        let sided = try Self.plan(classes: ["rest", "left lung", "right lung"]).configuration.training.augmentation
        #expect(sided.horizontalFlip == 0 && sided.verticalFlip == 0.5 && sided.depthFlip == 0.5)
        #expect(try Self.plan(dimensions: 2).configuration.training.augmentation.depthFlip == nil)
    }

    @Test func casesThatAreTooSmallAreTold() {
        #expect(
            messageThrown { _ = try Self.plan(size: (6, 7, 5)) }?.hasPrefix("the cases are too small for a network of volumes")
                == true)
    }

    /// A plan that was edited to strides that no network can have is refused with the key.
    @Test(arguments: [
        ("network.strides=[[1, 1, 1], [2, 2, 2], [3, 2, 2], [2, 2, 2]]", "network.strides"),
        ("network.strides=[[1, 1, 1], [2, 2, 2]]", "network.strides"), ("network.kernels=[[3, 3]]", "network.kernels"),
        ("input.fit={crop: [40, 56]}", "input.spacing"), ("network.blocks=[2, 2]", "network.blocks"),
    ])
    func editedPlansAreChecked(change: String, key: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "plan.yaml")
            try DurableFile.write(try Self.plan().yaml(file: "plan.yaml"), to: file)
            let message = messageThrown { _ = try ConfigurationReader(file: file, overrides: [change]).configuration() }
            #expect(message?.contains(key + ": expected") == true, "\(message ?? "accepted")")
        }
    }
}
