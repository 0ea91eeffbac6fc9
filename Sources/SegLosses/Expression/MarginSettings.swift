import MarginCalibration

/// What an objective asks of its margin-offsets: all but the counts that they follow from.
public struct MarginSettings: Sendable, Hashable {
    public let scale: MarginOffsets.Scale
    /// ν; nil: what the scale takes by itself.
    public let nu: Double?
    /// Classes without offsets.
    public let excluded: Set<Int>

    public init(scale: MarginOffsets.Scale = .absolute(tau: 10), nu: Double? = nil, excluding excluded: Set<Int> = []) {
        self.scale = scale
        self.nu = nu
        self.excluded = excluded
    }

    /// The paper's, for labels of a training that asks for no margins: classes without a pixel have no offset.
    public static func paper(for labels: LabelDistribution) -> MarginSettings {
        MarginSettings(nu: 1, excluding: Set(labels.counts.indices.filter { labels.counts[$0] == 0 }))
    }

    /// The offsets for counts.
    ///
    /// - Throws: as `MarginOffsets.init`.
    public func offsets(for distribution: LabelDistribution, classNames: [String]) throws -> MarginOffsets {
        try MarginOffsets(distribution, scale: scale, nu: nu, excluding: excluded, classNames: classNames)
    }
}

extension MarginSettings: CustomStringConvertible {
    /// `tau = 10, nu = 1`
    public var description: String {
        let size =
            switch scale {
            case .absolute(let tau): "tau = \(Self.number(tau)), nu = \(Self.number(nu ?? 1))"
            case .sum(let sum): "sum = \(Self.number(sum)), nu = \(nu.map(Self.number) ?? "twice the smallest")"
            }
        return excluded.isEmpty ? size : "\(size), without classes \(excluded.sorted().map(String.init).joined(separator: ", "))"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
}

extension LossExpression {
    /// Of the first margin-calibrated term; nil where there is none, or its offsets are given by hand.
    ///
    /// - Throws: `LossExpressionError`.
    public var marginSettings: MarginSettings? {
        get throws {
            guard let term = terms.first(where: { $0.name == LossCatalogue.margin.name }) else { return nil }
            let arguments = LossArguments(expression: text, term: term)
            return term.argument(named: "rho_0k") == nil ? try arguments.marginSettings() : nil
        }
    }
}
