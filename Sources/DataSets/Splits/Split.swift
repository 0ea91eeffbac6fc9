/// The part of a data set that a case belongs to.
public enum Split: String, Codable, CaseIterable, Sendable {
    case train, validation, test

    /// The split that a word names: `train`, `training`, `val`, `valid`, `validation`, `test` or `testing`, in any case.
    public init?(word: String) {
        switch word.lowercased() {
        case "train", "training": self = .train
        case "val", "valid", "validation": self = .validation
        case "test", "testing": self = .test
        default: return nil
        }
    }
}
