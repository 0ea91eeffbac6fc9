import DataSets
import Foundation
import SegConfiguration
import SegInference

/// The runs of a k-fold cross-validation: each trains on all patients but those of one fold, which validate it.
///
/// What the data set or the configuration's table keeps for the test takes no part. A random split keeps nothing: each patient is
/// scored once anyway, by a model that has not seen it.
public struct CrossValidation: Sendable {
    /// A run of the series, in `fold-0`, `fold-1` and so on.
    public struct Fold: Sendable {
        public let number: Int
        public let folder: RunFolder
        public let configuration: RunConfiguration
    }

    public let folds: [Fold]
    /// Where the runs lie, and the scores of all.
    public let folder: URL
    /// The patients or videos that are dealt to the folds.
    public let groupCount: Int

    /// Folds where nobody says how many.
    public static let standardCount = 5

    /// - Parameters:
    ///   - configuration: of every run, but for the split.
    ///   - count: nil: the usual five, or as many as there are patients or videos.
    ///   - seed: of the deal.
    /// - Throws: `StudyError` for fewer patients than folds; errors of the data.
    public init(_ configuration: RunConfiguration, in folder: URL, count: Int? = nil, seed: UInt64 = SplitRule.seedOfOpenCases)
        throws
    {
        let split = configuration.data.split
        func rule(_ fold: Int, of count: Int) -> SplitRule {
            .folds(FoldSplit(count: count, fold: fold, seed: seed, of: split.dealt))
        }
        let dataSet = try configuration.listDataSet(at: nil).dataSet(rule(0, of: 2))
        groupCount = Set(try [Split.train, .validation].flatMap(dataSet.cases).map(\.group)).count
        let count = count ?? min(Self.standardCount, groupCount)
        guard (2...groupCount).contains(count) else {
            throw StudyError(
                "\(count) folds of \(groupCount) patients or videos (\(dataSet.origin)): expected 2 to \(groupCount) folds")
        }
        self.folder = folder
        folds = (0..<count).map { number in
            var configuration = configuration
            configuration.data.split = rule(number, of: count)
            let place = folder.appending(path: "fold-\(number)", directoryHint: .isDirectory)
            return Fold(number: number, folder: RunFolder(place), configuration: configuration)
        }
    }

    /// The pooled scores of all folds.
    public var evaluation: URL { folder.appending(path: "cross-validation.json") }
    /// The scores of every patient, a row for each case and class.
    public var table: URL { folder.appending(path: "cross-validation.csv") }
}
