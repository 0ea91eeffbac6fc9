/// The keys that types ask for while they are decoded, as a tree: any other key of a file is unknown.
final class ReadKeys {
    /// In the order in which they were first asked for.
    private(set) var names: [String] = []
    /// Those that a value can do without.
    private(set) var optionalNames: Set<String> = []
    private var parts: [String: ReadKeys] = [:]

    /// - Parameter isOptional: whether the type asks if the key is there before it reads it.
    func note(_ name: String, isOptional: Bool) {
        if !names.contains(name) { names.append(name) }
        if isOptional { optionalNames.insert(name) }
    }

    /// What is read of the value under a key, or of an element of a list under its number; nil where nothing was.
    subscript(part: String) -> ReadKeys? { parts[part] }

    /// The same, made where there is none yet.
    func below(_ part: String) -> ReadKeys {
        if let known = parts[part] { return known }
        let new = ReadKeys()
        parts[part] = new
        return new
    }

    /// Every key from the root, those of a list's elements once, under `[]`.
    var paths: [[String]] {
        let own = names.flatMap { name in [[name]] + (parts[name]?.paths ?? []).map { [name] + $0 } }
        let elements = parts.filter { Int($0.key) != nil }.values.flatMap(\.paths).map { ["[]"] + $0 }
        return own + elements
    }
}
