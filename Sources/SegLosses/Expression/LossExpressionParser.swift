/// Recursive descent over the grammar of `LossExpression`.
struct LossExpressionParser {
    private let text: String
    private let characters: [Character]
    private var position = 0

    init(_ text: String) {
        self.text = text
        characters = Array(text)
    }

    mutating func parse() throws -> [LossExpression.Term] {
        var terms = [try term()]
        skipSpaces()
        while position < characters.count {
            try expect("+", or: "the end")
            terms.append(try term())
            skipSpaces()
        }
        return terms
    }

    private mutating func term() throws -> LossExpression.Term {
        skipSpaces()
        var weight = 1.0
        if let first = peek, first.isNumber || first == "." || first == "-" {
            let column = position + 1
            weight = try number()
            guard weight > 0 else { throw error("expected a weight above 0, found \(weight)", at: column) }
            try expect("*")
            skipSpaces()
        }
        let column = position + 1
        let name = try self.name("the name of a loss")
        skipSpaces()
        let arguments = peek == "(" ? try self.arguments() : []
        return .init(weight: weight, name: name, arguments: arguments, column: column)
    }

    private mutating func arguments() throws -> [LossExpression.Argument] {
        try expect("(")
        skipSpaces()
        if peek == ")" {
            position += 1
            return []
        }
        var arguments: [LossExpression.Argument] = []
        while true {
            skipSpaces()
            let column = position + 1
            let name = try self.name("the name of a parameter")
            if arguments.contains(where: { $0.name == name }) { throw error("'\(name)' was given already", at: column) }
            try expect("=")
            skipSpaces()
            let valueColumn = position + 1
            arguments.append(.init(name: name, value: try value(), column: column, valueColumn: valueColumn))
            skipSpaces()
            if peek == "," {
                position += 1
                continue
            }
            try expect(")", or: "','")
            return arguments
        }
    }

    private mutating func value() throws -> LossExpression.Value {
        guard let first = peek else { throw unexpected("a value") }
        if first == "[" { return .list(try list()) }
        if first.isLetter { return .word(try name("a value")) }
        return .number(try number())
    }

    private mutating func list() throws -> [Double] {
        try expect("[")
        var numbers: [Double] = []
        while true {
            skipSpaces()
            numbers.append(try number())
            skipSpaces()
            if peek == "," {
                position += 1
                continue
            }
            try expect("]", or: "','")
            return numbers
        }
    }

    private mutating func number() throws -> Double {
        let start = position
        while let next = peek,
            next.isNumber || next == "." || "eE".contains(next) || ("+-".contains(next) && isExponentOrStart(start))
        {
            position += 1
        }
        let written = String(characters[start..<position])
        guard let value = Double(written), value.isFinite else {
            position = start
            throw unexpected("a number")
        }
        return value
    }

    /// A sign belongs to a number at its start and after an exponent's letter; elsewhere it is the next term's.
    private func isExponentOrStart(_ start: Int) -> Bool {
        position == start || "eE".contains(characters[position - 1])
    }

    private mutating func name(_ expected: String) throws -> String {
        let start = position
        while let next = peek, next.isLetter || next == "_" || (next.isNumber && position > start) { position += 1 }
        guard position > start else { throw unexpected(expected) }
        return String(characters[start..<position])
    }

    private mutating func expect(_ character: Character, or alternative: String? = nil) throws {
        skipSpaces()
        guard peek == character else {
            throw unexpected(alternative.map { "'\(character)' or \($0)" } ?? "'\(character)'")
        }
        position += 1
    }

    private var peek: Character? { position < characters.count ? characters[position] : nil }

    private mutating func skipSpaces() {
        while let next = peek, next.isWhitespace { position += 1 }
    }

    private func unexpected(_ expected: String) -> LossExpressionError {
        error("expected \(expected), found \(peek.map { "'\($0)'" } ?? "the end")", at: position + 1)
    }

    private func error(_ problem: String, at column: Int) -> LossExpressionError {
        LossExpressionError(expression: text, column: column, problem: problem)
    }
}

extension LossExpression {
    /// - Throws: `LossExpressionError`, with the column and what was expected there.
    public init(_ text: String) throws {
        var parser = LossExpressionParser(text)
        self.init(text: text, terms: try parser.parse())
    }
}
