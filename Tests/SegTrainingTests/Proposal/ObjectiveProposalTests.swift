import SegLosses
import TestSupport
import Testing

@testable import SegTraining

@Suite struct ObjectiveProposalTests {
    static let rows: [(counts: [Int], objective: String, says: String)] = [
        // The hippocampus' training labels: rho_0k = 0.1 of the rarer classes.
        ([10_821_840, 306_752, 286_468], "margin(form=paper,tau=10,nu=1)", "up to 4 %"),
        // The paper's instruments in full size: every offset below 0.001.
        ([600_000_000, 40_000_000, 30_000_000, 20_000_000, 10_000_000], "margin(form=paper,sum=4)", "less than 1 %"),
        (
            [90_000, 0, 10_000], "margin(form=paper,tau=10,nu=1,exclude=[1])",
            "without offsets for b, absent from the training labels"
        ),
    ]

    @Test(arguments: rows)
    func offsetsThatDoSomethingAreProposed(_ row: (counts: [Int], objective: String, says: String)) throws {
        let names = ["a", "b", "c", "d", "e"].prefix(row.counts.count).map { $0 }
        let found = try ObjectiveProposal(counts: row.counts, classNames: names)
        #expect(found.objective.value == row.objective)
        #expect(found.objective.reason.contains(row.says), "\(found.objective.reason)")
        // It can be made for these labels.
        let context = LossContext(classNames: names, distribution: try .init(counts: row.counts), ignoreLabel: 255)
        _ = try LossExpression(found.objective.value).makeLoss(context)
        #expect(found.table.count == row.counts.count + 1)
        #expect(Set(found.table.map(\.count)).count == 1, "columns stand under each other")
    }
}
