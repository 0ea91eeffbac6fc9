import DataSets
import Foundation
import MarginCalibration
import MedicalImages
import Sampling
import SegConfiguration
import SegLosses
import SegTraining

/// What a data set holds, split by split: sizes, spacings, intensities, how many pixels each class has, and what is wrong.
public struct DataSetCensus: Encodable, Sendable {
    /// One split; nil counts where its cases have no labels.
    public struct SplitCensus: Codable, Sendable {
        public let split: Split
        public let cases: Int
        /// Patients or videos.
        public let groups: Int
        public let planes: Int
        /// Smallest and largest size along x, y and z.
        public let smallest: Extent
        public let largest: Extent
        /// Smallest and largest spacing along x, y and z in mm; nil where no case states one.
        public let smallestSpacing: [Double]?
        public let largestSpacing: [Double]?
        /// At native size.
        public let labels: LabelDistribution
        /// For each class, the cases without a pixel of it.
        public let casesWithout: [Int]

        enum CodingKeys: String, CodingKey {
            case split, cases, groups, planes, smallest, largest, labels
            case smallestSpacing = "smallest_spacing"
            case largestSpacing = "largest_spacing"
            case casesWithout = "cases_without"
        }
    }

    /// The intensities of one channel, over all cases.
    public struct ChannelCensus: Codable, Sendable {
        public let minimum: Float
        public let maximum: Float
        /// The 1st, 50th and 99th percentile of samples, one at random from each of as many equal parts of an image.
        public let percentiles: [Float]
        /// Shares of those samples in bins of equal width from the first to the last percentile, the rest in the outer bins.
        public let histogram: [Double]
    }

    /// A value of the label files.
    public struct ValueCensus: Codable, Sendable {
        public let value: Int
        public let pixels: Int
        public let cases: Int
        /// The class it stands for; nil where it is ignored or has none.
        public let className: String?

        enum CodingKeys: String, CodingKey {
            case value, pixels, cases
            case className = "class"
        }
    }

    /// A plane with its labels, for pictures.
    public struct Sample: Sendable {
        public let id: String
        public let split: Split
        public let size: GridSize
        /// One grey plane or red, green and blue, the intensities of the file.
        public let image: [[Float]]
        /// Classes, 255 for what has none.
        public let classes: [UInt8]
    }

    public let folder: String
    public let layout: LayoutName
    /// Why it is that layout; nil where the caller did not ask.
    public let reason: String?
    public let classes: [ClassConfiguration]
    /// Whether the classes are proposed from the values found; the user has to confirm them.
    public let areClassesProposed: Bool
    /// Whether class 0 is the background.
    public let hasBackground: Bool
    /// Which class looks like the background, or that none does.
    public let background: BackgroundProposal
    public let splits: [SplitCensus]
    public let channels: [ChannelCensus]
    public let values: [ValueCensus]
    /// Of the training split, as training sees them: the counts that its margin-offsets follow from.
    public let trainingLabels: LabelDistribution
    /// How training sees them, for messages.
    public let trainingView: String
    /// What the configured training asks of its margin-offsets.
    public let marginSettings: MarginSettings
    /// The most serious first.
    public let problems: [DataSetProblem]
    public let samples: [Sample]

    enum CodingKeys: String, CodingKey {
        case folder, layout, reason, classes, splits, channels, values, problems
        case areClassesProposed = "classes_are_proposed"
        case hasBackground = "has_background"
        case trainingLabels = "training_labels"
        case trainingView = "training_view"
    }

    public var classNames: [String] { classes.map(\.name) }

    /// Whether something of this severity, or worse, was found.
    public func hasProblems(_ severity: DataSetProblem.Severity) -> Bool {
        problems.contains { $0.severity <= severity }
    }

    /// Reads every case, on several threads; what is wrong with files is collected, not thrown.
    ///
    /// - Parameters:
    ///   - reason: why the layout was taken.
    ///   - areClassesStated: whether the configuration's classes are meant; otherwise they are proposed from the values where
    ///     those do not fit.
    ///   - known: problems that are known already.
    ///   - sampleCount: how many cases to keep a plane of.
    ///   - onCase: called with the number of cases read.
    /// - Throws: `SettingError` for a configuration that cannot be meant.
    public init(
        of dataSet: DataSet, configuration: RunConfiguration, reason: String? = nil,
        areClassesStated: Bool = true,
        problems known: [DataSetProblem] = [], sampleCount: Int = 0, workers: Int = 1,
        onCase: (Int) -> Void = { _ in }
    ) throws {
        let recipe = try configuration.recipe
        let stated = configuration.data.classes
        let background = Set(
            areClassesStated
                ? (configuration.data.hasBackground ? stated[0].values : []) + configuration.data.ignoredValues : [0])
        let placed = Split.allCases.flatMap { split in
            ((try? dataSet.cases(of: split)) ?? []).map { (split: split, dataCase: $0) }
        }
        let step = max(1, placed.count / max(1, sampleCount))
        var found: [CaseCensus] = []
        found.reserveCapacity(placed.count)
        // In batches, so that progress shows and a failing disk stops soon.
        for start in stride(from: 0, to: placed.count, by: 4 * workers) {
            let batch = Array(start..<min(start + 4 * workers, placed.count))
            found += try concurrentMap(batch, workers: workers) { index in
                CaseCensus(
                    placed[index].dataCase, recipe: recipe,
                    selection: configuration.training.planes,
                    background: background, sampleSize: max(64, min(2048, 8_000_000 / max(1, placed.count))),
                    wantsPlane: sampleCount > 0 && index % step == step / 2 && index / step < sampleCount)
            }
            onCase(found.count)
        }

        var totals: [Int: (pixels: Int, cases: Int)] = [:]
        for census in found {
            for (value, count) in census.values {
                totals[value, default: (0, 0)].pixels += count
                totals[value]?.cases += 1
            }
        }
        let ignored = Set(configuration.data.ignoredValues)
        let mapped = Set(stated.flatMap(\.values)).union(ignored)
        let isProposed = !areClassesStated && !Set(totals.keys).isSubset(of: mapped)
        let border = found.reduce(into: [Int: Int]()) { $0.merge($1.border, uniquingKeysWith: +) }
        let lossy = LossyLabels(
            totals.mapValues(\.pixels), areCompressed: placed.contains { $0.dataCase.areLabelsCompressed })
        let proposed =
            isProposed
            ? ClassConfiguration.proposed(pixels: totals.mapValues(\.pixels), border: border, lossy: lossy) : nil
        let classes = proposed?.classes ?? stated
        hasBackground = proposed.map { $0.background.index != nil } ?? configuration.data.hasBackground
        let likely =
            proposed?.background
            ?? BackgroundProposal(
                classes.map { item in
                    .init(
                        name: areClassesStated ? item.name : "", values: item.values,
                        pixels: item.values.reduce(0) { $0 + (totals[$1]?.pixels ?? 0) },
                        border: item.values.reduce(0) { $0 + (border[$1] ?? 0) })
                })
        self.background = likely
        var classOfValue: [Int: Int] = [:]
        for (number, item) in classes.enumerated() {
            for value in item.values { classOfValue[value] = number }
        }

        func distribution(_ counts: [[Int: Int]]) throws -> LabelDistribution {
            var sums = Array(repeating: 0, count: classes.count)
            for values in counts {
                for (value, count) in values {
                    if let number = classOfValue[value] { sums[number] += count }
                }
            }
            return try LabelDistribution(counts: sums)
        }
        splits = try Split.allCases.compactMap { split in
            let members = zip(placed, found).filter { $0.0.split == split }
            guard !members.isEmpty else { return nil }
            return try SplitCensus(
                split, members.map(\.1), groups: Set(members.map(\.0.dataCase.group)).count,
                labels: distribution(members.map(\.1.values)),
                casesWithout: classes.indices.map { number in
                    members.count { member in
                        !member.1.values.contains { classOfValue[$0.key] == number && $0.value > 0 }
                    }
                })
        }
        var trained = Array(repeating: 0.0, count: classes.count)
        for (place, census) in zip(placed, found) where place.split == .train {
            for (value, pixels) in census.trainingValues.sorted(by: { $0.key < $1.key }) {
                if let number = classOfValue[value] { trained[number] += pixels }
            }
        }
        trainingLabels = try LabelTally.distribution(of: trained)
        marginSettings = configuration.marginSettings(for: trainingLabels)
        trainingView = recipe.trainingView(configuration.training.planes)
        folder = dataSet.origin
        layout = dataSet.layout
        self.reason = reason
        self.classes = classes
        areClassesProposed = isProposed
        channels = Self.channels(found)
        values = totals.sorted { $0.key < $1.key }.map { value, total in
            ValueCensus(
                value: value, pixels: total.pixels, cases: total.cases,
                className: ignored.contains(value) ? nil : classOfValue[value].map { classes[$0].name })
        }
        samples = zip(placed, found).compactMap { place, census in
            census.plane.map { plane in
                Sample(
                    id: census.id, split: place.split, size: plane.size, image: plane.image,
                    classes: plane.values.map { classOfValue[$0].map(UInt8.init) ?? LabelMap.ignored })
            }
        }
        var labels = Dictionary(uniqueKeysWithValues: splits.map { ($0.split, $0.labels) })
        if labels[.train] != nil { labels[.train] = trainingLabels }
        problems = Self.problems(
            known + (isProposed || configuration.data.background != nil ? [] : Self.suspicious(likely, among: classes)), dataSet,
            found, recipe: recipe, splits: splits,
            training: TrainingFacts(
                classNames: classes.map(\.name), hasBackground: hasBackground, stages: configuration.training.stages,
                view: trainingView, labels: labels,
                images: Dictionary(grouping: zip(placed, found), by: \.0.split).mapValues { members in
                    members.compactMap { member in
                        member.1.content.map { KnownImage(path: member.1.path, content: $0) }
                    }
                },
                trainingSamples: splits.first { $0.split == .train }.map { recipe.dimensions == 3 ? $0.cases : $0.planes } ?? 0),
            isProposed: isProposed, lossy: lossy,
            unknown: isProposed ? [] : totals.keys.filter { !mapped.contains($0) }.sorted())
    }
}

extension DataSetCensus.SplitCensus {
    init(
        _ split: Split, _ members: [CaseCensus], groups: Int, labels: LabelDistribution, casesWithout: [Int]
    ) {
        let extents = members.compactMap(\.extent)
        let spacings = members.compactMap(\.geometry?.spacing)
        func each(_ pick: ([Double]) -> Double?) -> [Double]? {
            spacings.isEmpty ? nil : (0..<3).compactMap { axis in pick(spacings.map { $0[axis] }) }
        }
        func size(_ pick: ([Int]) -> Int?) -> Extent {
            func along(_ size: KeyPath<Extent, Int>) -> Int {
                pick(extents.map { $0[keyPath: size] }) ?? 1
            }
            return Extent(
                width: along(\.width), height: along(\.height), depth: along(\.depth),
                channels: along(\.channels))
        }
        self.init(
            split: split, cases: members.count, groups: groups,
            planes: members.reduce(0) { $0 + $1.planes },
            smallest: size { $0.min() }, largest: size { $0.max() }, smallestSpacing: each { $0.min() },
            largestSpacing: each { $0.max() }, labels: labels, casesWithout: casesWithout)
    }
}
