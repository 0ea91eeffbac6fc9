import Randomness
import SegMetrics
import TestSupport

/// Stores of random counts, with empty classes, empty images, and groups of several cases.
enum RandomStore {
    static func make(classCount: Int, groups: Int = 7, seed: UInt64) -> ConfusionStore {
        var generator = SeededGenerator(seed: seed)
        var store = ConfusionStore(classCount: classCount)
        for group in 0..<groups {
            for item in 0..<Int.random(in: 1...3, using: &generator) {
                for plane in 0..<Int.random(in: 1...4, using: &generator) {
                    let isIgnored = Int.random(in: 0..<9, using: &generator) == 0
                    let absent = Int.random(in: 0..<2 * classCount, using: &generator)
                    let rows = (0..<classCount).map { truth in
                        (0..<classCount).map { predicted in
                            let most = truth == predicted ? 90 : 30
                            let count = Int.random(in: 0...most, using: &generator)
                            return isIgnored || truth == absent || predicted == absent ? 0 : count
                        }
                    }
                    store.append(
                        group: "g\(group)", case: "g\(group)-\(item)", image: "g\(group)-\(item)/\(plane)",
                        matrix: ConfusionMatrix(rows: rows))
                }
            }
        }
        return store
    }
}
