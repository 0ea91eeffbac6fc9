import Foundation
import MedicalImages
import TestSupport
import Testing

@Suite struct PNGTests {
    /// A picture of 5 × 3 pixels that Pillow 11 wrote.
    struct Foreign: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let base64: String
        let colorType: PictureInfo.ColorType
        let bitDepth: Int
        let samples: Samples
    }

    /// The sample at pixel i is i, plus an offset for each channel.
    private static func ramps(_ offsets: [UInt8]) -> Samples {
        .uint8(offsets.flatMap { offset in (0..<15).map { $0 + offset } })
    }

    static let foreign = [
        Foreign(
            testDescription: "palette of 2 bits",
            base64: """
                iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAgMAAAAmWC1rAAAADFBMVEUBAgMoMjz/AIAAAACFiN9RAAAAEUlEQVR4nGOQcGBoY2BIbAAA\
                BmkBwBAUWeUAAAAASUVORK5CYII=
                """,
            colorType: .palette, bitDepth: 2, samples: .uint8((0..<15).map { $0 % 3 })),
        Foreign(
            testDescription: "grey of 1 bit",
            base64: "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAQAAAABzTfhVAAAADklEQVR4nGMIYFjBEAAAA94BSXfAiOEAAAAASUVORK5CYII=",
            colorType: .gray, bitDepth: 1, samples: .uint8((0..<15).map { $0 % 5 % 2 ^ $0 / 5 % 2 })),
        Foreign(
            testDescription: "grey and alpha",
            base64: """
                iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAQAAADxPw1zAAAAEklEQVR4nGNkSGGEAhZWVixMAA+CAJoLiMkFAAAAAElFTkSuQmCC
                """,
            colorType: .grayAlpha, bitDepth: 8, samples: ramps([0, 100])),
        Foreign(
            testDescription: "RGB and alpha",
            base64: """
                iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAYAAABbNsX4AAAAF0lEQVR4nGNkMEo5wYgGWFhZWVmJEgQAXPwBwKHCiXMAAAAASUVORK5C\
                YII=
                """,
            colorType: .rgba, bitDepth: 8, samples: ramps([0, 50, 100, 200])),
        Foreign(
            testDescription: "RGB",
            base64: """
                iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAIAAADUVFKvAAAAFElEQVR4nGNkMEphRAIsrKys+PgAIW4A4jMoqKQAAAAASUVORK5CYII=
                """,
            colorType: .rgb, bitDepth: 8, samples: ramps([0, 50, 100])),
        Foreign(
            testDescription: "grey of 16 bits",
            base64: """
                iVBORw0KGgoAAAANSUhEUgAAAAUAAAADEAAAAAAuzUZnAAAAFUlEQVR4nGNkYBCEAsbQUBiTBcEEAC0kAvNoLdnIAAAAAElFTkSuQmCC
                """,
            colorType: .gray, bitDepth: 16, samples: .uint16((0..<15).map { $0 * 4369 })),
        Foreign(
            testDescription: "grey with text",
            base64: """
                iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAAAAAB+XZokAAAAPnRFWHRQYXRpZW50TmFtZQBYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhY\
                WFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWNbw+T8AAAAXSURBVHicBcEBCQAAAAKghPp/ORUw6OAA/gAdpZ7gmgAAAABJRU5ErkJggg==
                """,
            colorType: .gray, bitDepth: 8, samples: ramps([0])),
    ]

    @Test(arguments: foreign)
    func readsWhatOthersWrote(_ row: Foreign) throws {
        try withTemporaryFolder { folder in
            let url = try folder.file("a.png", base64: row.base64)
            let image = try PNG.read(url)
            let info = try #require(pictureInfo(image))
            #expect(image.samples == row.samples)
            #expect((info.colorType, info.bitDepth, info.isInterlaced) == (row.colorType, row.bitDepth, false))
            #expect(image.extent == Extent(width: 5, height: 3, channels: row.samples.count / 15))
            #expect((image.geometry, image.scaling) == (nil, .identity))
            let known = try PNG.readInfo(url)
            #expect((known.format, known.extent, known.voxelType) == ("PNG", image.extent, row.samples.type))
        }
    }

    @Test func indicesHaveTheColoursOfThePalette() throws {
        try withTemporaryFolder { folder in
            let info = try #require(pictureInfo(try PNG.read(try folder.file("a.png", base64: PNGTests.foreign[0].base64))))
            #expect(info.palette.prefix(9) == [1, 2, 3, 40, 50, 60, 255, 0, 128])
            #expect(info.colors(of: [2, 0]) == [255, 1, 0, 2, 128, 3])
            #expect(info.colors(of: [200]) == nil)
        }
    }

    @Test(arguments: foreign.filter { [.grayAlpha, .rgba].contains($0.colorType) })
    func alphaIsLeftOutAndNoted(_ row: Foreign) throws {
        try withTemporaryFolder { folder in
            let url = try folder.file("a.png", base64: row.base64)
            let (image, info) = (try ImageFile.read(url), try ImageFile.readInfo(url))
            guard case .uint8(let stored) = row.samples else { return }
            #expect(image.samples == .uint8(Array(stored.dropLast(15))))
            #expect(image.extent == Extent(width: 5, height: 3, channels: stored.count / 15 - 1))
            #expect(info.extent == image.extent)
            #expect(image.notes.map(\.text) == ["its alpha channel is left out"])
            #expect(info.notes == image.notes)
            let whole = try PNG.read(url)
            #expect((whole.hasAlpha, image.hasAlpha, whole.notes) == (true, false, []))
        }
    }

    @Test func whatIsWrittenComesBack() throws {
        try withTemporaryFolder { folder in
            let (width, height) = (7, 4)
            let gray = (0..<28).map { UInt8($0 * 9) }
            try PNG.write(gray: gray, width: width, height: height, to: folder.file("gray.png"))
            #expect(try PNG.read(folder.file("gray.png")).samples == .uint8(gray))
            let gray16 = (0..<28).map { UInt16($0 * 2427) }
            try PNG.write(gray16: gray16, width: width, height: height, to: folder.file("gray16.png"))
            #expect(try PNG.read(folder.file("gray16.png")).samples == .uint16(gray16))
            let rgb = (0..<84).map { UInt8($0 * 3) }
            try PNG.write(rgb: rgb, width: width, height: height, to: folder.file("rgb.png"))
            let planar = (0..<3).flatMap { channel in (0..<28).map { rgb[3 * $0 + channel] } }
            #expect(try PNG.read(folder.file("rgb.png")).samples == .uint8(planar))
        }
    }

    @Test(arguments: [(0, 4), (4, 0)])
    func aPictureWithoutPixelsIsNotWritten(_ width: Int, _ height: Int) throws {
        try withTemporaryFolder { folder in
            let url = folder.file("a.png")
            let error = imageFileError { try PNG.write(gray: [], width: width, height: height, to: url) }
            #expect(error?.kind == .unsupported)
            #expect(
                error?.description == """
                    \(url.path): PNG cannot hold \(width) × \(height) pixels (Invalid IHDR data); write it in parts or as NIfTI
                    """)
        }
    }

    @Test func anotherFormatUnderThisNameIsRefused() throws {
        try withTemporaryFolder { folder in
            let url = try folder.file("a.png", [0xff, 0xd8, 0xff, 0xe0])
            let error = imageFileError { _ = try ImageFile.read(url) }
            #expect(error?.kind == .notAnImage)
            #expect(error?.reason.hasPrefix("it is no PNG file") == true)
        }
    }
}
