/// How much of a run its event files for TensorBoard show; it bounds what they take on disk.
public struct WatchConfiguration: Sendable, Hashable, Codable {
    /// Validation cases that are drawn; 0: no pictures.
    public var pictures: Int
    /// Epochs of the run, evenly spread, in which pictures are drawn and histograms counted, at most.
    public var epochs: Int
    /// Pixels of the longer side of a picture's panels, at most: image, truth, prediction, errors.
    public var side: Int
    /// What the event files of the run may take together, in MB of 10⁶ bytes.
    public var megabytes: Double

    /// For configurations that do not say; a run of pictures in colour stays below 20 MB.
    public static let standard = WatchConfiguration(pictures: 3, epochs: 20, side: 192, megabytes: 32)

    /// What the event files may take, in bytes.
    public var byteLimit: Int { Int(megabytes * 1e6) }

    func validate() throws {
        func require(_ isMet: Bool, _ key: String, _ expected: String, _ found: some CustomStringConvertible) throws {
            guard isMet else { throw ConfigurationError(["training", "watch", key], "expected \(expected), found \(found)") }
        }
        try require((0...100).contains(pictures), "pictures", "0 to 100", pictures)
        try require((0...TrainingConfiguration.most).contains(epochs), "epochs", "0 to \(TrainingConfiguration.most)", epochs)
        try require((16...2048).contains(side), "side", "16 to 2048 pixels", side)
        try require(megabytes >= 0 && megabytes <= 1e6, "megabytes", "0 to 1000000 MB", megabytes)
    }
}
