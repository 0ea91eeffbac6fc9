import DataSets
import Sampling

/// Which files are read, and what the values of the label files mean.
public struct DataConfiguration: Sendable, Hashable, Codable {
    /// The folder of the data set; a relative path starts at the configuration file. The command line may name another.
    public var folder: String?
    /// How the files lie below `folder`; nil: recognise it.
    public var layout: LayoutName?
    /// Folders or patterns of the image files below `folder`, one for each file of channels; empty: recognise them.
    public var images: FilePatterns
    /// Folders or patterns of the label files; several are masks of one class each, of which the later lie in front.
    public var labels: FilePatterns
    /// Which task of a layout that offers several, such as EndoVis' `binary`, `parts` and `type`.
    public var task: String?
    /// What holds where masks overlap; nil: the layout's own rule.
    public var overlaps: OverlapRule?
    /// Which entry of nnU-Net's `splits_final.json`; nil: the first.
    public var fold: Int?
    /// What decides which case trains, validates and tests.
    public var split: SplitRule
    /// Where the labels' voxels lie.
    public var labelGrid: LabelGrid
    /// The first is the background, unless `background` says otherwise.
    public var classes: [ClassConfiguration]
    /// The name of the class that is the background, or `none`; nil: the first. A resolved configuration has it in front.
    public var background: String?
    /// What is scored as a whole though training tells its parts apart: unions of classes, by their values; nil: the classes.
    public var regions: [ClassConfiguration]?
    /// Label values that take no part in anything.
    public var ignoredValues: [Int]

    enum CodingKeys: String, CodingKey {
        case folder, layout, images, labels, task, overlaps, fold, split, classes, background, regions
        case labelGrid = "label_grid"
        case ignoredValues = "ignored_values"
    }

    public var classNames: [String] { classes.map(\.name) }

    /// What stands for each class in label files that are written: the first of its values.
    public var writtenValues: [Int] { classes.map { $0.values[0] } }

    /// What is said of the layout.
    public var layoutSettings: LayoutSettings {
        LayoutSettings(
            layout: layout, images: images.patterns, labels: labels.patterns, task: task, overlaps: overlaps, fold: fold ?? 0)
    }

    /// - Precondition: `validate()` holds.
    public var labelMap: LabelMap {
        get throws {
            var map: [Int: Int] = [:]
            for (index, item) in classes.enumerated() { for value in item.values { map[value] = index } }
            return try LabelMap(map, ignoring: Set(ignoredValues), hasBackground: hasBackground)
        }
    }

    func validate() throws {
        guard classes.count >= 2 else {
            throw ConfigurationError(
                ["data", "classes"], "expected two classes or more, of which one may be the background, found \(classes.count)")
        }
        guard classes.count <= 255 else {
            throw ConfigurationError(["data", "classes"], "expected 255 classes at most, found \(classes.count)")
        }
        var seen: [Int: String] = [:]
        for (index, item) in classes.enumerated() {
            let key = ["data", "classes", String(index)]
            if item.values.isEmpty { throw ConfigurationError(key, "class '\(item.name)' has no values") }
            if let problem = item.problemOfCode {
                throw ConfigurationError(key + ["code"], "class '\(item.name)' cannot have \(problem)")
            }
            for value in item.values {
                guard Int32(exactly: value) != nil else {
                    throw ConfigurationError(key, "label value \(value) does not fit into 32 bits")
                }
                if let other = seen[value] {
                    throw ConfigurationError(key, "label value \(value) stands for '\(item.name)' and for '\(other)'")
                }
                seen[value] = item.name
            }
        }
        if let value = ignoredValues.first(where: { seen[$0] != nil }) {
            throw ConfigurationError(["data", "ignored_values"], "label value \(value) is both ignored and a class")
        }
        guard Set(classNames).count == classes.count else {
            throw ConfigurationError(["data", "classes"], "two classes have the same name")
        }
        try validateBackground()
        try validateRegions()
    }
}
