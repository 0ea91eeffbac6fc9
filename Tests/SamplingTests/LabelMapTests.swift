import CaseTestSupport
import Foundation
import MedicalImages
import Testing

@testable import DataSets
@testable import Sampling

struct LabelMapTests {
    private let extent = Extent(width: 3, height: 2)

    @Test func mapsAndIgnores() throws {
        let map = try LabelMap([0: 0, 255: 1, -5: 1], ignoring: [7])
        #expect(map.classCount == 2)
        #expect(try map.apply(to: [0, 255, 255, -5, 7, 0], extent: extent, path: "l.png") == [0, 1, 1, 1, 255, 0])
        #expect(LabelMap(identity: 3) == (try LabelMap([0: 0, 1: 1, 2: 2])))
    }

    @Test(arguments: [
        (
            LabelMap(identity: 2), [0, 0, 255, 0, 255, 0] as [Int32],
            "l.png: 1 label value without a class: 255 on 2 pixels, first at x 2, y 0, z 0; expected 0, 1; "
                + "if the order is right, map {0: 0, 255: 1}"
        ),
        (
            LabelMap(identity: 2), [0, 10, 20, 30, 10, 0],
            "l.png: 3 label values without a class: 10 on 2 pixels, first at x 1, y 0, z 0; 20 on 1 pixel, first at x 2, y 0, z 0; "
                + "30 on 1 pixel, first at x 0, y 1, z 0; expected 0, 1; the file holds 0, 10, 20, 30: give each a class, or ignore it"
        ),
    ])
    func proposesAMap(map: LabelMap, values: [Int32], expected: String) {
        #expect(message(of: { _ = try map.apply(to: values, extent: extent, path: "l.png") }) == expected)
    }

    @Test(
        arguments: [
            ([:], [], "label map: classes ; expected 0, 1, … without a gap, 255 at most"),
            ([0: 0, 5: 2], [], "label map: classes 0, 2; expected 0, 1, … without a gap, 255 at most"),
            ([0: 0, 1: 1], [1, 9], "label map: 1 both mapped and ignored; expected one or the other"),
        ] as [([Int: Int], Set<Int>, String)])
    func refuses(classes: [Int: Int], ignoring: Set<Int>, expected: String) {
        #expect(message(of: { _ = try LabelMap(classes, ignoring: ignoring) }) == expected)
    }

    @Test func survivesCoding() throws {
        let map = try LabelMap([0: 0, 10: 1, 20: 2], ignoring: [255, 40])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(map)
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"classes":{"0":0,"10":1,"20":2},"has_background":true,"ignoring":[40,255]}"#)
        #expect(try JSONDecoder().decode(LabelMap.self, from: json) == map)
        #expect(throws: SettingError.self) {
            try JSONDecoder().decode(LabelMap.self, from: Data(#"{"classes":{"0":1}}"#.utf8))
        }
    }
}
