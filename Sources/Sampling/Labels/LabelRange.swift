import DataSets

/// A label value, or a range of them: `7` or `"0-127"`.
public struct LabelRange: Sendable, Hashable, CustomStringConvertible {
    public let bounds: ClosedRange<Int>

    /// More values are a mistake in writing, and would be counted one by one.
    static let most = 1 << 16

    public init(_ value: Int) { bounds = value...value }

    /// - Precondition: 65536 values at most.
    public init(_ bounds: ClosedRange<Int>) {
        precondition(bounds.count <= Self.most, "a range of \(bounds.count) label values")
        self.bounds = bounds
    }

    /// What a text states, or nil where it is no value and no range that rises.
    public init?(_ text: some StringProtocol) {
        if let value = Int(text) {
            self.init(value)
            return
        }
        // The first sign may be that of the first number.
        guard let dash = text.dropFirst().firstIndex(of: "-"), let low = Int(text[..<dash]),
            let high = Int(text[text.index(after: dash)...]), low <= high, Int32(exactly: low) != nil,
            Int32(exactly: high) != nil,
            high - low < Self.most
        else { return nil }
        self.init(low...high)
    }

    public var description: String {
        bounds.count == 1 ? "\(bounds.lowerBound)" : "\(bounds.lowerBound)-\(bounds.upperBound)"
    }
}

/// Written as a whole number or as a text.
extension LabelRange: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // As a text first: YAML takes 0-127 for the octal number -127 where a whole number is asked for.
        let text = try? container.decode(String.self)
        if let range = text.flatMap({ LabelRange($0) }) {
            self = range
        } else if text?.dropFirst().contains("-") != true, let value = try? container.decode(Int.self) {
            self.init(value)
        } else {
            throw decoder.mismatch("expected a label value or a range of \(Self.most) at most, such as 255 or 0-127")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if bounds.count == 1 {
            try container.encode(bounds.lowerBound)
        } else {
            try container.encode(description)
        }
    }
}
