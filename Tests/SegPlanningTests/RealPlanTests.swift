import Foundation
import MedicalImages
import TestSupport
import Testing

@testable import DataSets
@testable import Sampling
@testable import SegConfiguration
@testable import SegPlanning

/// Plans of public data sets, which are read where they lie; steps are not timed.
@Suite(.enabled(if: TestFolders.realData != nil, Comment(rawValue: TestFolders.noRealData)))
struct RealPlanTests {
    private func plan(_ name: String, _ settings: [String] = []) throws -> DataSetPlan {
        let folder = try #require(TestFolders.realData).appending(path: name)
        let reader = try ConfigurationReader(file: nil, overrides: settings, data: folder)
        let finding = try reader.dataSetFinding()?.finding
        return try DataSetPlan(
            of: reader.configuration(), at: folder, channelNames: finding?.channelNames,
            areClassesStated: reader.namesClasses(finding), budget: .init()
        ) { _, _, _, _, _, _ in
            StepTrial(
                measurements: [.init(batchSize: 1, secondsPerStep: 1, peakBytes: nil)], predictionSeconds: 0.1,
                availableBytes: nil)
        }
    }

    private func network(_ plan: DataSetPlan, _ number: Int = 0) throws -> NetworkPlan {
        guard case .network(let network) = plan.plans[number].kind else { throw PlanError.noVolumes }
        return network
    }

    /// nnU-Net 2.8 plans the same for the 208 cases that do not test: patch 40×56×40 and batch 7, of planes 56×40 and batch 292.
    @Test func hippocampus() throws {
        let plan = try plan("hippocampus-mr-nifti")
        #expect(plan.fingerprint.caseCount == 208)
        let (volumes, planes) = (try network(plan), try network(plan, 1))
        #expect(volumes.trial.plan.patch == [40, 56, 40] && volumes.trial.plan.pooling.poolings == [3, 3, 3])
        #expect(volumes.trial.plan.batch == 7)
        #expect(planes.trial.plan.patch == [56, 40] && planes.trial.plan.batch == 292)
        #expect(volumes.configuration.input.crop == nil && volumes.configuration.input.normalization == .zScore)
        // Of the same voxels, as nnU-Net sampled them.
        let foreground = try #require(plan.fingerprint.channels[0].foreground)
        #expect(abs(foreground.mean / 21599.4 - 1) < 0.01 && foreground.percentile005 == 28)
        #expect(abs(foreground.percentile995 / 271050 - 1) < 0.01)
    }

    /// Two channels whose intensities outside the brain are not 0, so that nothing is cropped. 155×240×240 voxels of 1 mm: of the box of
    /// 256³ within them, axes are shortened by 32, their halvings, until the feature maps fit.
    @Test func brainTumours() throws {
        let plan = try plan("brats2015-mr-5class")
        let volumes = try network(plan)
        #expect(plan.fingerprint.channels.count == 2)
        #expect(volumes.configuration.input.crop == nil && volumes.configuration.input.normalization == .zScore)
        #expect(volumes.trial.plan.patch == [96, 160, 160] && volumes.trial.plan.batch == 2)
        #expect(volumes.trial.plan.pooling.poolings == [4, 5, 5])
    }

    /// This copy has lost its spacing: 1 mm along every axis, so that the 9 planes of the median case are as fine as their pixels.
    @Test func hearts() throws {
        let volumes = try network(plan("acdc-cardiac"))
        #expect(volumes.trial.plan.patch == [10, 256, 224] && volumes.trial.plan.pooling.poolings == [1, 5, 5])
        #expect(volumes.trial.plan.batch == 3)
    }

    /// The CT of TotalSegmentator by its numbers alone: a case is too few to split.
    @Test func bodyAsCT() throws {
        let folder = try #require(TestFolders.realData).appending(path: "ct-mr-totalsegmentator")
        let dataCase = DataCase(
            id: "ct", group: "ct", image: ImageLocation(folder.appending(path: "example_ct_sm.nii.gz")),
            label: folder.appending(path: "example_seg.nii.gz"))
        let survey = DataSurvey([try CaseSurvey(of: dataCase, split: .train, sampleSize: 10_000)])
        let fingerprint = Fingerprint(
            of: survey, program: "", data: "", layout: .folders, channelNames: nil, className: { _ in nil })
        #expect(
            fingerprint.cases[0].size == [30, 101, 122] && fingerprint.cases[0].spacing?.allSatisfy { abs($0 - 3) < 1e-3 } == true
        )
        guard
            case .clip(let low, let high, let mean, _) = NormalizationRule(
                fingerprint.channels, names: nil, keptShare: fingerprint.medianKeptShare
            ).choice.value
        else {
            Issue.record("intensities from \(fingerprint.channels[0].minimum) look like CT")
            return
        }
        #expect(low < -100 && high > 100 && (low...high).contains(mean))
    }
}
