import TestSupport
import Testing

@testable import SegConfiguration
@testable import SegPlanning

@Suite struct BackgroundProposalTests {
    struct Row: CustomTestStringConvertible {
        /// Name, value, pixels, pixels of the border.
        let classes: [(String, Int, Int, Int)]
        let index: Int?
        let says: String
        var testDescription: String { says }
    }

    static let rows = [
        Row(classes: [("lesion", 1, 10, 0), ("Background", 0, 5, 0)], index: 1, says: "it is called so"),
        Row(classes: [("bg", 7, 1, 0), ("organ", 0, 99, 9)], index: 0, says: "it is called so"),
        Row(classes: [("", 0, 90, 0), ("", 1, 10, 9)], index: 0, says: "value 0 is the commonest, 90 % of the pixels"),
        Row(classes: [("", 0, 40, 90), ("", 1, 60, 10)], index: 0, says: "value 0 covers 90 % of the image border"),
        // A rare structure has the value 0.
        Row(
            classes: [("", 0, 26, 0), ("", 1, 740, 80), ("", 2, 234, 20)], index: 1,
            says:
                "it covers 80 % of the image border and has 74 % of the pixels; value 0 has 2.6 % of the pixels and 0.0 % of the border"
        ),
        Row(
            classes: [("", 5, 60, 30), ("", 6, 40, 30), ("", 7, 0, 40)], index: 0,
            says: "it is the commonest, 60 % of the pixels; no label is 0"),
        // Tissue everywhere.
        Row(
            classes: [("", 0, 30, 30), ("", 1, 36, 36), ("", 2, 34, 34)], index: nil,
            says: "no class covers the image border or most of the pixels; value 0 has 30 % of the pixels and 30 % of the border"),
    ]

    @Test(arguments: rows)
    func saysWhichAndWhy(_ row: Row) {
        let found = BackgroundProposal(row.classes.map { .init(name: $0.0, values: [$0.1], pixels: $0.2, border: $0.3) })
        #expect(found.index == row.index)
        #expect(found.reason == row.says)
    }

    @Test func valuesThatNobodyNamedBecomeClassesBehindIt() {
        let found = ClassConfiguration.proposed(pixels: [0: 2, 1: 74, 3: 24], border: [1: 9])
        #expect(
            found.classes == [
                .init(name: "background", values: [1]), .init(name: "class_0", values: [0]), .init(name: "class_3", values: [3]),
            ])
        let none = ClassConfiguration.proposed(pixels: [0: 33, 1: 34, 2: 33], border: [:])
        #expect(none.background.index == nil && none.classes.map(\.name) == ["class_0", "class_1", "class_2"])
    }
}
