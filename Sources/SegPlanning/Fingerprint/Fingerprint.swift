import DataSets
import DurableFiles
import Foundation
import Sampling

/// What a plan follows from: sizes, spacings and intensities of the cases that train or validate.
///
/// Cases that test take no part, so that nothing of them is known before the test. A case has its id and no other name.
public struct Fingerprint: Codable, Sendable, Hashable {
    /// A case along the axes of axial planes: planes from the feet up, rows to the back, columns to the left.
    public struct Case: Codable, Sendable, Hashable {
        public let id: String
        /// Planes, rows and columns in voxels.
        public let size: [Int]
        /// The same of the smallest box that holds what is not 0.
        public let croppedSize: [Int]
        /// In mm; nil where the file does not state it.
        public let spacing: [Double]?
        /// In which directions x, y and z of the file grow; nil where it does not say.
        public let orientation: String?

        enum CodingKeys: String, CodingKey {
            case id, size, spacing, orientation
            case croppedSize = "size_after_crop"
        }

        /// The share of the voxels that the crop leaves.
        var keptShare: Double { Double(croppedSize.reduce(1, *)) / Double(size.reduce(1, *)) }
    }

    /// One channel over all cases.
    public struct Channel: Codable, Sendable, Hashable {
        /// As the data set calls it.
        public let name: String?
        /// Of all voxels.
        public let minimum: Double
        public let maximum: Double
        /// Of a sample of the voxels with a label other than 0, in which each case counts as much as another; nil without such.
        public let foreground: Intensities?
    }

    /// A label value.
    public struct Label: Codable, Sendable, Hashable {
        public let value: Int
        /// The class that the data set or the plan names for it; nil where it is ignored.
        public let className: String?
        public let voxels: Int
        public let cases: Int

        enum CodingKeys: String, CodingKey {
            case value, voxels, cases
            case className = "class"
        }
    }

    /// The program and its version.
    public let program: String
    /// The data set: the last name of its folder, and how its files lie.
    public let data: String
    public let layout: String
    public let caseCount: Int
    public let cases: [Case]
    public let channels: [Channel]
    public let labels: [Label]

    enum CodingKeys: String, CodingKey {
        case program, data, layout, cases, channels, labels
        case caseCount = "number_of_cases"
    }

    /// The case's share of voxels that cropping leaves, in the middle.
    var medianKeptShare: Double { cases.map(\.keptShare).percentile(50) }

    /// As a file: keys sorted, a line for each value.
    ///
    /// - Throws: `EncodingError`.
    public var json: String { get throws { try JSONEncoder.sorted(isPretty: true).text(self) + "\n" } }
}

extension Fingerprint {
    /// - Parameters:
    ///   - survey: with every case in its split.
    ///   - names: of the channels, as the data set has them.
    ///   - classes: what label values mean.
    /// - Precondition: a case that trains.
    init(
        of survey: DataSurvey, program: String, data: String, layout: LayoutName, channelNames names: [String]?,
        className: (Int) -> String?
    ) {
        let used = DataSurvey(survey.cases.filter { $0.split != .test })
        self.program = program
        self.data = data
        self.layout = layout.rawValue
        caseCount = used.cases.count
        cases = used.cases.sorted { $0.id < $1.id }.map { item in
            Case(
                id: item.id, size: item.extent.volume.lengths, croppedSize: item.croppedExtent.volume.lengths,
                spacing: item.spacing.map { $0.reversed() }, orientation: item.orientation)
        }
        channels = (0..<used.channels).map { number in
            let ranges = used.cases.compactMap { number < $0.ranges.count ? $0.ranges[number] : nil }
            return Channel(
                name: names.flatMap { number < $0.count ? $0[number] : nil },
                minimum: Double(ranges.map(\.lowerBound).min() ?? 0), maximum: Double(ranges.map(\.upperBound).max() ?? 0),
                foreground: Intensities(used.cases.flatMap { number < $0.foreground.count ? $0.foreground[number] : [] }))
        }
        labels = used.labelValues().map {
            Label(value: $0.value, className: className($0.value), voxels: $0.voxels, cases: $0.cases)
        }
    }
}
