import Foundation
import Sampling
import SegConfiguration
import Torch

extension ConfigurationProposal {
    /// Looks at a data set and times some steps for it.
    ///
    /// - Parameters:
    ///   - start: says how the files lie and, where `areClassesStated`, what label values mean; all else is proposed.
    ///   - folder: instead of the configured one.
    ///   - onCase: called with the number of cases read and of all.
    ///   - onRead: called before steps are timed.
    /// - Throws: `ProposalError` for data that cannot be trained on; errors of data and files.
    public init(
        of start: RunConfiguration, at folder: URL?, areClassesStated: Bool, device: Device,
        onCase: (Int, Int) -> Void = { _, _ in }, onRead: (Int) -> Void = { _ in }
    ) throws {
        try self.init(
            of: start, at: folder, areClassesStated: areClassesStated, device: device, onCase: onCase, onRead: onRead,
            makeTrial: StepTrial.init(network:channels:classes:size:largest:device:))
    }

    init(
        of start: RunConfiguration, at folder: URL?, areClassesStated: Bool, device: Device,
        onCase: (Int, Int) -> Void = { _, _ in }, onRead: (Int) -> Void = { _ in }, makeTrial: MakeTrial
    ) throws {
        let listed = try start.listDataSet(at: folder)
        let everything = try listed.unsplit()
        let count = everything.count(of: .train)
        let all = try DataSurvey(of: everything) { onCase($0, count) }
        onRead(count)
        let split = try SplitProposal(
            listed, configured: start.data.split, survey: all, ignored: Set(start.data.ignoredValues))
        try self.init(
            all.placed(as: split.dataSet), data: start.data, split: split.rule, areClassesStated: areClassesStated,
            device: device,
            countLabels: { configuration in
                try LabelStatisticsCache.standard().statistics(
                    of: split.dataSet.cases(of: .train), recipe: configuration.recipe, selection: configuration.training.planes,
                    workers: ProcessInfo.processInfo.activeProcessorCount
                ).labels
            }, makeTrial: makeTrial)
    }
}
