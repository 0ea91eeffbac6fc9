import DurableFiles
import Foundation
import MarginCalibration
import MedicalImages
import TestSupport
import Testing

@testable import DataSets
@testable import Sampling

/// Public data sets, read where they lie: how they are recognised and split, and in an optimised build, whether the class
/// frequencies are those that their authors or others measured.
struct RealDataTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var stated = LayoutSettings()
        let layout: LayoutName
        /// Train, validation and test.
        let cases: [Int]
        let map: [Int: Int]
        /// Per cent, from the data set's README, with its decimals.
        let shares: [Double]
        let tolerance: Double
        var channels = 1
        /// Not to be looked at without optimisation.
        var isLarge = false
    }

    static let rows = [
        Row(
            testDescription: "covid19-ct-slices", layout: .folders, cases: [324, 46, 153],
            map: [0: 0, 1: 1, 2: 2],
            shares: [84.247, 13.300, 2.453], tolerance: 5e-4),
        Row(
            testDescription: "hippocampus-mr-nifti", layout: .folders, cases: [182, 26, 52],
            map: [0: 0, 1: 1, 2: 2],
            shares: [94.752, 2.731, 2.516], tolerance: 6e-4),
        Row(
            testDescription: "brats2015-mr-5class", layout: .cases, cases: [2, 2, 0],
            map: [0: 0, 1: 1, 2: 2, 3: 3, 4: 4],
            // The README's shares are of six patients, of whom four are there; these are numpy's bincount over the four.
            shares: [98.340, 0.221, 0.949, 0.207, 0.282], tolerance: 6e-4, channels: 2, isLarge: true),
        Row(
            testDescription: "dsb2018-nuclei", layout: .objects, cases: [], map: [0: 0, 1: 1],
            shares: [90.35, 9.65],
            tolerance: 6e-3, channels: 3),
        Row(
            testDescription: "wbc-3class", layout: .pairs, cases: [], map: [0: 0, 128: 1, 255: 2],
            shares: [68.812, 18.852, 12.336], tolerance: 6e-4, channels: 3),
        Row(
            testDescription: "ct-mr-totalsegmentator", layout: .grids, cases: [], map: [:], shares: [],
            tolerance: 0),
    ]

    private static func folder(_ name: String) -> URL? {
        TestFolders.realData.map { $0.appending(path: name) }.flatMap {
            FileSystem.kind(of: $0) == .folder ? $0 : nil
        }
    }

    @Test(.enabled(if: TestFolders.realData != nil, "\(TestFolders.noRealData)"), arguments: rows)
    func isRecognisedAndSplit(row: Row) throws {
        guard let folder = Self.folder(row.testDescription), Self.isOptimised || !row.isLarge else { return }
        let finding = try DataSetFolder(folder).recognize(row.stated)
        #expect(finding.layout == row.layout, "\(finding.reason)")
        let (listing, layout) = try DataSetFolder(folder).open(finding.settings)
        let first = try #require(listing.entries.first?.dataCase)
        if !row.map.isEmpty {
            let recipe = Recipe(
                labels: try LabelMap(row.map), normalization: .zScore,
                fit: .resize(to: GridSize(height: 8, width: 8), by: .bilinear))
            #expect(try CaseReader(recipe).outline(of: first).extent.channels == row.channels)
        }
        guard !row.cases.isEmpty else { return }
        let data = try SplitRule.own.dataSet(
            of: listing, layout: layout, classNames: [], root: folder, seed: 1)
        #expect(Split.allCases.map(data.count) == row.cases)
    }

    #if DEBUG
        private static let isOptimised = false
    #else
        private static let isOptimised = true
    #endif

    @Test(
        .enabled(if: TestFolders.realData != nil, "\(TestFolders.noRealData)"),
        .enabled(if: isOptimised, "counts every pixel: swift test -c release"),
        arguments: rows.filter { !$0.shares.isEmpty })
    func hasTheFrequenciesOfItsReadme(row: Row) throws {
        guard let folder = Self.folder(row.testDescription) else { return }
        let listing = try DataSetFolder(folder).open(row.stated).listing
        // Not resized, as the label files are.
        let map = try LabelMap(row.map)
        var total = try LabelDistribution(counts: Array(repeating: 0, count: map.classCount))
        for entry in listing.entries where entry.place != .leftOut {
            let reading = try LabelReading(#require(entry.dataCase.label))
            let classes = try map.apply(
                to: reading.values, extent: reading.extent, path: entry.dataCase.id)
            total = total.adding(
                try LabelDistribution.counting(
                    classes, classCount: map.classCount, ignoring: LabelMap.ignored))
        }
        for (found, expected) in zip(total.frequencies, row.shares) {
            #expect(abs(found * 100 - expected) <= row.tolerance, "\(total.frequencies)")
        }
    }

    /// Background of the CT and of the MR volume, per cent, from the README.
    @Test(.enabled(if: TestFolders.realData != nil, "\(TestFolders.noRealData)"))
    func pairsByGridHaveTheBackgroundOfTheirReadme() throws {
        guard let folder = Self.folder("ct-mr-totalsegmentator") else { return }
        let entries = try DataSetFolder(folder).open(LayoutSettings()).listing.entries
        #expect(entries.map(\.dataCase.id) == ["example_ct_sm", "example_mr_sm"])
        for (entry, share) in zip(entries, [(42, 70.18), (24, 79.32)]) {
            let counts = try LabelReading(#require(entry.dataCase.label)).counts
            let background = Double(counts[0] ?? 0) / Double(counts.values.reduce(0, +)) * 100
            #expect(counts.count == share.0)
            #expect(abs(background - share.1) <= 6e-3, "\(background)")
        }
    }
}
