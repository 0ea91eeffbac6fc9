import DataSets
import DurableFiles
import Foundation
import MarginCalibration
import SegLosses
import Yams

/// Reads a run's configuration: a preset, completed by a YAML file, completed by single values of the command line.
///
/// Unknown keys are errors, and every error says where the value was written.
public struct ConfigurationReader {
    /// The preset first, then what completes it, in order.
    private(set) var layers: [ConfigurationLayer]
    /// Instead of the folder that the layers name.
    private let dataFolder: URL?

    /// - Parameters:
    ///   - preset: the name of one of `Preset.all`; nil takes the file's own `preset`, or `quick`.
    ///   - overrides: `key.path=value`, the last one wins.
    ///   - data: the folder of the data set, instead of `data.folder`.
    /// - Throws: `ConfigurationError`, `FileError`.
    public init(file: URL?, preset: String? = nil, overrides: [String] = [], data: URL? = nil) throws {
        try self.init(
            section: file.map { try ConfigurationLayer(file: $0) }, paths: file.map(ConfigurationLayer.folder), preset: preset,
            overrides: overrides, data: data)
    }

    /// A configuration that stands within another file.
    ///
    /// - Parameter paths: the folder that relative paths in it start at.
    /// - Throws: `ConfigurationError`.
    public init(section: ConfigurationSection, paths: URL) throws {
        try self.init(section: section.layer, paths: paths, preset: nil, overrides: [], data: nil)
    }

    private init(section: ConfigurationLayer?, paths: URL?, preset: String?, overrides: [String], data: URL?) throws {
        dataFolder = data
        var written: [ConfigurationLayer] = []
        var base = try preset.map { try Preset.named($0, at: "--preset \($0)") }
        if var layer = section, let paths {
            let named = try Self.takePreset(from: &layer)
            base = base ?? named
            layer.resolvePaths(from: paths)
            written.append(layer)
        }
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        written += try overrides.map {
            var layer = try ConfigurationLayer(argument: $0)
            layer.resolvePaths(from: here)
            return layer
        }
        layers = [try ConfigurationLayer(base ?? .quick)] + written
    }

    /// The preset that a file names; its key is no part of the configuration.
    private static func takePreset(from layer: inout ConfigurationLayer) throws -> Preset? {
        guard case .mapping(var mapping) = layer.node, let named = mapping["preset"] else { return nil }
        mapping["preset"] = nil
        layer.node = .mapping(mapping)
        let place = layer.place(of: named)
        guard let name = named.string else { throw ConfigurationError(["preset"], "expected a name", at: place) }
        return try Preset.named(name, at: place)
    }

    /// The resolved configuration, checked.
    ///
    /// Where a data folder is named, what the data set says of its layout and classes stands over the preset and below everything
    /// that was written.
    ///
    /// - Throws: `ConfigurationError` for the first thing that is wrong, `LayoutError` for a folder that is no data set.
    public func configuration() throws -> RunConfiguration {
        var reader = self
        if let (root, finding) = try dataSetFinding() {
            let layer = ConfigurationLayer(finding, root: root)
            reader.takeBackNulls(at: layer.keys)
            reader.layers.insert(layer, at: 1)
        }
        return try reader.checked()
    }

    /// A key that was written as null counts as not written, so that what the data set says of it stands.
    private mutating func takeBackNulls(at keys: [[String]]) {
        for key in keys where layers.dropFirst().reversed().lazy.compactMap({ $0.node(at: key) }).first?.null != nil {
            for index in layers.indices.dropFirst() { layers[index].remove(key) }
        }
    }

    /// What the named data folder shows; nil where none is named, or nothing lies there.
    ///
    /// - Throws: `LayoutError`, and errors of files that describe a data set.
    public func dataSetFinding() throws -> (root: URL, finding: LayoutFinding)? {
        var reader = self
        reader.takeBackNulls(at: layers.dropFirst().flatMap(\.keys).filter { $0.first == "data" })
        let data = try reader.decoded().data
        guard let root = dataFolder ?? data.folder.map({ URL(filePath: $0) }), FileSystem.kind(of: root) != .missing else {
            return nil
        }
        return (root, try DataSetFolder(root).recognize(data.layoutSettings))
    }

    /// Whether a file, an argument or the data set itself says what the label values mean.
    public func namesClasses(_ finding: LayoutFinding?) -> Bool {
        finding?.classes != nil
            || layers.dropFirst().contains { $0.node(at: ["data", "classes"]).map { $0.null == nil } ?? false }
    }

    /// What the layers say, unchecked.
    ///
    /// - Parameter keys: gets the keys that were asked for.
    func decoded(noting keys: ReadKeys = ReadKeys()) throws -> RunConfiguration {
        do {
            var configuration = try YAMLDecoder().decode(RunConfiguration.self, from: merged(), noting: keys)
            if let dataFolder { configuration.data.folder = dataFolder.path }
            return configuration
        } catch let error as DecodingError {
            throw located(error)
        }
    }

    /// All layers, the upper over the lower.
    func merged() throws -> Node { try layers.dropFirst().reduce(layers[0].node) { try $1.merged(over: $0) } }

    private func checked() throws -> RunConfiguration {
        let keys = ReadKeys()
        var configuration = try decoded(noting: keys)
        try refuseUnknownKeys(besides: keys)
        do {
            try configuration.validate()
            configuration.data.moveBackgroundToFront()
            for (index, stage) in configuration.training.stages.enumerated() {
                try stage.checkObjective(
                    classNames: configuration.data.classNames, hasBackground: configuration.data.hasBackground,
                    at: ["training", "stages", String(index), "objective"])
            }
        } catch let error as ConfigurationError {
            throw ConfigurationError(error.key, error.problem, at: place(of: error.key))
        }
        return configuration
    }
}

extension StageConfiguration {
    /// Makes the objective for class counts that all are alike: names and values are checked now, and what depends on the counts
    /// once they are known.
    ///
    /// - Parameter key: of the objective, for the message.
    /// - Throws: `ConfigurationError` for an objective that cannot be read, or not for these classes.
    public func checkObjective(classNames: [String], hasBackground: Bool, at key: [String]) throws {
        let context = LossContext(
            classNames: classNames, hasBackground: hasBackground,
            distribution: try LabelDistribution(counts: classNames.map { _ in 1 }), ignoreLabel: nil)
        do {
            for text in candidates { _ = try LossExpression(text).makeLoss(context) }
        } catch let error as LossExpressionError {
            throw ConfigurationError(key, error.description)
        } catch let error as MarginOffsetsError {
            switch error.kind {
            case .notPositive, .negative: throw ConfigurationError(key, "objective '\(objective)': \(error)")
            default: break
            }
        }
    }
}
