import CaseTestSupport
import Foundation
import MedicalImages
import Testing

@testable import Sampling

struct LossyLabelsTests {
    /// Counts of values, and those of their neighbours, falling.
    private static func scattered(_ centers: [Int: Int], by reach: Int = 8, into band: Int = 0) -> [Int: Int] {
        var counts: [Int: Int] = [:]
        for (center, count) in centers {
            for step in -reach...reach where (0...255).contains(center + step) {
                counts[center + step, default: 0] += max(1, count >> (2 * abs(step)))
            }
        }
        for value in 0...255 where band > 0 { counts[value, default: 0] += band }
        return counts
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let counts: [Int: Int]
        var areCompressed = true
        let ranges: [String]?
    }

    @Test(arguments: [
        Row(
            testDescription: "polyps as JPEG: 0…8 and 247…255", counts: scattered([0: 90000, 255: 9000]),
            ranges: ["0-127", "255, 128-254"]),
        Row(
            testDescription: "the same as PNG", counts: scattered([0: 90000, 255: 9000]), areCompressed: false,
            ranges: ["0-127", "255, 128-254"]),
        Row(
            testDescription: "a neighbour of 255 is commoner, and the background", counts: scattered([2: 500, 254: 90000]),
            ranges: ["0-127", "255, 128-254"]),
        Row(
            testDescription: "three greys and a band between them",
            counts: scattered([0: 90000, 128: 4000, 255: 9000], into: 20),
            ranges: ["0-64", "128, 65-127, 129-191", "255, 192-254"]),
        Row(
            testDescription: "a JPEG whose greys are not at the ends", counts: scattered([60: 9000, 120: 4000]),
            ranges: ["60, 0-59, 61-90", "120, 91-119, 121-255"]),
        Row(testDescription: "a JPEG that is exact", counts: [0: 900, 255: 90], ranges: nil),
        Row(
            testDescription: "classes side by side", counts: [0: 9000, 1: 80, 2: 70, 3: 60, 4: 5], areCompressed: false,
            ranges: nil),
        Row(
            testDescription: "many classes", counts: .init(uniqueKeysWithValues: (0...117).map { ($0, $0 == 0 ? 90000 : 50) }),
            areCompressed: false, ranges: nil),
        Row(
            testDescription: "classes, and 255 to ignore", counts: [0: 900, 1: 80, 2: 70, 3: 60, 255: 90], areCompressed: false,
            ranges: nil),
        Row(testDescription: "tens", counts: [0: 900, 10: 80, 20: 70, 30: 60, 40: 90], areCompressed: false, ranges: nil),
        Row(testDescription: "beyond bytes", counts: [0: 900, 1: 3, 2: 2, 3: 1, 500: 70], ranges: nil),
        Row(
            testDescription: "a picture", counts: .init(uniqueKeysWithValues: (0...255).map { ($0, 4) }), areCompressed: false,
            ranges: nil),
    ])
    func rangesGatherWhatScatters(_ row: Row) {
        let found = LossyLabels(row.counts, areCompressed: row.areCompressed)
        #expect(found?.ranges.map { $0.map(\.description).joined(separator: ", ") } == row.ranges)
        guard let found else { return }
        #expect(found.ranges.flatMap { $0.flatMap(\.bounds) }.sorted() == Array(0...255), "every byte once")
        #expect(found.ranges.map { $0[0].bounds.lowerBound } == found.centers, "the centre first")
        for value in 0...255 {
            let nearest = found.centers.map { abs($0 - value) }.min()
            #expect(found.center(of: value).map { abs($0 - value) } == nearest)
        }
        #expect(found.center(of: 300) == nil)
    }

    @Test(
        arguments: [
            ("7", 7...7), ("-5", -5 ... -5), ("0-127", 0...127), ("-5--1", -5 ... -1), ("-3-4", -3...4), ("8-8", 8...8),
            ("", nil),
            ("-", nil), ("7-", nil), ("-7-", nil), ("9-3", nil), ("a-b", nil), ("1 - 3", nil), ("0-65535", 0...65535),
            ("0-65536", nil), ("0-99999999999", nil),
        ] as [(String, ClosedRange<Int>?)])
    func rangesAreReadFromText(_ text: String, _ bounds: ClosedRange<Int>?) throws {
        #expect(LabelRange(text)?.bounds == bounds)
        guard let range = LabelRange(text) else { return }
        #expect(try JSONDecoder().decode(LabelRange.self, from: JSONEncoder().encode(range)) == range)
    }

    @Test func aMapOfJPEGLabelsIsProposedWhereNoneFits() throws {
        let values: [Int32] = (0..<200).map { $0 < 150 ? $0 % 7 == 0 ? $0 % 3 : 0 : $0 % 5 == 0 ? 252 + $0 % 3 : 255 }
        let extent = Extent(width: 20, height: 10)
        let words =
            "label values scatter about 0 and 255, as JPEG and interpolation leave them; PNG would keep them exact; "
            + "give the classes ranges: values [0-127] and [255, 128-254]"
        let found = message(of: { _ = try LabelMap(identity: 2).apply(to: values, extent: extent, path: "a/b.jpg") })
        #expect(found.hasSuffix(words), "\(found)")
    }
}
