import Foundation
import MedicalImages
import RunTestSupport
import TestSupport
import Testing

@testable import DataSets
@testable import Phantoms
@testable import Sampling
@testable import SegConfiguration
@testable import SegPlanning

@Suite struct DataSurveyTests {
    private static func survey(
        _ width: Int = 64, _ height: Int = 48, depth: Int = 1, channels: Int = 1, spacing: [Double]? = nil,
        isEightBit: Bool = false,
        range: ClosedRange<Float> = 0...800, labels: [Int: Int] = [0: 90, 1: 10], foreground: [Float] = [], split: Split = .train
    ) -> CaseSurvey {
        CaseSurvey(
            split: split, extent: Extent(width: width, height: height, depth: depth, channels: channels), spacing: spacing,
            isEightBit: isEightBit, ranges: Array(repeating: range, count: channels), labels: labels, foreground: [foreground])
    }

    // MARK: What files hold

    @Test func casesAreReadAsTheyLie() throws {
        try withTemporaryFolder { folder in
            try CTPhantom(cases: 6, width: 40, height: 32, depth: 3, seed: 5).write(to: folder)
            var done: [Int] = []
            let dataSet = try TinyRun.configuration().openDataSet(at: folder)
            let survey = try DataSurvey(of: dataSet) { done.append($0) }
            #expect(done == Array(1...6))
            #expect([Split.train, .validation, .test].map(survey.count(of:)) == [4, 1, 1])
            #expect(survey.planeCount(of: .train, plane: .axial) == 12)
            #expect(survey.planeCount(of: .train, plane: .sagittal) == 160)
            // The census of `inspect` counts the same pixels.
            let census = try DataSetCensus(of: dataSet, configuration: TinyRun.configuration()) { _ in }
            #expect(survey.labelValues(of: .train).map(\.voxels) == census.splits[0].labels.counts)
            #expect(survey.labelValues().map(\.value) == [0, 1])
            #expect(survey.range.lowerBound < -500 && survey.range.upperBound > 100)
            #expect(survey.cases.allSatisfy { $0.spacing != nil && !$0.isEightBit })
            // Every case counts alike.
            #expect(survey.cases.allSatisfy { $0.foreground.map(\.count) == [ForegroundSample.total / 6] })
            #expect(survey.cases.allSatisfy { $0.orientation != nil && $0.croppedExtent.depth == 3 })
        }
    }

    // MARK: What is proposed

    static let planes: [(depth: Int, spacings: [[Double]?], plane: AnatomicalPlane, says: String)] = [
        (1, [nil], .axial, "single images"), (20, [nil, nil], .axial, "no spacing is stated"),
        (20, [[0.7, 0.7, 5]], .axial, "median spacing left to right: 0.7, back to front: 0.7, feet to head: 5 mm"),
        (20, [[1, 1, 1]], .axial, "feet to head: 1 mm"),
        (20, [[1, 1.1, 1]], .axial, "back to front: 1.1"),
        (40, [[3, 0.9, 0.9], [3.3, 1, 1], [2.9, 1, 1]], .sagittal, "cut across the coarsest"),
        (40, [[1, 4, 1]], .coronal, "cut across the coarsest"), (20, [[1, 4, 1]], .axial, "back to front: 4"),
    ]

    @Test(arguments: planes)
    func planesLieAcrossTheCoarsestAxis(_ row: (depth: Int, spacings: [[Double]?], plane: AnatomicalPlane, says: String)) {
        let found = DataSurvey(row.spacings.map { Self.survey(depth: row.depth, spacing: $0) }).plane
        #expect(found.value == row.plane)
        #expect(found.reason.contains(row.says), "\(found.reason)")
    }

    static let fits: [(sizes: [(Int, Int)], fit: GridFit)] = [
        ([(64, 48)], .crop(to: .init(height: 48, width: 64), foreground: 0.33)),
        ([(43, 59), (31, 40)], .crop(to: .init(height: 64, width: 48), foreground: 0.33)),
        ([(5, 5)], .crop(to: .init(height: 16, width: 16), foreground: 0.33)),
        ([(384, 384)], .crop(to: .init(height: 384, width: 384), foreground: 0.33)),
        ([(512, 512)], .resize(to: .init(height: 384, width: 384), by: .bicubic)),
        ([(1920, 1080)], .resize(to: .init(height: 224, width: 384), by: .bicubic)),
        ([(256, 256), (256, 256), (1388, 1040)], .resize(to: .init(height: 384, width: 384), by: .bicubic)),
        ([(4000, 20)], .resize(to: .init(height: 16, width: 384), by: .bicubic)),
    ]

    @Test(arguments: fits)
    func smallPlanesAreHeldWholeAndLargeOnesResized(_ row: (sizes: [(Int, Int)], fit: GridFit)) {
        #expect(DataSurvey(row.sizes.map { Self.survey($0.0, $0.1) }).fit(.axial).value == row.fit)
    }

    private static let tissue = (0...1000).map { Float($0) - 700 }

    static let normalizations: [(cases: [CaseSurvey], normalization: IntensityNormalization)] = [
        ([survey(isEightBit: true, range: 3...250)], .range(low: 0, high: 255)),
        ([survey(channels: 3, isEightBit: true, range: 0...255)], .imageNet),
        ([survey(range: 0...1)], .window(low: 0, high: 1)), ([survey(range: 0...4095)], .zScore),
        ([survey(channels: 2, range: -1024...3000)], .zScore), ([survey(range: -300...300)], .zScore),
        ([survey(range: -1024...3071, foreground: tissue)], .window(low: -700, high: 300)),
        ([survey(range: -1024...3071)], .window(low: -1000, high: 1000)),
        // One scan of three looks otherwise.
        (
            [survey(range: -1024...3071, foreground: tissue), survey(range: -1000...900), survey(range: 0...800)],
            .window(low: -700, high: 300)
        ),
    ]

    @Test(arguments: normalizations)
    func theNormalizationFollowsTheIntensities(_ row: (cases: [CaseSurvey], normalization: IntensityNormalization)) {
        let found = DataSurvey(row.cases).normalization
        #expect(found.value == row.normalization, "\(found.reason)")
    }

    static let classes: [(labels: [Int: Int], expected: [String])] = [
        ([0: 90, 1: 10], ["background 0", "foreground 1"]), ([0: 90, 255: 10], ["background 0", "foreground 255"]),
        ([0: 9, 10: 1, 20: 1], ["background 0", "class_10 10", "class_20 20"]),
        ([1: 10, 2: 90, 3: 5], ["background 2", "class_1 1", "class_3 3"]),
    ]

    @Test(arguments: classes)
    func everyLabelValueIsAClass(_ row: (labels: [Int: Int], expected: [String])) throws {
        let found = try DataSurvey([Self.survey(labels: row.labels)]).classes()
        #expect(found.value.map { "\($0.name) \($0.values.map(String.init).joined(separator: " "))" } == row.expected)
        let survey = DataSurvey([Self.survey(labels: row.labels)])
        let background = survey.background(of: found.value, areStated: false)
        #expect(background.value == "background")
        #expect(background.reason.contains("no label is 0") == (row.labels[0] == nil), "\(background.reason)")
    }

    @Test func valuesThatScatterAreRanges() throws {
        let labels = [0: 900, 1: 30, 2: 9, 3: 4, 252: 4, 253: 9, 254: 30, 255: 200]
        let found = try DataSurvey([Self.survey(labels: labels)]).classes()
        #expect(found.value.map(\.name) == ["background", "foreground"])
        #expect(found.value.map(\.valuesInWords) == ["0-127", "255, 128-254"])
        #expect(found.reason.hasPrefix("ranges to give names to: the label values scatter about 0 and 255, as JPEG"))
    }

    static let statements: [(labels: [Int: Int], says: String)] = [
        ([0: 9, 1: 1, 2: 1], "as the data set names them"), ([0: 9, 2: 1, 9: 3], "as the data set names them"),
        (
            [0: 9, 1: 1, 7: 1],
            "as the data set names them; the label value 7 has none and is ignored below: give it to a class if it is one"
        ),
        (
            [0: 9, 1: 1, 7: 1, 8: 2],
            "as the data set names them; the label values 7, 8 have none and are ignored below: give them to classes if they are some"
        ),
    ]

    /// Values may be missing, and several may be one class.
    @Test(arguments: statements)
    func whatTheDataSetStatesStays(_ row: (labels: [Int: Int], says: String)) {
        let stated = [
            ClassConfiguration(name: "rest", values: [0, 4]), ClassConfiguration(name: "anterior", values: [1]),
            ClassConfiguration(name: "posterior", values: [2, 3]),
        ]
        let found = DataSurvey([Self.survey(labels: row.labels)]).classes(stated: stated, ignoring: [9])
        #expect(found.value == stated)
        #expect(found.reason == row.says)
    }

    static let augmentations: [(names: [String], channels: Int, flips: [Double])] = [
        (["background", "liver"], 1, [0.5, 0]), (["background", "kidney_left", "kidney_right"], 1, [0, 0]),
        (["background", "Left ventricle"], 1, [0, 0]), (["background", "cleft"], 1, [0.5, 0]),
        (["background", "cell"], 3, [0.5, 0.5]),
        (["background", "eye L"], 3, [0, 0]),
    ]

    @Test(arguments: augmentations)
    func whatHasASideIsNotMirrored(_ row: (names: [String], channels: Int, flips: [Double])) {
        let survey = DataSurvey([Self.survey(channels: row.channels, isEightBit: true)])
        let found = survey.augmentation(classNames: row.names).value
        #expect([found.horizontalFlip, found.verticalFlip] == row.flips)
        #expect(found.warp == Warp(probability: 0.5, rotation: 10, scale: 0.1))
    }

    static let refusals: [(labels: [Int: Int], says: String)] = [
        ([:], "no case has labels; expected a label file for each image to learn from"),
        ([7: 100], "every label is 7; expected the background and at least one class"),
        (
            Dictionary(uniqueKeysWithValues: (0..<256).map { ($0, 4) }),
            "the label files hold 256 values from 0 to 255, which looks like pictures, not labels; save masks without smoothing or JPEG compression, one value a class"
        ),
    ]

    @Test(arguments: refusals)
    func labelsThatAreNoneAreRefused(_ row: (labels: [Int: Int], says: String)) {
        #expect(messageThrown { _ = try DataSurvey([Self.survey(labels: row.labels)]).classes() } == row.says)
    }
}
