import DurableFiles
import Foundation
import MarginCalibration
import MedicalImages
import TestSupport
import Testing

@testable import SegConfiguration
@testable import SegPlanning

@Suite struct ConfigurationProposalTests {
    private static func proposal(
        labels: [Int: Int] = [0: 90_000, 1: 9000, 2: 1000], stated: [String]? = nil, range: ClosedRange<Float> = 0...900,
        size: (Int, Int) = (64, 48), cases: Int = 40, available: Int? = 64 << 30, folder: String = "/data/scans",
        minutes: Double? = nil
    ) throws -> ConfigurationProposal {
        let survey = DataSurvey(
            (0..<cases).map {
                CaseSurvey(
                    split: $0 % 4 == 3 ? .validation : .train, extent: Extent(width: size.0, height: size.1, depth: 2),
                    ranges: [range], labels: labels)
            })
        var data = try ConfigurationReader(file: nil).configuration().data
        data.folder = folder
        if let stated {
            data.classes = stated.enumerated().map { ClassConfiguration(name: $1, values: [$0]) }
            data.ignoredValues = [255]
        }
        return try ConfigurationProposal(
            DataProposal(survey, data: data, split: Choice(data.split, "as it is"), areClassesStated: stated != nil),
            minutes: minutes,
            countLabels: { configuration in
                let counts = configuration.data.classes.map { $0.values.reduce(0) { $0 + (labels[$1] ?? 0) } }
                return try LabelDistribution(counts: counts)
            }
        ) { _, _, _, _, largest, _ in
            StepTrial(
                measurements: StepTrial.batchSizes.filter { $0 <= largest }.map {
                    .init(batchSize: $0, secondsPerStep: Double($0) / 8, peakBytes: (1 + $0) << 30)
                },
                predictionSeconds: 0.05, availableBytes: available)
        }
    }

    /// Read back, the file is the configuration that was proposed.
    @Test(
        arguments: [
            Result { try proposal() },
            Result { try proposal(stated: ["background", "left: a, {b}", "\"no\" \\ 3 #"]) },
            Result { try proposal(range: -1024...3000, size: (512, 512)) }, Result { try proposal(labels: [0: 10, 255: 10]) },
            Result { try proposal(labels: [0: 26, 1: 740, 2: 234]) }, Result { try proposal(labels: [0: 3, 1: 4, 2: 3]) },
            Result { try proposal(stated: ["polyp", "wall", "fold"]) },
            Result { try proposal(range: 0...1, cases: 4000, folder: "/data/a b: c") },
        ])
    func theFileSaysWhatIsProposed(_ row: Result<ConfigurationProposal, any Error>) throws {
        let proposal = try row.get()
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "my.yaml")
            try DurableFile.write(proposal.yaml(file: "my.yaml"), to: file)
            let read = try ConfigurationReader(file: file).configuration()
            #expect(read == proposal.configuration)
        }
    }

    static let backgrounds: [(labels: [Int: Int], stated: [String]?, lines: [String])] = [
        (
            [0: 900, 1: 100], nil,
            [
                "  # the background, which means and curves leave out, or none: value 0 is the commonest, 90 % of the pixels",
                "  background: background",
            ]
        ),
        (
            [0: 26, 1: 740, 2: 234], nil,
            ["    - {name: background, values: [1]}", "    - {name: class_0, values: [0]}", "  background: background"]
        ),
        ([0: 3, 1: 4, 2: 3], nil, ["    - {name: class_0, values: [0]}", "  background: none"]),
        ([0: 26, 1: 740, 2: 234], ["polyp", "wall", "fold"], ["  background: wall"]),
        ([0: 26, 1: 740], ["background", "lesion"], ["  background: background"]),
    ]

    @Test(arguments: backgrounds)
    func theBackgroundIsProposedWithItsReason(_ row: (labels: [Int: Int], stated: [String]?, lines: [String])) throws {
        let text = try Self.proposal(labels: row.labels, stated: row.stated).yaml(file: "my.yaml")
        for line in row.lines { #expect(text.contains(line + "\n"), "\(line)") }
    }

    @Test func theFileGivesItsReasons() throws {
        let text = try Self.proposal().yaml(file: "my.yaml")
        for line in [
            "#   marginseg train my.yaml --output runs/first",
            "  # as it is.\n  split: own    # cases: 30 train, 10 validation, 0 test",
            "  # label value 1: 9.000 % of the pixels, in 40 of 40 cases", "  # intensities are 0 to 900, a scale that differs",
            "  # planes are 48×64; windows of multiples of 16 hold each of them whole, so that no pixel is interpolated;",
            "  fit: {crop: [48, 64], foreground: 0.33}",
            "  # 4 planes a step take about 5.0 of the 64.0 GiB that are free here; about 31 would fit into half of them",
            "  # about 8 s an epoch on this machine (cpu): 15 steps of 0.5 s, 20 planes to validate; 14 min for all stages",
            "    #   class       pixels  share %", "      objective: cross_entropy + lovasz(per_image=false)",
            "level with more of the same", "      objective: cross_entropy + dice(background=false)",
            "    #   objective: margin(form=authors,tau=10,nu=1)",
            "warp: {probability: 0.5, rotation: 10, scale: 0.1, elastic: 0, smoothness: 32}",
        ] {
            #expect(text.contains(line), "\(line)")
        }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 140 })
    }

    static let batches: [(cases: Int, available: Int?, batch: Int, epochs: Int)] = [
        // 60 planes: fifteen steps an epoch.
        (40, 64 << 30, 4, 50), (100, 64 << 30, 8, 50), (400, 64 << 30, 16, 50), (4000, 64 << 30, 16, 13),
        (40_000, 64 << 30, 16, 10), (400, 12 << 30, 4, 33), (400, 2 << 30, 1, 10), (400, nil, 16, 50), (2, 64 << 30, 2, 50),
    ]

    @Test(arguments: batches)
    func theBatchFitsAndEpochsHaveSteps(_ row: (cases: Int, available: Int?, batch: Int, epochs: Int)) throws {
        let training = try Self.proposal(cases: row.cases, available: row.available).configuration.training
        #expect(training.batchSize == row.batch)
        #expect(training.stages.map(\.epochs) == [row.epochs, row.epochs])
    }

    /// An epoch takes 8.5 s, of which each stage gets half of the time.
    @Test func epochsFillTheTime() throws {
        #expect(try Self.proposal(minutes: 10).configuration.training.stages.map(\.epochs) == [35, 35])
        #expect(
            messageThrown { _ = try Self.proposal(minutes: 0.1) }
                == "no network learns anything in 0.1 minutes on this machine: the smallest takes 0.57 s a step, and 30 steps are the "
                + "least; give --minutes 1 or more")
    }

    @Test(arguments: [(1, 1), (2, 1), (3, 1), (4, 2), (8, 4), (76, 4), (80, 5), (256, 16), (9000, 16)])
    func smallDataGetSmallBatches(planes: Int, largest: Int) {
        #expect(ConfigurationProposal.largestBatch(planes: planes) == largest)
    }

    @Test(arguments: [(0.0234, "0.023 s"), (0.96, "0.96 s"), (12.4, "12 s"), (99.6, "100 s"), (150, "2 min"), (7000, "1.9 h")])
    func timesAreEstimates(seconds: Double, text: String) {
        #expect(PlanComment.duration(seconds) == text)
    }

    @Test func imagesOfOtherChannelsAreTold() throws {
        let survey = DataSurvey(
            [1, 3].map {
                CaseSurvey(
                    id: "c\($0)", split: .train, extent: Extent(width: 8, height: 8, channels: $0), ranges: [0...1],
                    labels: [0: 5, 1: 5])
            })
        let data = try ConfigurationReader(file: nil).configuration().data
        #expect(
            messageThrown { _ = try DataProposal(survey, data: data, split: Choice(data.split, ""), areClassesStated: false) }
                == "the images have 1 channel (c1), 3 channels (c3); expected the same number in all")
    }
}
