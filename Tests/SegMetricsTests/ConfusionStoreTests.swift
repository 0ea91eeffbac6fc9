import Foundation
import SegMetrics
import Testing

struct ConfusionStoreTests {
    private func store() -> ConfusionStore {
        var store = ConfusionStore(classCount: 2)
        store.append(case: "b", image: "b/1", matrix: ConfusionMatrix(rows: [[5, 1], [1, 1]]))
        store.append(case: "a", image: "a/1", matrix: ConfusionMatrix(rows: [[8, 0], [0, 0]]))
        store.append(case: "b", image: "b/2", matrix: ConfusionMatrix(rows: [[2, 0], [2, 4]]))
        return store
    }

    @Test func sumsOverCasesAndTheDataSet() {
        let store = store()
        #expect(store.dataset.rows == [[15, 1], [3, 5]])
        #expect(store.cases.map(\.id) == ["b", "a"])
        #expect(store.cases.map(\.matrix.rows) == [[[7, 1], [3, 5]], [[8, 0], [0, 0]]])
        #expect(store.entries.map(\.imageID) == ["b/1", "a/1", "b/2"])
    }

    @Test func roundTripsThroughJSON() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var one = ConfusionStore(classCount: 2)
        one.append(case: "b", image: "b/1", matrix: ConfusionMatrix(rows: [[5, 1], [1, 1]]))
        let text = String(decoding: try encoder.encode(one), as: UTF8.self)
        #expect(text == #"{"class_count":2,"entries":[{"case":"b","image":"b/1","matrix":[[5,1],[1,1]]}]}"#)
        #expect(try JSONDecoder().decode(ConfusionStore.self, from: encoder.encode(store())) == store())
    }

    @Test func matricesOfOtherClassesAreRefused() {
        let json = #"{"class_count":3,"entries":[{"case":"b","image":"b/1","matrix":[[5,1],[1,1]]}]}"#
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(ConfusionStore.self, from: Data(json.utf8)) }
    }
}
