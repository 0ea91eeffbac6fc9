import Foundation

/// Something about a data set that its user should know before training.
public struct DataSetProblem: Codable, Sendable, Hashable {
    /// How much it matters.
    public enum Severity: String, Codable, Sendable, CaseIterable, Comparable {
        /// Training would stop, or learn from what is wrong.
        case error
        /// Training runs, but scores may mean less than they seem to.
        case warning
        /// Good to know.
        case note

        public static func < (left: Severity, right: Severity) -> Bool {
            allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!  // all are there
        }
    }

    public let severity: Severity
    /// What is the matter, on one line, without the files.
    public let text: String
    /// The files or cases concerned.
    public let files: [String]

    public init(_ severity: Severity, _ text: String, files: [String] = []) {
        self.severity = severity
        self.text = text
        self.files = files
    }
}
