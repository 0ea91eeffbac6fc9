/// Margin-offsets that training finds: `margin(sum=auto)`, `margin(nu=auto)`.
extension LossExpression {
    static let automatic = "auto"

    /// What is tried in place of `auto`: sizes of the offsets, and their shapes.
    static let searched = [("sum", ["0", "0.5", "1", "2", "4", "8"]), ("nu", ["0.1", "1", "10"])]

    /// What training chooses from, in writing: the objective itself, or with every value in place of `auto`.
    public var candidates: [String] {
        Self.searched.reduce([text]) { texts, parameter in
            texts.flatMap { text -> [String] in
                let columns = (try? LossExpression(text))?.columns(ofAutomatic: parameter.0) ?? []
                return columns.isEmpty ? [text] : parameter.1.map { Self.replacing(columns, in: text, by: $0) }
            }
        }
    }

    /// Where the value of a parameter of margin losses is `auto`, counted from 1.
    private func columns(ofAutomatic name: String) -> [Int] {
        terms.filter { $0.name == "margin" }.flatMap(\.arguments)
            .filter { $0.name == name && $0.value == .word(Self.automatic) }.map(\.valueColumn)
    }

    private static func replacing(_ columns: [Int], in text: String, by value: String) -> String {
        var characters = Array(text)
        for column in columns.sorted(by: >) {
            characters.replaceSubrange(column - 1..<column - 1 + automatic.count, with: value)
        }
        return String(characters)
    }
}
