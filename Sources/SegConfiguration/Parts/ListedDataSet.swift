import DataSets
import Foundation

/// The cases of a data set, listed once, which rules of splitting can be tried on.
package struct ListedDataSet {
    package let listing: CaseListing
    let layout: LayoutName
    /// The folder that a table's path starts at.
    let root: URL
    let classNames: [String]

    /// Whether the data set itself puts some case into a split.
    package var hasOwnSplit: Bool { listing.entries.contains { if case .split = $0.place { true } else { false } } }

    /// - Throws: `DataSetError` where the rule cannot split the cases.
    package func dataSet(
        _ rule: SplitRule, seed: UInt64 = SplitRule.seedOfOpenCases, keeping kept: CaseSplits? = nil,
        isOwnData: Bool = true
    ) throws -> DataSet {
        try rule.dataSet(
            of: listing, layout: layout, classNames: classNames, root: root, seed: seed, keeping: kept, isOwnData: isOwnData)
    }

    /// Every case, as if all trained.
    package func unsplit() throws -> DataSet {
        try DataSet(
            classNames: classNames, origin: listing.origin,
            cases: [.train: listing.entries.filter { $0.place != .leftOut }.map(\.dataCase)], layout: layout,
            notes: listing.notes)
    }
}
