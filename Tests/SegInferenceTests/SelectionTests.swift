import DurableFiles
import Foundation
import SegMetrics
import TestSupport
import Testing

@testable import SegInference

@Suite struct SelectionTests {
    private func candidate(
        _ names: [String], _ value: Double, decision: DecisionName = .argmax, isPostProcessed: Bool = false, networks: Int = 5
    ) -> Selection.Candidate {
        .init(
            configurations: names, decision: decision, isPostProcessed: isPostProcessed, value: value, difference: nil,
            interval: nil, networks: networks)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Values of plan, plan with post-processing, plan by offsets, plan-2d, and both.
        let values: [Double]
        /// The place of the one to be chosen.
        let chosen: Int
    }

    @Test(arguments: [
        Row(testDescription: "the best", values: [0.70, 0.70, 0.70, 0.75, 0.70], chosen: 3),
        Row(testDescription: "the plain one of equals", values: [0.70, 0.70, 0.70, 0.70, 0.70], chosen: 0),
        Row(testDescription: "not a pair for less than a tenth of a point", values: [0.70, 0.60, 0.60, 0.60, 0.7009], chosen: 0),
        Row(testDescription: "a pair for more", values: [0.70, 0.60, 0.60, 0.60, 0.7011], chosen: 4),
        Row(testDescription: "post-processing rather than offsets", values: [0.70, 0.72, 0.7205, 0.60, 0.70], chosen: 1),
        Row(testDescription: "the better of two as plain", values: [0.7001, 0.60, 0.60, 0.7005, 0.60], chosen: 3),
    ])
    func thePlainestOfTheBestIsChosen(_ row: Row) {
        let candidates = [
            candidate(["plan"], row.values[0]), candidate(["plan"], row.values[1], isPostProcessed: true),
            candidate(["plan"], row.values[2], decision: .calibrated), candidate(["plan-2d"], row.values[3]),
            candidate(["plan", "plan-2d"], row.values[4], networks: 10),
        ]
        #expect(Selection.choose(of: candidates, tolerance: 0.001) == candidates[row.chosen])
    }

    @Test func isKeptInItsFolder() throws {
        try withTemporaryFolder { folder in
            #expect(try Selection.find(at: folder) == nil)
            let selection = Selection(
                metric: "miou_foreground", mirroring: .axes([.horizontal, .depth]), candidates: [candidate(["plan"], 0.5)])
            try selection.write(to: folder)
            let read = try #require(try Selection.find(at: folder))
            #expect(read == selection)
            #expect(read.settings.mirroring == .axes([.horizontal, .depth]))
            #expect(read.words == "plan, mirroring (horizontal,depth), the largest score")
            try DurableFile.write("{\"format\": 99}", to: Selection.url(of: folder))
            #expect(
                messageThrown { _ = try Selection.find(at: folder) }?.contains(
                    "cannot be used as a selection: its form 99 is newer than this program's 1") == true)
        }
    }
}
