import Foundation
import MedicalImages
import TestSupport
import Testing

/// One contract over JPEG, BMP and TIFF files that other programs made.
@Suite struct PicturesTests {
    @Test func theTableIsThere() {
        #expect(Dictionary(grouping: ForeignPicture.all, by: \.format).mapValues(\.count) == ["jpeg": 13, "tiff": 46, "bmp": 20])
    }

    @Test(arguments: ForeignPicture.all.filter { $0.refusal == nil })
    func isReadAsItsWriterMeantIt(_ row: ForeignPicture) throws {
        try withTemporaryFolder { folder in
            let url = try folder.file(row.file, base64: row.base64)
            let image: MedicalImage
            let known: ImageInfo
            switch row.format {
            case "jpeg": (image, known) = (try JPEG.read(url), try JPEG.readInfo(url))
            case "bmp": (image, known) = (try BMP.read(url), try BMP.readInfo(url))
            default: (image, known) = (try TIFF.read(url), try TIFF.readInfo(url))
            }
            let extent = try Extent(
                width: #require(row.width), height: #require(row.height), depth: #require(row.depth),
                channels: #require(row.channels))
            #expect(image.extent == extent)
            #expect(image.samples.type.rawValue == row.type)
            #expect(image.samples.withUnsafeBytes(SHA256.prefix) == row.hash)
            let values = image.realValues()
            let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
            #expect(abs(mean - (row.mean ?? .nan)) < 1e-6 * max(1, abs(mean)))
            let info = try #require(pictureInfo(image))
            #expect("\(info.colorType)" == row.color)
            #expect(info.bitDepth == row.bits)
            #expect(known.format == row.format.uppercased())
            #expect((known.extent, known.voxelType, known.notes) == (image.extent, image.samples.type, image.notes))
            #expect((image.geometry, image.scaling) == (nil, .identity))
            // The entry for all formats gives the same without alpha.
            #expect(try ImageFile.readInfo(url).extent.channels == extent.channels - (image.hasAlpha ? 1 : 0))
        }
    }

    @Test(arguments: ForeignPicture.all.filter { $0.refusal != nil })
    func rareKindsAreRefusedByName(_ row: ForeignPicture) throws {
        try withTemporaryFolder { folder in
            let url = try folder.file(row.file, base64: row.base64)
            for read in [{ _ = try ImageFile.read(url) }, { _ = try ImageFile.readInfo(url) }] {
                let error = try #require(imageFileError(read))
                #expect(error.kind == .unsupported)
                #expect(error.reason.contains(row.refusal ?? "?"), "\(error)")
                #expect(error.reason.contains("; save"))
            }
        }
    }

    @Test(arguments: ForeignPicture.all.filter { $0.refusal == nil && !$0.name.hasPrefix("orientation") })
    func aFileThatIsCutOffIsRefusedOrLacksNothing(_ row: ForeignPicture) throws {
        try withTemporaryFolder { folder in
            let whole = try #require(Data(base64Encoded: row.base64))
            let expected = try ImageFile.read(try folder.file(row.file, whole)).samples
            // TIFF and BMP may end in bytes that nothing points to.
            for count in stride(from: 0, to: whole.count, by: max(1, whole.count / 97)) {
                let url = try folder.file(row.file, whole[..<count])
                do {
                    let image = try ImageFile.read(url)
                    #expect(row.format != "jpeg" && image.samples == expected, "after \(count) of \(whole.count) bytes")
                } catch let error as ImageFileError {
                    #expect(error.path == url.path && !error.description.contains("\n"))
                }
            }
        }
    }

    @Test(arguments: ["a.jpg", "a.bmp", "a.tif", "a.png"])
    func anotherFormatUnderThisNameIsRefused(_ name: String) throws {
        try withTemporaryFolder { folder in
            let url = try folder.file(name, Array("GIF89a".utf8))
            let error = try #require(imageFileError { _ = try ImageFile.read(url) })
            #expect(error.kind == .notAnImage)
            #expect(error.reason.contains("(the signature is missing or damaged); fetch the file again, or rename it"))
            let empty = try folder.file(name, [])
            #expect(
                imageFileError { _ = try ImageFile.read(empty) }?.reason == "it is empty; copy the file again from its source")
        }
    }

    @Test func whatAReaderDecidedIsNoted() throws {
        func note(_ name: String) throws -> [String] {
            let row = try #require(ForeignPicture.all.first { $0.name == name })
            return try withTemporaryFolder { folder in
                try ImageFile.readInfo(try folder.file(row.file, base64: row.base64)).notes.map(\.text)
            }
        }
        #expect(try note("orientation 1") == [])
        #expect(try note("orientation 6") == ["it is turned upright by its orientation tag (6), as viewers show it"])
        #expect(try note("CMYK") == ["its CMYK inks are turned into RGB without a colour profile"])
        #expect(try note("RGB and alpha") == ["its alpha channel is left out"])
        #expect(try note("a thumbnail beside") == ["1 of its pages are thumbnails or masks of others, and are passed over"])
    }

    @Test(arguments: [1, 3])
    func pagesThatAreWrittenComeBack(_ pages: Int) throws {
        try withTemporaryFolder { folder in
            let gray = (0..<(35 * pages)).map { UInt8(truncatingIfNeeded: $0 * 11) }
            let url = folder.file("a.tif")
            try TIFF.write(gray: gray, width: 7, height: 5, pages: pages, to: url)
            let image = try TIFF.read(url)
            #expect(image.samples == .uint8(gray))
            #expect(image.extent == Extent(width: 7, height: 5, depth: pages))
        }
    }
}
