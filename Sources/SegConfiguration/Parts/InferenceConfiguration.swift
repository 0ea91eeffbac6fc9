/// How a trained network predicts where no option says otherwise.
public struct InferenceConfiguration: Sendable, Hashable, Codable {
    /// Axes along which inputs are mirrored too, the scores of all images averaged; nil: none. Validation while it trains mirrors
    /// nothing.
    public var mirror: [MirrorAxis]?

    public init(mirror: [MirrorAxis]? = nil) { self.mirror = mirror }

    func validate(dimensions: Int) throws {
        guard let mirror else { return }
        guard Set(mirror).count == mirror.count, dimensions == 3 || !mirror.contains(.depth) else {
            throw ConfigurationError(
                ["inference", "mirror"],
                "expected each of horizontal, vertical\(dimensions == 3 ? ", depth" : "") once at most, found "
                    + mirror.map(\.rawValue).joined(separator: ", "))
        }
    }
}

/// An axis along which images are mirrored, by the name of the augmentation that flips it.
public enum MirrorAxis: String, Sendable, Codable, CaseIterable {
    case horizontal, vertical, depth
}
