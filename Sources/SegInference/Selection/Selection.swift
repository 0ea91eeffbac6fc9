import DurableFiles
import Foundation
import SegConfiguration

/// The way to predict that `marginseg select` chose of several configurations by their scores out of fold: the content of
/// `selection.json`, beside the folders of their runs.
public struct Selection: Sendable, Hashable, Codable {
    /// Raised when a reader of the old form could not read the new one.
    public static let currentFormat = 1

    /// A way to predict, as it was scored on patients that its models had not seen.
    public struct Candidate: Sendable, Hashable, Codable {
        /// The folders of the configurations whose probabilities are averaged; one for a configuration by itself.
        public let configurations: [String]
        public let decision: DecisionName
        /// Whether the stored steps of post-processing change the label maps.
        public let isPostProcessed: Bool
        /// The metric; for offsets that of the largest score plus what they gain on others' patients.
        public let value: Double
        /// To the first candidate, where the largest score decides and label maps stay as they are; nil elsewhere.
        public let difference: Double?
        /// The 95 % interval of the difference, the same patients or videos resampled for both.
        public let interval: [Double]?
        /// Networks that are asked for each input, folds among them.
        public let networks: Int

        enum CodingKeys: String, CodingKey {
            case configurations, decision, value, difference, interval, networks
            case isPostProcessed = "post_processed"
        }
    }

    public let format: Int
    /// Name and version of the program that made it.
    public let program: String
    /// What was compared, by its name in writing.
    public let metric: String
    /// The axes along which inputs are mirrored: `usual`, `none`, `trained`, or names with commas between.
    public let mirroring: String
    /// By how much a candidate has to be better than a plainer one to be chosen.
    public let tolerance: Double
    public let chosen: Candidate
    /// All that were compared, the chosen one among them.
    public let candidates: [Candidate]

    init(metric: String, mirroring: InferenceSettings.Mirroring, candidates: [Candidate]) {
        format = Self.currentFormat
        program = "marginseg \(Version.current)"
        self.metric = metric
        self.mirroring = mirroring.text
        tolerance = Self.usualTolerance
        self.candidates = candidates
        chosen = Self.choose(of: candidates, tolerance: Self.usualTolerance)
    }

    /// A tenth of a point, as for a step of post-processing.
    private static let usualTolerance = 0.001

    /// The plainest of those that are as good as the best: of the fewest networks, then by the largest score, then without
    /// post-processing.
    ///
    /// - Precondition: a candidate or more.
    static func choose(of candidates: [Candidate], tolerance: Double) -> Candidate {
        let best = candidates.map(\.value).max() ?? 0
        func effort(_ candidate: Candidate) -> [Int] {
            [candidate.networks, candidate.decision == .argmax ? 0 : 1, candidate.isPostProcessed ? 1 : 0]
        }
        let good = candidates.filter { $0.value >= best - tolerance }
        return good.min { first, second in
            let (one, other) = (effort(first), effort(second))
            return one == other ? first.value > second.value : one.lexicographicallyPrecedes(other)
        } ?? candidates[0]
    }
}

extension Selection {
    /// Where the selection of a folder lies, or would lie.
    public static func url(of folder: URL) -> URL { folder.appending(path: "selection.json") }

    /// That of a folder; nil where there is none.
    ///
    /// - Throws: `FileError` for a file that cannot be read, is no selection, or has a newer form.
    public static func find(at place: URL) throws -> Selection? {
        let url = url(of: place)
        guard FileSystem.kind(of: place) == .folder, FileSystem.kind(of: url) == .file else { return nil }
        return try JSONFile.read(
            Selection.self, url, as: "a selection", newest: currentFormat, writer: "marginseg select")
    }

    /// - Throws: `FileError`.
    public func write(to folder: URL) throws {
        try DurableFile.write(JSONEncoder.sorted(isPretty: true).text(self) + "\n", to: Self.url(of: folder))
    }

    /// The settings that scores are made with.
    public var settings: InferenceSettings { InferenceSettings(mirroring: .init(text: mirroring) ?? .usual) }

    /// `plan-2d and plan, offsets, post-processed`
    public var words: String {
        [
            chosen.configurations.map { $0 == "." ? "these folds" : $0 }.joined(separator: " and "),
            ["usual", "none"].contains(mirroring) ? nil : "mirroring (\(mirroring))",
            chosen.decision == .argmax ? "the largest score" : "decision \(chosen.decision.rawValue)",
            chosen.isPostProcessed ? "post-processing" : nil,
        ].compactMap(\.self).joined(separator: ", ")
    }
}

extension InferenceSettings.Mirroring {
    /// In writing, as for `--mirror`, which has no `usual`.
    public var text: String {
        switch self {
        case .usual: "usual"
        case .none: "none"
        case .trained: "trained"
        case .axes(let axes): MirrorAxis.allCases.filter(axes.contains).map(\.rawValue).joined(separator: ",")
        }
    }

    /// Nil for other words.
    public init?(text: String) {
        switch text {
        case "usual": self = .usual
        case "none": self = .none
        case "trained": self = .trained
        default:
            let words = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
            let axes = words.compactMap(MirrorAxis.init)
            guard axes.count == words.count, !axes.isEmpty else { return nil }
            self = .axes(Set(axes))
        }
    }
}
