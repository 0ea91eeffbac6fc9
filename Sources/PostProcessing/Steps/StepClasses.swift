import SegMetrics

/// Which classes a step of post-processing is about; several are taken as one.
///
/// In writing `foreground`, or a list of class indices.
public enum StepClasses: Sendable, Hashable {
    /// All but the background.
    case foreground
    /// Indices of classes, none the background's, each once.
    case classes([Int])

    func contains(_ label: UInt8) -> Bool {
        switch self {
        case .foreground: label != 0
        case .classes(let classes): classes.contains(Int(label))
        }
    }

    /// As a step's words name them: `the foreground`, a class, a region, or classes one after another.
    func words(_ scored: ScoredClasses) -> String {
        guard case .classes(let classes) = self else { return "the foreground" }
        if let row = scored.rows.first(where: { $0.classes == classes }) { return row.name }
        return classes.map { scored.names.indices.contains($0) ? scored.names[$0] : "class \($0)" }.joined(separator: " and ")
    }
}

extension StepClasses: Codable {
    private static let foregroundWord = "foreground"

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let word = try? container.decode(String.self), word == Self.foregroundWord {
            self = .foreground
            return
        }
        let classes = (try? container.decode([Int].self)) ?? []
        guard !classes.isEmpty, Set(classes).count == classes.count, classes.allSatisfy((1...254).contains) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected \"\(Self.foregroundWord)\", or a list of different classes from 1 on")
        }
        self = .classes(classes)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .foreground: try container.encode(Self.foregroundWord)
        case .classes(let classes): try container.encode(classes)
        }
    }
}
