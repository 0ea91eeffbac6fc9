import MarginCalibration
import SegLosses
import Testing

@testable import SegPlanning

@Suite struct ObjectiveProposalTests {
    static let rows: [(counts: [Int], alternative: String, says: String)] = [
        ([10_821_840, 306_752, 286_468], "margin(form=authors,tau=10,nu=1)", "level with more of the same"),
        ([600_000_000, 40_000_000, 30_000_000, 20_000_000, 10_000_000], "margin(form=authors,tau=10,nu=1)", "docs/RESULTS.md"),
        (
            [90_000, 0, 10_000], "margin(form=authors,tau=10,nu=1,exclude=[1])",
            "b cannot be learnt, since no training label has it"
        ),
    ]

    /// What was measured to do no harm, and an objective with offsets that can be made for these labels.
    @Test(arguments: rows)
    func whatIsProposedFollowsWhatWasMeasured(_ row: (counts: [Int], alternative: String, says: String)) throws {
        let names = ["a", "b", "c", "d", "e"].prefix(row.counts.count).map { $0 }
        let labels = try LabelDistribution(counts: row.counts)
        let found = ObjectiveProposal(labels: labels, classNames: names, hasBackground: true)
        #expect(found.objective.value == "cross_entropy + lovasz(per_image=false)")
        #expect(found.pretraining.value == "cross_entropy + dice(background=false)")
        #expect(
            ObjectiveProposal(labels: labels, classNames: names, hasBackground: false).pretraining.value == "cross_entropy + dice"
        )
        #expect(found.objective.reason.contains(row.says), "\(found.objective.reason)")
        #expect(found.alternative == row.alternative)
        let context = LossContext(classNames: names, distribution: labels, ignoreLabel: 255)
        for objective in [found.objective.value, found.alternative] { _ = try LossExpression(objective).makeLoss(context) }
        #expect(found.table.count == row.counts.count + 1)
        #expect(Set(found.table.map(\.count)).count == 1, "columns stand under each other")
    }
}
