import Foundation
import MedicalImages
import TestSupport
import Testing

/// Headers of BMP that contradict themselves, or state what is not read.
@Suite struct BMPTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Changes to the bytes of a sound picture of 5 × 3 pixels of 8 bits, by place.
        let changes: [(Int, [UInt8])]
        let kind: ImageFileError.Kind
        let reason: String

        init(_ name: String, _ changes: [(Int, [UInt8])], _ kind: ImageFileError.Kind, _ reason: String) {
            (testDescription, self.changes, self.kind, self.reason) = (name, changes, kind, reason)
        }
    }

    @Test(arguments: [
        Refused("header of no version", [(14, [41, 0])], .corrupt, "its info header has 41 bytes, which no version of BMP has"),
        Refused("no width", [(18, [0, 0])], .corrupt, "its header states 0 × 3 pixels"),
        Refused("smallest height", [(22, [0, 0, 0, 0x80])], .corrupt, "its header states 5 × -2147483648 pixels"),
        Refused("far too wide", [(18, [0, 0, 0x10, 0])], .truncated, "bytes cannot hold 1048576 × 3 pixels from byte 1078 on"),
        Refused("pixels nowhere", [(10, [0, 0, 0, 0x7f])], .truncated, "from byte 2130706432 on"),
        Refused("3 bits", [(28, [3])], .unsupported, "its pixels of 3 bits have the compression none; save it as PNG"),
        Refused("JPEG inside", [(30, [4])], .unsupported, "its pixels of 8 bits have the compression JPEG"),
        Refused("PNG inside", [(30, [5])], .unsupported, "the compression PNG"),
        Refused("huge palette", [(46, [0, 0, 2, 0])], .corrupt, "its header states a palette of 131072 colours"),
        Refused("long palette", [(46, [0, 0, 1, 0])], .truncated, "it ends inside its palette"),
        Refused("masks with gaps", [(28, [16]), (30, [3]), (54, [5, 0, 0, 0])], .corrupt, "have gaps or are empty"),
        Refused(
            "runs top-down", [(30, [1]), (22, [0xfd, 0xff, 0xff, 0xff])], .corrupt, "from top to bottom, which BMP rules out"),
    ])
    func refused(_ row: Refused) throws {
        let sound = try #require(ForeignPicture.all.first { $0.format == "bmp" && $0.name == "8 bits, grey" })
        var bytes = Array(try #require(Data(base64Encoded: sound.base64)))
        for (place, change) in row.changes { bytes.replaceSubrange(place..<place + change.count, with: change) }
        try withTemporaryFolder { folder in
            let url = try folder.file("a.bmp", bytes)
            let error = try #require(imageFileError { _ = try ImageFile.read(url) })
            #expect(error.kind == row.kind)
            #expect(error.reason.contains(row.reason), "\(error)")
        }
    }

    @Test func aRunThatLeavesThePictureIsRefused() throws {
        let sound = try #require(ForeignPicture.all.first { $0.format == "bmp" && $0.name == "8 bits, run lengths" })
        var bytes = Array(try #require(Data(base64Encoded: sound.base64)))
        // The first run, behind headers and four colours.
        bytes[70] = 6
        try withTemporaryFolder { folder in
            let error = imageFileError { _ = try BMP.read(try folder.file("a.bmp", bytes)) }
            #expect(error?.reason == "a run leaves the picture at x 5, row 0; make or fetch the file again")
        }
    }
}
