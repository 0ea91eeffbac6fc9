import DataSets
import Foundation
import Sampling
import SegConfiguration

/// Which files a proposed training reads and what their label values mean, with the reasons.
struct DataProposal: Sendable {
    /// With every case in its split.
    let survey: DataSurvey
    /// As the configuration says it.
    let configuration: DataConfiguration
    let split: Choice<SplitRule>
    let classes: Choice<[ClassConfiguration]>
    /// Why `data.background` says what it does; nil where the data were configured with it.
    let background: Choice<String>?

    /// - Parameters:
    ///   - data: where the files lie.
    ///   - split: what put the survey's cases into their splits.
    ///   - areClassesStated: whether its classes are meant; otherwise they are proposed from the label values.
    /// - Throws: `ProposalError` for data that cannot be trained on.
    init(_ survey: DataSurvey, data: DataConfiguration, split: Choice<SplitRule>, areClassesStated: Bool) throws {
        let examples = Dictionary(survey.cases.map { ($0.extent.channels, $0.id) }) { first, _ in first }
        guard examples.count == 1 else { throw ProposalError.channels(examples) }
        var classes =
            areClassesStated ? survey.classes(stated: data.classes, ignoring: data.ignoredValues) : try survey.classes()
        let background = data.background == nil ? survey.background(of: classes.value, areStated: areClassesStated) : nil
        if let place = classes.value.firstIndex(where: { $0.name == background?.value }) {
            let others = classes.value.filter { $0 != classes.value[place] }
            classes = Choice([classes.value[place]] + others, classes.reason)
        }
        var configuration = data
        configuration.split = split.value
        configuration.classes = classes.value
        configuration.ignoredValues += survey.strangeValues(stated: classes.value, ignoring: data.ignoredValues)
        configuration.background = background?.value ?? data.background
        self.survey = survey
        self.configuration = configuration
        self.split = split
        self.classes = classes
        self.background = background
    }

    var names: [String] { configuration.classNames }
    var channels: Int { survey.channels }

    /// The class of a label value; nil where it has none.
    func className(of value: Int) -> String? { configuration.classes.first { $0.values.contains(value) }?.name }
}

extension DataProposal {
    /// The section `data` of a configuration, with the reasons as comments.
    ///
    /// - Parameter written: of the whole configuration.
    func yaml(_ written: WrittenValues) -> String {
        let keys =
            ["folder", "layout", "images", "labels", "task", "fold", "overlaps"]
            // `own` is what every file means that does not say.
            + (configuration.labelGrid == .own ? [] : ["label_grid"])
        let lines = keys.compactMap { key in written["data", key].map { "  \(key): \($0)" } }
        let classLines = configuration.classes.map {
            "    - {name: \(WrittenValues.scalar($0.name)), values: [\($0.valuesInWords)]}"
        }
        let reason = background?.reason ?? "as it was stated"
        return
            (["data:"] + lines
            + [
                "  # \(PlanComment.wrapped(split.reason, indent: "  # ")).",
                "  split: \(written["data", "split"] ?? "[]")    # cases: \(caseWords)", "  # \(classes.reason).",
            ] + valueTable.map { "  # " + $0 } + ["  classes:"] + classLines + regionLines
            + [
                "  # "
                    + PlanComment.wrapped(
                        "the background, which means and curves leave out, or none: \(reason)", indent: "  # "),
                "  background: \(WrittenValues.scalar(configuration.background ?? names[0]))",
                "  ignored_values: \(written["data", "ignored_values"] ?? "[]")    # label values that take no part in anything",
            ]).joined(separator: "\n")
    }

    private var caseWords: String {
        Split.allCases.map { "\(survey.count(of: $0)) \($0.rawValue)" }.joined(separator: ", ")
    }

    /// What the data set wants scored as a whole.
    private var regionLines: [String] {
        guard let regions = configuration.regions, !regions.isEmpty else { return [] }
        return ["  # scored as a whole, each the union of its classes", "  regions:"]
            + regions.map { "    - {name: \(WrittenValues.scalar($0.name)), values: \($0.values)}" }
    }

    /// What the labels hold, value by value.
    private var valueTable: [String] {
        let values = survey.labelValues()
        let total = Double(values.reduce(0) { $0 + $1.voxels })
        // Values that are exact have a class each; what JPEG leaves fills pages.
        guard values.count <= Self.mostRows else {
            return ["\(values.count) label values from \(values[0].value) to \(values[values.count - 1].value)"]
        }
        return values.map {
            String(
                format: "label value %d: %.3f %% of the pixels, in %d of %d cases", $0.value, 100 * Double($0.voxels) / total,
                $0.cases, survey.cases.count)
        }
    }

    private static let mostRows = 32
}
