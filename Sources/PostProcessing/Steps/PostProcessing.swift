import MedicalImages
import SegMetrics

/// Steps that change a predicted label map, one after another; in writing a list of them.
public struct PostProcessing: Sendable, Hashable {
    public let steps: [PostProcessingStep]

    public init(_ steps: [PostProcessingStep] = []) { self.steps = steps }

    /// The map after all steps.
    ///
    /// - Parameters:
    ///   - labels: classes, `[depth, height, width]` of `extent`; class 0 is the background.
    ///   - caseID: for messages.
    ///   - voxelVolume: in mm³; nil for an image that states no spacing.
    /// - Throws: `PostProcessingError.noSpacing`.
    /// - Precondition: as many labels as voxels.
    public func apply(
        to labels: [UInt8], of caseID: String, extent: Extent, voxelVolume: Double?
    ) throws -> [UInt8] {
        guard !steps.isEmpty else { return labels }
        var map = LabelRuns(labels, extent: extent)
        for step in steps {
            guard let changed = step.apply(to: map, voxelVolume: voxelVolume) else {
                throw PostProcessingError.noSpacing(caseID: caseID)
            }
            map = changed
        }
        return map.labels
    }

    /// Checks that the steps are of classes that there are, over a background.
    ///
    /// - Throws: `PostProcessingError`.
    public func require(_ scored: ScoredClasses) throws {
        guard !steps.isEmpty else { return }
        guard scored.hasBackground else { throw PostProcessingError.noBackground }
        for case .classes(let classes) in steps.map(\.classes) {
            if let unknown = classes.first(where: { !scored.foregroundClasses.contains($0) }) {
                throw PostProcessingError.unknownClass(unknown, count: scored.names.count)
            }
        }
    }

    /// For tables and what says how scores were made; nil without steps.
    public func words(_ scored: ScoredClasses) -> String? {
        steps.isEmpty ? nil : steps.map { $0.words(scored) }.joined(separator: ", then ")
    }
}

extension PostProcessing: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode([PostProcessingStep].self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(steps)
    }
}
