import Foundation
import Randomness
import SegMetrics
import TestSupport
import Testing

struct ConfusionMatrixTests {
    @Test func rowsAreTheTruthAndColumnsThePrediction() throws {
        var matrix = ConfusionMatrix(classCount: 3)
        try matrix.add(truth: [0, 0, 1, 2, 2], prediction: [0, 1, 1, 0, 2])
        #expect(matrix.rows == [[1, 1, 0], [0, 1, 0], [1, 0, 1]])
        #expect(matrix[truth: 2, prediction: 0] == 1)
        #expect(matrix.total == 5)
        #expect(matrix.correct == 3)
        #expect(matrix.pixelAccuracy == 0.6)
        #expect(ConfusionMatrix(classCount: 2).pixelAccuracy == nil)
    }

    /// Runs and single pixels, of any length, against one pair at a time.
    @Test(arguments: 0..<60)
    func countsAsOnePairAtATime(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let classCount = [2, 3, 5, 17, 256].randomElement(using: &generator)!
        let ignored: UInt8? = Bool.random(using: &generator) ? UInt8(min(classCount, 255)) : nil
        let longestRun = [1, 4, 40].randomElement(using: &generator)!
        func labels(_ count: Int, with extra: UInt8?) -> [UInt8] {
            var labels: [UInt8] = []
            while labels.count < count {
                let label = UInt8.random(in: 0...UInt8(classCount - 1), using: &generator)
                let value = Int.random(in: 0..<5, using: &generator) == 0 ? extra ?? label : label
                labels += Array(repeating: value, count: Int.random(in: 1...longestRun, using: &generator))
            }
            return Array(labels.prefix(count))
        }
        let count = Int.random(in: 0...200, using: &generator)
        let (truth, prediction) = (labels(count, with: ignored), labels(count, with: nil))

        var expected = Array(repeating: Array(repeating: 0, count: classCount), count: classCount)
        for (t, p) in zip(truth, prediction) where t != ignored { expected[Int(t)][Int(p)] += 1 }
        var matrix = ConfusionMatrix(classCount: classCount)
        try matrix.add(truth: truth, prediction: prediction, ignoring: ignored)
        #expect(matrix.rows == expected)
    }

    @Test func unalignedMemoryCountsAlike() throws {
        let truth = (0..<41).map { UInt8($0 / 20 % 2) }
        var expected = ConfusionMatrix(classCount: 2)
        try expected.add(truth: Array(truth[1...]), prediction: Array(truth[..<40]))
        var matrix = ConfusionMatrix(classCount: 2)
        try truth.withUnsafeBufferPointer {
            try matrix.add(truth: .init(rebasing: $0[1...]), prediction: .init(rebasing: $0[..<40]))
        }
        #expect(matrix == expected)
    }

    @Test func ignoredPixelsTakeNoPartWhateverIsPredicted() throws {
        var matrix = ConfusionMatrix(classCount: 2)
        try matrix.add(truth: [0, 255, 1, 255], prediction: [0, 1, 1, 99], ignoring: 255)
        #expect(matrix.rows == [[1, 0], [0, 1]])
    }

    @Test(
        arguments: [
            ([0, 3, 1, 3], [0, 0, 0, 0], "label 3 in the truth is no class: found on 2 pixels, first at position 1"),
            ([0, 255, 1, 0], [0, 7, 255, 0], "label 255 in the prediction is no class: found on 1 pixel, first at position 2"),
        ] as [([UInt8], [UInt8], String)])
    func aLabelOutsideIsReported(truth: [UInt8], prediction: [UInt8], message: String) {
        var matrix = ConfusionMatrix(classCount: 2)
        let error = #expect(throws: LabelOutsideClasses.self) {
            try matrix.add(truth: truth, prediction: prediction, ignoring: 255)
        }
        #expect(error?.description == message + "; expected 0 to 1; map the value to a class or ignore it")
        #expect(matrix == ConfusionMatrix(classCount: 2))
    }

    @Test func matricesAdd() {
        var sum = ConfusionMatrix(rows: [[1, 2], [3, 4]])
        sum += ConfusionMatrix(rows: [[10, 0], [0, 10]])
        #expect(sum == ConfusionMatrix(rows: [[11, 2], [3, 14]]))
    }

    @Test func roundTripsThroughJSON() throws {
        let matrix = ConfusionMatrix(rows: [[1, 2], [3, 4]])
        let data = try JSONEncoder().encode(matrix)
        #expect(String(decoding: data, as: UTF8.self) == "[[1,2],[3,4]]")
        #expect(try JSONDecoder().decode(ConfusionMatrix.self, from: data) == matrix)
    }

    @Test(arguments: ["[[1,2],[3]]", "[[1,-2],[3,4]]", "[]"])
    func whatIsNoMatrixIsRefused(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(ConfusionMatrix.self, from: Data(json.utf8)) }
    }
}
