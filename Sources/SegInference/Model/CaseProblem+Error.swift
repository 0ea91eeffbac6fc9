import Sampling
import SegMetrics

extension CaseProblem {
    /// A case that takes no part because of an error.
    init(caseID: String, _ error: any Error) { self.init(caseID: caseID, kind: Self.kind(of: error), message: "\(error)") }

    private static func kind(of error: any Error) -> Kind {
        switch error {
        case is LabelGridMismatch: .geometry
        case CaseError.sizes, CaseError.channelSizes, CaseError.grids, CaseError.channelGrids, CaseError.tooLarge,
            CaseError.crop:
            .geometry
        case is PredictionWithoutClass, CaseError.unknownLabels, CaseError.labelChannels, CaseError.noLabel: .labels
        default: .unreadable
        }
    }
}
