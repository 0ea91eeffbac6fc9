import Foundation
import MarginCalibration
import Testing

struct LabelDistributionTests {
    @Test func countsAndFrequencies() throws {
        let distribution = try LabelDistribution(counts: [6, 3, 1])
        #expect(distribution.total == 10)
        #expect(distribution.classCount == 3)
        #expect(distribution.frequencies == [0.6, 0.3, 0.1])
    }

    @Test(arguments: 0...9)
    func countsALabelMapOfAnyLength(length: Int) throws {
        let labels = (0..<length).map { UInt8($0 % 3) }
        let distribution = try LabelDistribution.counting(labels, classCount: 4)
        #expect(distribution.counts == (0..<4).map { label in labels.count { $0 == UInt8(label) } })
    }

    @Test func anySortOfCollectionCountsAlike() throws {
        let labels: [UInt8] = [0, 1, 255, 1, 2, 1, 255]
        let expected = [1, 3, 1]
        #expect(try LabelDistribution.counting(labels, classCount: 3, ignoring: 255).counts == expected)
        #expect(try LabelDistribution.counting(labels[...], classCount: 3, ignoring: 255).counts == expected)
        #expect(try LabelDistribution.counting(Data(labels), classCount: 3, ignoring: 255).counts == expected)
        #expect(try LabelDistribution.counting(labels.reversed(), classCount: 3, ignoring: 255).counts == expected)
        let counted = try labels.withUnsafeBufferPointer { try LabelDistribution.counting($0, classCount: 3, ignoring: 255) }
        #expect(counted.counts == expected)
    }

    @Test func anIgnoredClassIsNotCounted() throws {
        #expect(try LabelDistribution.counting([0, 0, 1], classCount: 2, ignoring: 0).counts == [0, 1])
    }

    @Test func distributionsAdd() throws {
        let none = try LabelDistribution.counting([], classCount: 2)
        let sum = try none.adding(LabelDistribution(counts: [1, 2])).adding(LabelDistribution(counts: [10, 0]))
        #expect(try sum == LabelDistribution(counts: [11, 2]))
        #expect(none.frequencies.allSatisfy { $0.isNaN })
    }

    @Test(
        arguments: [
            ([0, 9, 1, 9], "label 9 is no class: found on 2 pixels, first at position 1"),
            ([0, 255, 1, 2], "label 2 is no class: found on 1 pixel, first at position 3"),
        ] as [([UInt8], String)])
    func aLabelOutsideIsReported(labels: [UInt8], message: String) {
        let error = #expect(throws: LabelDistributionError.self) {
            try LabelDistribution.counting(labels, classCount: 2, ignoring: 255)
        }
        #expect(error?.description == message + "; expected 0 to 1; map the value to a class or ignore it")
    }

    @Test(
        arguments: [
            ([], "a label distribution needs a count for each class, found none"),
            ([4, -1], "class number 1 (counted from 0) has -1 pixels: a count is 0 or more"),
            ([.max, 1], "the counts add up to more than 9223372036854775807 pixels"),
        ] as [([Int], String)])
    func badCountsAreRefused(counts: [Int], message: String) {
        let error = #expect(throws: LabelDistributionError.self) { try LabelDistribution(counts: counts) }
        #expect(error?.description == message)
    }

    @Test func roundTripsThroughJSON() throws {
        let distribution = try LabelDistribution(counts: [5, 0, 7])
        let data = try JSONEncoder().encode(distribution)
        #expect(String(decoding: data, as: UTF8.self) == #"{"counts":[5,0,7]}"#)
        #expect(try JSONDecoder().decode(LabelDistribution.self, from: data) == distribution)
        #expect(throws: LabelDistributionError.negativeCount(class: 0, count: -5)) {
            try JSONDecoder().decode(LabelDistribution.self, from: Data(#"{"counts":[-5]}"#.utf8))
        }
    }
}
