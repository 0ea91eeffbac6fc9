import DurableFiles
import Foundation
import Yams

/// Values from one place: a preset, a file, or an argument of the command line.
struct ConfigurationLayer {
    /// The file's path, or the argument as it was written.
    let origin: String
    let isFile: Bool
    var node: Node

    /// - Throws: `ConfigurationError` for a file that is no mapping in YAML, `FileError`.
    init(file: URL) throws {
        let data = try FileSystem.read(file)
        guard let text = String(data: data, encoding: .utf8) else {
            throw ConfigurationError([], "the file is no UTF-8 text", at: file.path)
        }
        try self.init(yaml: text, origin: file.path, isFile: true)
    }

    init(_ preset: Preset) throws { try self.init(yaml: preset.yaml, origin: "preset \(preset.name)", isFile: false) }

    init(origin: String, isFile: Bool, node: Node) {
        self.origin = origin
        self.isFile = isFile
        self.node = node
    }

    private init(yaml: String, origin: String, isFile: Bool) throws {
        self.origin = origin
        self.isFile = isFile
        do {
            node = try Yams.compose(yaml: yaml) ?? .mapping(.init([]))
        } catch let error as YamlError {
            let place = "\(origin)\(error.position.map { ":\($0.line):\($0.column)" } ?? "")"
            let remedy = error.isAlias ? "; put a value that begins with * into quotes" : ""
            throw ConfigurationError([], error.problem + remedy, at: place)
        }
        guard case .mapping = node else { throw ConfigurationError([], "expected keys and values", at: place(of: node)) }
    }

    /// `a.b.2.c=value` as nested mappings; a whole list is given as `[…]`, no value at all is null.
    ///
    /// - Throws: `ConfigurationError` for an argument of another form.
    init(argument: String) throws {
        origin = "--set \(argument)"
        isFile = false
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let keys = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !keys.contains("") else {
            throw ConfigurationError([], "expected key=value, such as training.batch_size=4", at: origin)
        }
        guard keys != ["preset"] else { throw ConfigurationError([], "name a preset with --preset, or in the file", at: origin) }
        do {
            let value = try ArgumentValue.node(String(parts[1]))
            node = keys.reversed().reduce(value) { inner, key in .mapping(.init([(Node(String(key)), inner)])) }
        } catch let error as YamlError {
            throw ConfigurationError([], error.problem, at: origin)
        }
    }

    /// The folder that relative paths in a file start at: its own, or the working folder for a stream such as /dev/stdin or the
    /// shell's `<(…)`.
    static func folder(of file: URL) -> URL {
        let isStream = ["/dev/", "/proc/"].contains { file.path.hasPrefix($0) }
        return isStream
            ? URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
            : file.deletingLastPathComponent()
    }

    /// The keys of the first two levels, as far as the layer goes.
    var keys: [[String]] {
        func names(_ node: Node) -> [(String, Node)] { node.mapping?.map { ($0.key.string ?? "?", $0.value) } ?? [] }
        return names(node).flatMap { section, value in names(value).map { [section, $0.0] } }
    }

    /// Takes a key with its value out.
    mutating func remove(_ key: [String]) { node = Self.without(key[...], node) }

    private static func without(_ key: ArraySlice<String>, _ node: Node) -> Node {
        guard case .mapping(var mapping) = node, let name = key.first, let value = mapping[name] else { return node }
        mapping[name] = key.count == 1 ? nil : without(key.dropFirst(), value)
        return .mapping(mapping)
    }

    /// `file:line:column`, or the argument.
    func place(of node: Node) -> String {
        guard isFile, let mark = node.mark else { return origin }
        return "\(origin):\(mark.line):\(mark.column)"
    }

    /// What stands under a key; nil where nothing does.
    func node(at key: [String]) -> Node? {
        key.reduce(node as Node?) { node, part in
            switch node {
            case .mapping(let mapping)?: mapping.first { $0.key.string == part }?.value
            case .sequence(let list)?: Int(part).flatMap { list.indices.contains($0) ? list[$0] : nil }
            default: nil
            }
        }
    }

    /// Makes relative paths absolute: in a file they start at its folder, on the command line at the working folder.
    mutating func resolvePaths(from folder: URL) { node = Self.resolved(node, key: [], from: folder) }

    private static func resolved(_ node: Node, key: [String], from folder: URL) -> Node {
        switch node {
        case .mapping(var mapping):
            for (name, value) in mapping { mapping[name] = resolved(value, key: key + [name.string ?? "?"], from: folder) }
            return .mapping(mapping)
        case .sequence(var list):
            for index in list.indices { list[index] = resolved(list[index], key: key + [String(index)], from: folder) }
            return .sequence(list)
        case .scalar(let path) where isPath(key) && node.null == nil && !path.string.hasPrefix("/"):
            let isHome = path.string == "~" || path.string.hasPrefix("~/")
            let start =
                isHome ? URL(filePath: NSString(string: path.string).expandingTildeInPath) : folder.appending(path: path.string)
            let absolute = start.standardizedFileURL.path
            return .scalar(.init(absolute, path.tag, path.style, path.mark))
        default: return node
        }
    }

    /// `data.folder` and `training.stages[N].from`.
    private static func isPath(_ key: [String]) -> Bool {
        key == ["data", "folder"] || key.count == 4 && key.starts(with: ["training", "stages"]) && key[3] == "from"
    }

    /// This layer's values over those of the layers below.
    ///
    /// Mappings are merged key by key; a mapping with numbers for keys changes single elements of a list; all else is replaced.
    ///
    /// - Throws: `ConfigurationError` for an element that a list does not have.
    func merged(over lower: Node) throws -> Node { try merge(lower, node, key: []) }

    private func merge(_ lower: Node, _ upper: Node, key: [String]) throws -> Node {
        guard case .mapping(let above) = upper else { return upper }
        switch lower {
        case .mapping(var below):
            // One alternative (`window: …`) is replaced by another, not joined with it.
            if Self.isReplaced(below, by: above) { return upper }
            // Regions are of the classes beside them; other classes have other regions, or none.
            if key == ["data"], case .sequence? = above["classes"] { below["regions"] = nil }
            for (name, value) in above {
                below[name] = try below[name].map { try merge($0, value, key: key + [name.string ?? "?"]) } ?? value
            }
            return .mapping(below)
        case .sequence(var list) where !above.isEmpty:
            for (name, value) in above {
                guard let index = name.string.flatMap({ Int($0) }), list.indices.contains(index) else {
                    throw ConfigurationError(
                        key, "there is no element '\(name.string ?? "?")'; there are \(list.count), counted from 0",
                        at: place(of: name))
                }
                list[index] = try merge(list[index], value, key: key + [String(index)])
            }
            return .sequence(list)
        default: return upper
        }
    }

    /// Whether two mappings are different alternatives of an enumeration.
    static func isReplaced(_ below: Node.Mapping, by above: Node.Mapping) -> Bool {
        guard let choice = Self.choice(above), let other = Self.choice(below) else { return false }
        return choice != other
    }

    /// The word of `{window: …}`, `{resize: …}`: which of the alternatives of an enumeration a mapping is.
    private static func choice(_ mapping: Node.Mapping) -> String? {
        mapping.keys.lazy.compactMap(\.string).first {
            ["window", "percentiles", "range", "clip", "z_score", "resize", "pad", "crop", "random", "folds"].contains($0)
        }
    }
}

extension YamlError {
    fileprivate var problem: String {
        switch self {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _),
            .reader(let problem, _, _, _):
            "no valid YAML: \(problem)"
        case .duplicatedKeysInMapping(let names, _):
            "in the keys that begin here, \(names.sorted().map { "'\($0)'" }.joined(separator: ", ")) stands twice"
        default: "no valid YAML"
        }
    }

    /// Whether a word that begins with `*` was taken for a reference.
    fileprivate var isAlias: Bool {
        switch self {
        case .scanner(let context, let problem, _, _), .composer(let context, let problem, _, _):
            (problem + (context?.text ?? "")).contains("alias")
        default: false
        }
    }

    /// Line and column, counted from 1.
    fileprivate var position: (line: Int, column: Int)? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            return (mark.line, mark.column)
        case .duplicatedKeysInMapping(_, let context): return (context.mark.line, context.mark.column)
        case .reader(_, let offset?, _, let yaml):
            let lines = yaml.prefix(offset).split(separator: "\n", omittingEmptySubsequences: false)
            return (lines.count, (lines.last?.count ?? 0) + 1)
        default: return nil
        }
    }
}
