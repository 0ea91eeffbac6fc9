import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Torch

/// Files from outside may be anything: each is refused by an error that says why, and none crashes the reader.
struct SafetensorsCorruptionTests {
    struct Corrupt: CustomTestStringConvertible, Sendable {
        let header: String
        var byteCount = 0
        let problem: String
        var testDescription: String { header }
    }

    static let noJSON = "the header is not the expected JSON"
    static let headers: [Corrupt] = [
        Corrupt(header: "", problem: noJSON),
        Corrupt(header: "{", problem: noJSON),
        Corrupt(header: "[]", problem: noJSON),
        Corrupt(header: "null", problem: noJSON),
        Corrupt(header: #"{"a":1}"#, problem: noJSON),
        Corrupt(header: #"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, byteCount: 4, problem: noJSON),
        Corrupt(header: #"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, byteCount: 4, problem: noJSON),
        Corrupt(header: #"{"a":{"dtype":"F32","shape":[1]}}"#, byteCount: 4, problem: noJSON),
        Corrupt(header: #"{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}"#, byteCount: 4, problem: noJSON),
        Corrupt(header: #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,6]}}"#, byteCount: 6, problem: noJSON),
        Corrupt(header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":["0","4"]}}"#, byteCount: 4, problem: noJSON),
        Corrupt(
            header: #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, byteCount: 4, problem: noJSON),
        Corrupt(header: #"{"__metadata__":{"epoch":3}}"#, problem: noJSON),
        Corrupt(header: #"{"__metadata__":"text"}"#, problem: noJSON),
        Corrupt(
            header: #"{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}"#, byteCount: 4,
            problem: "tensor 'a' has the unsupported dtype F8_E4M3"),
        Corrupt(
            header: #"{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}"#, byteCount: 4,
            problem: "tensor 'a' has the unsupported dtype f32"),
        Corrupt(header: entry("[1]", "[0,4]"), byteCount: 3, problem: "tensor 'a' lies at [0, 4], outside the 3 bytes of data"),
        Corrupt(header: entry("[1]", "[4,0]"), byteCount: 4, problem: "tensor 'a' lies at [4, 0], outside the 4 bytes of data"),
        Corrupt(header: entry("[1]", "[-4,0]"), byteCount: 4, problem: "tensor 'a' lies at [-4, 0], outside the 4 bytes of data"),
        Corrupt(header: entry("[1]", "[0]"), byteCount: 4, problem: "tensor 'a' lies at [0], outside the 4 bytes of data"),
        Corrupt(header: entry("[1]", "[]"), byteCount: 4, problem: "tensor 'a' lies at [], outside the 4 bytes of data"),
        Corrupt(
            header: entry("[1]", "[0,4,8]"), byteCount: 8, problem: "tensor 'a' lies at [0, 4, 8], outside the 8 bytes of data"),
        Corrupt(
            header: entry("[1]", "[0,9223372036854775807]"), byteCount: 4,
            problem: "tensor 'a' lies at [0, 9223372036854775807], outside the 4 bytes of data"),
        Corrupt(header: entry("[2]", "[0,4]"), byteCount: 4, problem: "tensor 'a' needs 8 bytes for F32 [2], found 4"),
        Corrupt(header: entry("[]", "[0,0]"), byteCount: 0, problem: "tensor 'a' needs 4 bytes for F32 [], found 0"),
        Corrupt(header: entry("[0,7]", "[0,4]"), byteCount: 4, problem: "tensor 'a' needs 0 bytes for F32 [0, 7], found 4"),
        Corrupt(header: entry("[-1]", "[0,4]"), byteCount: 4, problem: "tensor 'a' has the impossible shape [-1]"),
        Corrupt(header: entry("[-1,-1]", "[0,4]"), byteCount: 4, problem: "tensor 'a' has the impossible shape [-1, -1]"),
        Corrupt(header: entry("[0,-1]", "[0,0]"), problem: "tensor 'a' has the impossible shape [0, -1]"),
        Corrupt(
            header: entry("[4611686018427387904,4]", "[0,4]"), byteCount: 4,
            problem: "tensor 'a' has the impossible shape [4611686018427387904, 4]"),
        Corrupt(
            header: entry("[0,9223372036854775807,9223372036854775807]", "[0,0]"),
            problem: "tensor 'a' has the impossible shape [0, 9223372036854775807, 9223372036854775807]"),
        Corrupt(header: entry("[1]", "[0,4]"), byteCount: 6, problem: "2 bytes follow the last tensor"),
        Corrupt(header: "{}", byteCount: 1, problem: "1 bytes follow the last tensor"),
        Corrupt(
            header: entry("[1]", "[2,6]"), byteCount: 6,
            problem: "tensor 'a' starts at 2, expected 0: tensors overlap or leave a gap"),
        Corrupt(
            header: two("[0,4]", "[5,9]"), byteCount: 9,
            problem: "tensor 'b' starts at 5, expected 4: tensors overlap or leave a gap"),
        Corrupt(
            header: two("[0,4]", "[3,7]"), byteCount: 7,
            problem: "tensor 'b' starts at 3, expected 4: tensors overlap or leave a gap"),
        Corrupt(
            header: two("[4,8]", "[4,8]"), byteCount: 8,
            problem: "tensor 'a' starts at 4, expected 0: tensors overlap or leave a gap"),
        Corrupt(
            header: two("[0,4]", "[0,4]"), byteCount: 4,
            problem: "tensor 'b' starts at 0, expected 4: tensors overlap or leave a gap"),
    ]

    static let lengths: [(Data, String)] = [
        (Data(), "it has 0 bytes, too few for a header"), (Data(count: 7), "it has 7 bytes, too few for a header"),
        (length(100) + Data("{}".utf8), "the header should have 100 bytes, the file ends after 2"),
        (
            length(1 << 63) + Data("{}".utf8),
            "it does not begin with the length of a header, as these files do; it is of another kind, or damaged"
        ),
        (
            length(.max) + Data("{}".utf8),
            "it does not begin with the length of a header, as these files do; it is of another kind, or damaged"
        ),
        (length(3) + Data([UInt8(ascii: "{"), 0xFF, UInt8(ascii: "}")]), noJSON),
    ]

    private static func entry(_ shape: String, _ offsets: String) -> String {
        #"{"a":{"dtype":"F32","shape":\#(shape),"data_offsets":\#(offsets)}}"#
    }

    private static func two(_ first: String, _ second: String) -> String {
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":\#(first)},"b":{"dtype":"F32","shape":[1],"data_offsets":\#(second)}}"#
    }

    @Test(arguments: headers)
    func unsoundHeaders(row: Corrupt) throws {
        let header = Data(row.header.utf8)
        let (path, message) = try refusal(of: Self.length(UInt64(header.count)) + header + Data(count: row.byteCount))
        #expect(message == "\(path) is no sound safetensors file: \(row.problem)")
    }

    @Test(arguments: lengths)
    func unsoundLengths(bytes: Data, problem: String) throws {
        let (path, message) = try refusal(of: bytes)
        #expect(message == "\(path) is no sound safetensors file: \(problem)")
    }

    @Test func everyTruncationIsRefused() {
        let whole = SafetensorsTests.pythonFile
        for count in 0..<whole.count {
            #expect(throws: FileError.self, "\(count) bytes") { try Safetensors(whole.prefix(count), path: "") }
        }
    }

    /// A changed byte either leaves a sound file (of another name, shape or text) or is refused.
    @Test func mutationsNeverCrash() throws {
        let whole = SafetensorsTests.pythonFile
        let dataCount = 53
        var refused = 0
        var random: UInt64 = 1
        for position in 0..<whole.count - dataCount {
            for _ in 0..<4 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                var bytes = whole
                bytes[position] = UInt8(truncatingIfNeeded: random >> 33)
                do {
                    let tensors = try Safetensors(bytes, path: "").tensors.values
                    #expect(tensors.reduce(0) { $0 + $1.count * $1.dtype.size } == dataCount, "byte \(position)")
                } catch {
                    #expect(error is FileError, "byte \(position): \(error)")
                    refused += 1
                }
            }
        }
        #expect(refused > 1000)
    }

    /// The deepest header that fits a small file.
    @Test func deepNestingDoesNotExhaustTheStack() throws {
        let header = Data(repeating: UInt8(ascii: "["), count: 100_000)
        let (path, message) = try refusal(of: Self.length(100_000) + header)
        #expect(message == "\(path) is no sound safetensors file: \(Self.noJSON)")
    }

    private static func length(_ count: UInt64) -> Data { withUnsafeBytes(of: count.littleEndian) { Data($0) } }

    private func refusal(of bytes: Data) throws -> (path: String, message: String) {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "corrupt.safetensors")
            try bytes.write(to: url)
            let error = try #require(throws: FileError.self) { try Safetensors(contentsOf: url) }
            let alone = try #require(throws: FileError.self) { try Safetensors.metadata(of: url) }
            #expect(alone == error)
            return (url.path, error.description)
        }
    }
}
