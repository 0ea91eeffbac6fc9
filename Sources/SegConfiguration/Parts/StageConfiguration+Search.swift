import Foundation

extension StageConfiguration {
    /// Sizes of the offsets that training tries where an objective says `sum=auto`, and shapes where it says `nu=auto`.
    static let searched = ["sum": ["0", "0.5", "1", "2", "4", "8"], "nu": ["0.1", "1", "10"]]

    /// The objectives that training chooses from, in writing: the objective itself, or with every value in place of `auto`.
    public var candidates: [String] {
        ["sum", "nu"].reduce([objective]) { texts, name in
            texts.flatMap { text -> [String] in
                let open = Self.automatic(name, in: text)
                return open.isEmpty
                    ? [text]
                    : (Self.searched[name] ?? []).map { value in
                        open.reversed().reduce(text) { $0.replacingCharacters(in: $1, with: value) }
                    }
            }
        }
    }

    /// Where the value of a parameter is `auto`.
    private static func automatic(_ name: String, in text: String) -> [Range<String.Index>] {
        text.matches(of: #/\b(?<name>[a-z0-9_]+)\s*=\s*(?<value>auto)\b/#).filter { $0.output.name == name }
            .map { $0.output.value.startIndex..<$0.output.value.endIndex }
    }
}
