import Foundation
import TestSupport
import Testing

@testable import MedicalImages

@Suite struct NumPyArchiveTests {
    private static let values: [Float] = (0..<60).map { Float($0 % 7) / 8 - 0.25 }

    /// The same archive with sizes of 32 and of 64 bits, its values in one part and in several.
    @Test(
        .enabled(if: PeerPython.has("numpy"), "\(PeerPython.missing("numpy"))"),
        arguments: [([60], 1), ([3, 4, 5], 3), ([2, 30, 1, 1], 60)], [NumPyArchive.smallestLarge, 0])
    func numpyReadsWhatIsWritten(_ row: (shape: [Int], parts: Int), _ largeFrom: Int) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.npz")
            let length = Self.values.count / row.parts
            try NumPyArchive.write("probabilities", shape: row.shape, to: url, largeFrom: largeFrom) { append in
                for part in 0..<row.parts { try append(Array(Self.values[part * length..<(part + 1) * length])) }
            }
            let script = """
                import json, sys, zipfile, numpy
                file = numpy.load(sys.argv[1])
                array = file["probabilities"]
                print(json.dumps([file.files, str(array.dtype), list(array.shape), array.flatten().tolist(),
                    zipfile.ZipFile(sys.argv[1]).testzip()]))
                """
            let answer = try PeerPython.run(["-c", script, url.path])
            try #require(answer.status == 0)
            let found = try #require(try JSONSerialization.jsonObject(with: answer.output) as? [Any])
            #expect(found[0] as? [String] == ["probabilities"])
            #expect(found[1] as? String == "float32")
            #expect(found[2] as? [Int] == row.shape)
            #expect((found[3] as? [Double])?.map { Float($0) } == Self.values)
            #expect(found[4] is NSNull, "every checksum is right")
        }
    }

    @Test func equalValuesAreEqualBytes() throws {
        try withTemporaryFolder { folder in
            let urls = ["a.npz", "b.npz"].map { folder.appending(path: $0) }
            for url in urls { try NumPyArchive.write("x", shape: [60], to: url) { try $0(Self.values) } }
            #expect(try Data(contentsOf: urls[0]) == Data(contentsOf: urls[1]))
        }
    }

    @Test func aFailureLeavesNothing() throws {
        struct Failure: Error {}
        try withTemporaryFolder { folder in
            #expect(throws: Failure.self) {
                try NumPyArchive.write("x", shape: [60], to: folder.appending(path: "a.npz")) { append in
                    try append([1, 2])
                    throw Failure()
                }
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }
}
