/// How much a random change does: a number for every sample, or a change in full, with the probability of a sample to have it.
///
/// Written as a number, or with the keys of the full form.
public enum Strength<Random: Sendable & Hashable & Codable>: Sendable, Hashable {
    case always(Double)
    case random(Random)

    /// 0 for a change in full.
    var number: Double {
        if case .always(let number) = self { number } else { 0 }
    }
}

extension Strength: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) { self = .always(value) }
    public init(integerLiteral value: Int) { self = .always(Double(value)) }
}

extension Strength: Codable {
    public init(from decoder: any Decoder) throws {
        if let number = try? decoder.singleValueContainer().decode(Double.self) {
            self = .always(number)
        } else {
            self = .random(try Random(from: decoder))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .always(let number): try number.encode(to: encoder)
        case .random(let change): try change.encode(to: encoder)
        }
    }
}
