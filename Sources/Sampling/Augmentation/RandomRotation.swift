import DataSets

/// A turn that some samples get: `{probability: 0.2, degrees: 30}`.
public struct RandomRotation: Sendable, Hashable, Codable {
    /// Of a sample to be turned.
    public var probability: Double
    /// About each axis: uniform in ± so many.
    public var degrees: Double

    public init(probability: Double, degrees: Double) {
        self.probability = probability
        self.degrees = degrees
    }

    func validate() throws {
        try SettingError.require("augmentation warp.rotation.probability", probability, in: 0...1)
        try SettingError.require("augmentation warp.rotation.degrees", degrees, in: 0...180, "degrees")
    }
}
