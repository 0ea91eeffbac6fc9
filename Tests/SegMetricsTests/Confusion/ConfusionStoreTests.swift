import Foundation
import SegMetrics
import Testing

struct ConfusionStoreTests {
    /// Patient b has two volumes, of two planes and of one; patient a has one picture.
    private func store() -> ConfusionStore {
        var store = ConfusionStore(classCount: 2)
        store.append(group: "b", case: "b-1", image: "b-1/0", matrix: ConfusionMatrix(rows: [[5, 1], [1, 1]]))
        store.append(group: "a", case: "a", image: "a/0", matrix: ConfusionMatrix(rows: [[8, 0], [0, 0]]))
        store.append(group: "b", case: "b-1", image: "b-1/1", matrix: ConfusionMatrix(rows: [[2, 0], [2, 4]]))
        store.append(group: "b", case: "b-2", image: "b-2/0", matrix: ConfusionMatrix(rows: [[1, 1], [1, 1]]))
        return store
    }

    @Test func sumsOverImagesCasesGroupsAndTheDataSet() {
        let store = store()
        #expect(store.dataset.rows == [[16, 2], [4, 6]])
        #expect(store.groups.map(\.id) == ["b", "a"])
        #expect(store.groups.map(\.matrix.rows) == [[[8, 2], [4, 6]], [[8, 0], [0, 0]]])
        #expect(store.cases.map(\.id) == ["b-1", "a", "b-2"])
        #expect(store.cases.map(\.group) == ["b", "a", "b"])
        #expect(store.cases.map(\.matrix.rows) == [[[7, 1], [3, 5]], [[8, 0], [0, 0]], [[1, 1], [1, 1]]])
        #expect(store.images.map(\.id) == ["b-1/0", "a/0", "b-1/1", "b-2/0"])
    }

    @Test func casesOfOneNameInTwoGroupsStayApart() {
        var store = ConfusionStore(classCount: 1)
        for group in ["video 1", "video 2"] {
            store.append(group: group, case: "frame000", image: "frame000/0", matrix: ConfusionMatrix(rows: [[1]]))
        }
        #expect(store.cases.map(\.group) == ["video 1", "video 2"])
    }

    @Test func roundTripsThroughJSON() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var one = ConfusionStore(classCount: 2)
        one.append(group: "p", case: "b", image: "b/1", matrix: ConfusionMatrix(rows: [[5, 1], [1, 1]]))
        let text = String(decoding: try encoder.encode(one), as: UTF8.self)
        #expect(text == #"{"class_count":2,"entries":[{"case":"b","group":"p","image":"b/1","matrix":[[5,1],[1,1]]}]}"#)
        #expect(try JSONDecoder().decode(ConfusionStore.self, from: encoder.encode(store())) == store())
    }

    @Test func matricesOfOtherClassesAreRefused() {
        let json = #"{"class_count":3,"entries":[{"case":"b","group":"p","image":"b/1","matrix":[[5,1],[1,1]]}]}"#
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(ConfusionStore.self, from: Data(json.utf8)) }
    }
}
