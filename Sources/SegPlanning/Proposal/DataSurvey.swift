import DataSets
import Foundation
import MedicalImages
import Sampling

/// What a data set's files hold, before anybody has said what it means: what `plan` proposes a configuration from.
public struct DataSurvey: Sendable, Hashable {
    public let cases: [CaseSurvey]

    /// A label value, and how much there is of it.
    public struct LabelValue: Sendable, Hashable {
        public let value: Int
        public let voxels: Int
        public let cases: Int
    }

    init(_ cases: [CaseSurvey]) { self.cases = cases }

    /// Reads every case with labels of the data set.
    ///
    /// - Parameter onCase: called with the number of cases read.
    /// - Throws: `DataSetError.emptySplit` without a case to train on; `CaseError`, `ImageFileError`, `FileError` for the first
    ///   thing that is wrong.
    public init(of dataSet: DataSet, onCase: (Int) -> Void = { _ in }) throws {
        _ = try dataSet.cases(of: .train)
        let count = Split.allCases.reduce(0) { $0 + dataSet.count(of: $1) }
        var read: [CaseSurvey] = []
        for split in Split.allCases where dataSet.count(of: split) > 0 {
            for dataCase in try dataSet.cases(of: split) {
                read.append(try CaseSurvey(of: dataCase, split: split, sampleSize: max(1, ForegroundSample.total / count)))
                onCase(read.count)
            }
        }
        cases = read
    }

    /// The same cases in the splits that a data set puts them into; those that it leaves out are left out.
    func placed(as dataSet: DataSet) -> DataSurvey {
        let places = Dictionary(
            Split.allCases.flatMap { split in ((try? dataSet.cases(of: split)) ?? []).map { ($0.id, split) } }
        ) { first, _ in first }
        return DataSurvey(
            cases.compactMap { item in
                places[item.id].map { split in
                    var item = item
                    item.split = split
                    return item
                }
            })
    }

    public var channels: Int { cases.map(\.extent.channels).max() ?? 1 }

    public func count(of split: Split) -> Int { cases.count { $0.split == split } }

    public func planeCount(of split: Split, plane: AnatomicalPlane) -> Int {
        cases.filter { $0.split == split }.reduce(0) { $0 + plane.extent(fromAxial: $1.extent).depth }
    }

    /// The label values of a split or of all, rising.
    public func labelValues(of split: Split? = nil) -> [LabelValue] {
        var found: [Int: LabelValue] = [:]
        for item in cases where split == nil || item.split == split {
            for (value, voxels) in item.labels {
                let other = found[value]
                found[value] = LabelValue(
                    value: value, voxels: voxels + (other?.voxels ?? 0), cases: 1 + (other?.cases ?? 0))
            }
        }
        return found.values.sorted { $0.value < $1.value }
    }

    var range: ClosedRange<Float> {
        let low = cases.map(\.range.lowerBound).min() ?? 0, high = cases.map(\.range.upperBound).max() ?? 0
        return low...high
    }
}
