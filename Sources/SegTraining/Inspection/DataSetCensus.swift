import Foundation
import MarginCalibration
import MedicalImages
import SegData

/// What a data set holds, split by split: sizes, spacings, and how many pixels each class has.
public struct DataSetCensus: Codable, Sendable {
    /// One split; nil counts where its cases have no labels.
    public struct SplitCensus: Codable, Sendable {
        public let split: Split
        public let cases: Int
        public let planes: Int
        /// Smallest and largest size along x, y and z.
        public let smallest: Extent
        public let largest: Extent
        /// Smallest and largest spacing along x, y and z in mm; nil where no case states one.
        public let smallestSpacing: [Double]?
        public let largestSpacing: [Double]?
        public let labels: LabelDistribution
        /// For each class, the cases without a pixel of it.
        public let casesWithout: [Int]

        enum CodingKeys: String, CodingKey {
            case split, cases, planes, smallest, largest, labels
            case smallestSpacing = "smallest_spacing"
            case largestSpacing = "largest_spacing"
            case casesWithout = "cases_without"
        }
    }

    public let folder: String
    public let classNames: [String]
    public let splits: [SplitCensus]

    enum CodingKeys: String, CodingKey {
        case folder, splits
        case classNames = "class_names"
    }

    /// Reads every case.
    ///
    /// - Parameter onCase: called with the number of cases read.
    /// - Throws: `DataSetError`, `CaseError`, `ImageFileError`, `FileError` for the first thing that is wrong.
    public init(of dataSet: DataSet, configuration: RunConfiguration, onCase: (Int) -> Void) throws {
        let classCount = configuration.data.classes.count
        // A frame would refuse planes that are larger; here they are only counted.
        var recipe = try configuration.recipe
        recipe.fit = .resize(to: recipe.fit.size, by: .bilinear)
        let reader = try CaseReader(recipe)
        var read = 0
        splits = try Split.allCases.filter { dataSet.count(of: $0) > 0 }.map { split in
            var extents: [Extent] = []
            var spacings: [[Double]] = []
            var labels = try LabelDistribution(counts: Array(repeating: 0, count: classCount))
            var without = Array(repeating: 0, count: classCount)
            for dataCase in try dataSet.cases(of: split) {
                let prepared = try reader.read(dataCase)
                extents.append(prepared.extent)
                if let spacing = prepared.geometry?.spacing { spacings.append(spacing) }
                let counted = try LabelDistribution.counting(
                    prepared.labels ?? [], classCount: classCount, ignoring: LabelMap.ignored)
                labels = labels.adding(counted)
                for index in counted.counts.indices where counted.counts[index] == 0 { without[index] += 1 }
                read += 1
                onCase(read)
            }
            func each(_ pick: ([Double]) -> Double?) -> [Double]? {
                spacings.isEmpty ? nil : (0..<3).compactMap { axis in pick(spacings.map { $0[axis] }) }
            }
            func size(_ pick: ([Int]) -> Int?) -> Extent {
                func along(_ size: KeyPath<Extent, Int>) -> Int { pick(extents.map { $0[keyPath: size] }) ?? 1 }
                return Extent(width: along(\.width), height: along(\.height), depth: along(\.depth), channels: along(\.channels))
            }
            return SplitCensus(
                split: split, cases: extents.count,
                planes: extents.reduce(0) { $0 + configuration.input.axis.planeCount(of: $1) },
                smallest: size { $0.min() }, largest: size { $0.max() }, smallestSpacing: each { $0.min() },
                largestSpacing: each { $0.max() }, labels: labels, casesWithout: without)
        }
        folder = dataSet.origin
        classNames = configuration.data.classNames
    }
}
