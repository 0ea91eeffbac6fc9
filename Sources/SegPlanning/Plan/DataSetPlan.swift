import DataSets
import Foundation
import MarginCalibration
import Sampling
import SegConfiguration
import SegInference
import Torch

/// What a data set holds and how to train on it: a plan for volumes and one for their planes, or one for pictures.
public struct DataSetPlan: Sendable {
    /// A configuration with the name of its file.
    public struct Proposed: Sendable {
        public enum Kind: Sendable {
            case pictures(ConfigurationProposal)
            case network(NetworkPlan)
        }

        public let name: String
        public let kind: Kind

        /// The file for `train`.
        ///
        /// - Parameter folder: where it will lie, for the command in its head.
        /// - Throws: as `RunConfiguration.yaml`.
        public func yaml(in folder: String) throws -> String {
            let path = folder + "/" + name
            return switch kind {
            case .pictures(let proposal): try proposal.yaml(file: path)
            case .network(let plan): try plan.yaml(file: path)
            }
        }

        /// In one line.
        public var summary: String {
            switch kind {
            case .pictures(let proposal): proposal.summary
            case .network(let plan): plan.summary
            }
        }

        /// What its user should look at before training.
        public var warnings: [String] {
            switch kind {
            case .pictures(let proposal): proposal.trial.isBusy ? [StepTrial.busyNote] : []
            case .network(let plan): plan.warnings + (plan.trial.isBusy ? [StepTrial.busyNote] : [])
            }
        }
    }

    public let fingerprint: Fingerprint
    /// The first is the one to train.
    public let plans: [Proposed]

    /// Names of the files of a plan.
    public static let fingerprintName = "fingerprint.json"
    public static let names = ["plan.yaml", "plan-2d.yaml"]

    /// Looks at a data set once and times some steps for it.
    ///
    /// - Parameters:
    ///   - start: says how the files lie and, where `areClassesStated`, what label values mean; all else is proposed.
    ///   - folder: instead of the configured one.
    ///   - channelNames: as the data set has them.
    ///   - onCase: called with the number of cases read and of all.
    ///   - onRead: called before steps are timed.
    /// - Throws: `ProposalError`, `PlanError` for data that cannot be trained on; errors of data and files.
    public init(
        of start: RunConfiguration, at folder: URL, channelNames: [String]?, areClassesStated: Bool, budget: NetworkPlan.Budget,
        onCase: (Int, Int) -> Void = { _, _ in }, onRead: (Int) -> Void = { _ in }
    ) throws {
        try self.init(
            of: start, at: folder, channelNames: channelNames, areClassesStated: areClassesStated, budget: budget, onCase: onCase,
            onRead: onRead, makeTrial: StepTrial.init(network:channels:classes:size:largest:device:))
    }

    init(
        of start: RunConfiguration, at folder: URL, channelNames: [String]?, areClassesStated: Bool, budget: NetworkPlan.Budget,
        onCase: (Int, Int) -> Void = { _, _ in }, onRead: (Int) -> Void = { _ in },
        makeTrial: ConfigurationProposal.MakeTrial
    ) throws {
        let listed = try start.listDataSet(at: folder)
        let everything = try listed.unsplit()
        let count = everything.count(of: .train)
        let all = try DataSurvey(of: everything) { onCase($0, count) }
        onRead(count)
        let split = try SplitProposal(
            listed, configured: start.data.split, survey: all, ignored: Set(start.data.ignoredValues))
        let data = try DataProposal(
            all.placed(as: split.dataSet), data: start.data, split: split.rule, areClassesStated: areClassesStated)
        let fingerprint = Fingerprint(
            of: data.survey, program: "marginseg \(Version.current)", data: folder.standardizedFileURL.lastPathComponent,
            layout: split.dataSet.layout, channelNames: channelNames, className: data.className(of:))
        func countLabels(_ configuration: RunConfiguration) throws -> LabelDistribution {
            try LabelStatisticsCache.standard().statistics(
                of: split.dataSet.cases(of: .train), recipe: configuration.recipe, selection: configuration.training.planes,
                workers: ProcessInfo.processInfo.activeProcessorCount
            ).labels
        }
        self.fingerprint = fingerprint
        if Self.holdsVolumes(fingerprint) {
            plans = try zip(Self.names, [3, 2]).map { name, dimensions in
                Proposed(
                    name: name,
                    kind: .network(
                        try NetworkPlan(
                            fingerprint, data: data, dimensions: dimensions, budget: budget, countLabels: countLabels,
                            makeTrial: makeTrial)))
            }
        } else {
            guard budget.network == .plain else { throw PlanError.noVolumes }
            plans = [
                Proposed(
                    name: Self.names[0],
                    kind: .pictures(
                        try ConfigurationProposal(
                            data, minutes: budget.minutes, device: budget.device, countLabels: countLabels, makeTrial: makeTrial))
                )
            ]
        }
    }

    /// Cases of one plane are pictures, whatever their files are.
    static func holdsVolumes(_ fingerprint: Fingerprint) -> Bool {
        fingerprint.cases.map { Double($0.croppedSize[0]) }.percentile(50) > 1
    }
}
