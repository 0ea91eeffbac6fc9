import Foundation
import MedicalImages
import TestSupport
import Testing

/// Headers that differ from a sound one in a few bytes: what they mean, or how they are refused.
@Suite struct NIfTIHeaderTests {
    /// A sound NIfTI-1 volume of 2 × 3 × 2 int16 with both transforms off, then changed.
    private func volume(_ changes: [(offset: Int, bytes: [UInt8])], in folder: URL) throws -> URL {
        let url = folder.file("a.nii")
        try NIfTI.write(
            .int16(Array(1...12)), extent: Extent(width: 2, height: 3, depth: 2), geometry: VoxelGeometry(spacing: [1, 2, 3]),
            to: url)
        var bytes = Array(try Data(contentsOf: url))
        for change in changes { bytes.replaceSubrange(change.offset..<change.offset + change.bytes.count, with: change.bytes) }
        return try folder.file("a.nii", bytes)
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let offset: Int
        let bytes: [UInt8]
        let kind: ImageFileError.Kind
        let message: String

        init(_ name: String, _ offset: Int, _ bytes: [UInt8], _ kind: ImageFileError.Kind, _ message: String) {
            (testDescription, self.offset, self.bytes, self.kind, self.message) = (name, offset, bytes, kind, message)
        }
    }

    @Test(arguments: [
        Refused("header size", 0, short(349), .notAnImage, "it is no NIfTI file"),
        Refused("magic", 344, Array("nope".utf8), .notAnImage, "lacks the magic of NIfTI"),
        Refused("pair in one file", 344, Array("ni1\0".utf8), .corrupt, "the voxels are in a second file; name it .hdr"),
        Refused("no dimensions", 40, short(0), .corrupt, "states 0 dimensions, expected 1 to 7"),
        Refused("negative dimension", 42, short(-2), .corrupt, "states dimensions [-2, 3, 2], expected sizes of at least 1"),
        Refused("too many voxels", 42, short(300), .truncated, "cannot hold the 3600 bytes of voxels from byte 352"),
        Refused(
            "sixth dimension", 40, [6, 2, 3, 2, 1, 1, 2].flatMap(short), .unsupported,
            "[2, 3, 2, 1, 1, 2] go beyond space, time and components"),
        Refused(
            "uncountable", 40, [5] + [0] + [5, 32767, 32767, 32767, 32767, 32767].dropFirst().flatMap(short), .corrupt,
            "hold more bytes than can be counted"),
        Refused("single bits", 70, short(1), .unsupported, "its voxels are single bits; save them as uint8"),
        Refused("complex64", 70, short(32), .unsupported, "its voxels are complex numbers (complex64); save the magnitude"),
        Refused("complex128", 70, short(1792), .unsupported, "its voxels are complex numbers (complex128); save the magnitude"),
        Refused("float128", 70, short(1536), .unsupported, "its voxels are of 128 bits (float128); save them as float64"),
        Refused(
            "colours in time", 40, [4, 2, 1, 2, 2].flatMap(short) + [UInt8](repeating: 0, count: 20) + short(128), .unsupported,
            "it holds 2 volumes of colours; split it into one volume a file"),
        Refused("unknown type", 70, short(5), .corrupt, "unknown datatype 5"),
        Refused("voxels in the header", 108, float(16), .corrupt, "voxels where they cannot be, expected byte 352 or later"),
        Refused("voxels between bytes", 108, float(352.5), .corrupt, "voxels where they cannot be"),
        Refused("voxels nowhere", 108, float(.nan), .corrupt, "voxels where they cannot be"),
        Refused("voxels past the end", 108, float(1e9), .truncated, "from byte 1000000000 on"),
        Refused("intercept without number", 112, float(2) + float(.nan), .corrupt, "the slope 2.0 with the intercept nan"),
    ])
    func refused(_ row: Refused) throws {
        try withTemporaryFolder { folder in
            let url = try volume([(row.offset, row.bytes)], in: folder)
            for read in [{ _ = try NIfTI.read(url) }, { _ = try NIfTI.readInfo(url) }] {
                let error = try #require(imageFileError(read))
                #expect(error.kind == row.kind)
                #expect(error.description.hasPrefix("\(url.path): "))
                #expect(error.description.contains(row.message), "\(error)")
            }
        }
    }

    struct Scaled: Sendable, CustomTestStringConvertible {
        let slope, intercept: Float
        let first: Float
        var testDescription: String { "slope \(slope), intercept \(intercept)" }
    }

    @Test(arguments: [
        Scaled(slope: 2, intercept: -3, first: -1),
        Scaled(slope: -1, intercept: 0, first: -1),
        Scaled(slope: 0, intercept: 5, first: 1),
        Scaled(slope: .nan, intercept: 5, first: 1),
        Scaled(slope: .infinity, intercept: .nan, first: 1),
        Scaled(slope: 0, intercept: .nan, first: 1),
        Scaled(slope: 1, intercept: 16_777_215, first: 16_777_216),
    ])
    func scaling(_ row: Scaled) throws {
        try withTemporaryFolder { folder in
            let image = try NIfTI.read(try volume([(112, float(row.slope) + float(row.intercept))], in: folder))
            #expect(image.realValues().first == row.first)
            #expect(image.samples == .int16(Array(1...12)), "samples stay as stored")
        }
    }

    struct Placed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let changes: [(Int, [UInt8])]
        let source: VoxelGeometry.Source?
        let spacing: [Double]

        init(_ name: String, _ changes: [(Int, [UInt8])], _ source: VoxelGeometry.Source?, _ spacing: [Double]) {
            (testDescription, self.changes, self.source, self.spacing) = (name, changes, source, spacing)
        }
    }

    static let sform = (280, [4, 0, 0, 9, 0, 5, 0, 9, 0, 0, 6, 9].flatMap(float))
    static let both = [(252, short(1)), (254, short(2))]

    @Test(arguments: [
        Placed("spacing alone", [], .pixdim, [1, 2, 3]),
        Placed("qform", [(252, short(1))], .qform(code: 1), [1, 2, 3]),
        Placed("sform before qform", both + [sform], .sform(code: 2), [4, 5, 6]),
        Placed("sform without its code", [(252, short(1)), sform], .qform(code: 1), [1, 2, 3]),
        Placed("sform of zeros", both, .qform(code: 1), [1, 2, 3]),
        Placed("sform that is not finite", both + [sform, (280, float(.nan))], .qform(code: 1), [1, 2, 3]),
        Placed("quaternion that is not finite", [(252, short(1)), (256, float(.nan))], .pixdim, [1, 2, 3]),
        Placed("metres", both + [sform, (123, [1])], .sform(code: 2), [4000, 5000, 6000]),
        Placed("micrometres and seconds", [(123, [3 + 8])], .pixdim, [0.001, 0.002, 0.003]),
        Placed("no unit", [(123, [0])], .pixdim, [1, 2, 3]),
        Placed("single slice without spacing", [(46, short(1)), (88, float(0))], .pixdim, [1, 2, 1]),
        Placed("no spacing", [(80, float(0))], nil, []),
        // As nibabel reads them.
        Placed("negative spacing", [(80, float(-1)), (88, float(-3))], .pixdim, [1, 2, 3]),
        Placed("negative spacing with a qform", [(252, short(1)), (80, float(-1))], .qform(code: 1), [1, 2, 3]),
        Placed("single slice of negative spacing", [(46, short(1)), (88, float(-3))], .pixdim, [1, 2, 3]),
    ])
    func geometry(_ row: Placed) throws {
        try withTemporaryFolder { folder in
            let geometry = try NIfTI.readInfo(try volume(row.changes.map { ($0.0, $0.1) }, in: folder)).geometry
            #expect(geometry?.source == row.source)
            for (spacing, expected) in zip(geometry?.spacing ?? [], row.spacing) {
                #expect(abs(spacing - expected) <= 1e-12 * expected)
            }
        }
    }

    @Test func aSpacingThatLosesItsSignIsNoted() throws {
        try withTemporaryFolder { folder in
            let alone = try NIfTI.readInfo(try volume([(80, float(-1))], in: folder))
            #expect(alone.notes.map(\.kind) == [.spacingSignIgnored])
            let unused = try NIfTI.readInfo(try volume([(80, float(-1)), (254, short(2)), NIfTIHeaderTests.sform], in: folder))
            #expect(unused.notes.isEmpty)
        }
    }

    @Test func theFirstVoxelIsWhereTheHeaderEndsIfItDoesNotSay() throws {
        try withTemporaryFolder { folder in
            let url = try volume([(108, float(0))], in: folder)
            #expect(try NIfTI.read(url).samples == .int16(Array(1...12)))
        }
    }

    @Test func extensionsBeforeTheVoxelsArePassedOver() throws {
        try withTemporaryFolder { folder in
            let url = try volume([(108, float(368))], in: folder)
            var bytes = Array(try Data(contentsOf: url))
            bytes.insert(contentsOf: Array("PATIENT NAME....".utf8), at: 352)
            #expect(try NIfTI.read(try folder.file("a.nii", bytes)).samples == .int16(Array(1...12)))
        }
    }

    @Test func aVolumeOfSeveralTimesAndComponentsHasTheirProductAsChannels() throws {
        try withTemporaryFolder { folder in
            let url = try volume([(40, [5, 2, 1, 1, 3, 2].flatMap(short))], in: folder)
            let image = try NIfTI.read(url)
            #expect(image.extent == Extent(width: 2, height: 1, depth: 1, channels: 6))
            let header = try #require(niftiHeader(image))
            try NIfTI.write(.uint8([1, 2]), extent: Extent(width: 2, height: 1), like: header, to: folder.file("label.nii.gz"))
            #expect(niftiHeader(try NIfTI.read(folder.file("label.nii.gz")))?.dimensions == [2, 1, 1])
        }
    }

    @Test func transformsThatDisagreeCanBeCompared() throws {
        try withTemporaryFolder { folder in
            let image = try NIfTI.read(try volume(NIfTIHeaderTests.both + [NIfTIHeaderTests.sform], in: folder))
            let header = try #require(niftiHeader(image))
            let (sform, qform) = try (#require(header.sformGeometry), #require(header.qformGeometry))
            #expect(!sform.isClose(to: qform))
            #expect(header.geometry == sform)
        }
    }

    @Test func freeTextIsNotCopied() throws {
        try withTemporaryFolder { folder in
            let name = Array("DOE^JANE".utf8)
            let url = try volume([14, 148, 228, 328].map { ($0, name) }, in: folder)
            let header = try #require(niftiHeader(try NIfTI.read(url)))
            let copy = folder.file("b.nii")
            try NIfTI.write(.uint8(Array(1...12)), extent: Extent(width: 2, height: 3, depth: 2), like: header, to: copy)
            #expect(try Data(contentsOf: url).range(of: Data(name)) != nil)
            #expect(try Data(contentsOf: copy).range(of: Data(name)) == nil)
        }
    }
}

/// The bytes of a 16-bit number in the order of the machine, which is that of files written here.
private func short(_ value: Int) -> [UInt8] { withUnsafeBytes(of: Int16(value), Array.init) }

private func float(_ value: Float) -> [UInt8] { withUnsafeBytes(of: value, Array.init) }
