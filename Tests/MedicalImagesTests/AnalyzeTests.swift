import Foundation
import MedicalImages
import TestSupport
import Testing

/// Pairs of ANALYZE 7.5, and voxels of colours.
@Suite struct AnalyzeTests {
    /// A header as ANALYZE's document lays it out: 2 × 3 × 2 voxels of 1.5, 2 and 4 mm.
    private func header(_ order: ByteOrder, datatype: Int, bits: Int, scale: Float = 0) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 348)
        func put<T: FixedWidthInteger>(_ value: T, _ place: Int) {
            let ordered = withUnsafeBytes(of: order == .bigEndian ? value.bigEndian : value.littleEndian, Array.init)
            bytes.replaceSubrange(place..<place + ordered.count, with: ordered)
        }
        put(Int32(348), 0)
        put(Int32(16384), 32)
        bytes[38] = UInt8(ascii: "r")
        for (i, size) in [4, 2, 3, 2, 1].enumerated() { put(Int16(size), 40 + 2 * i) }
        put(Int16(datatype), 70)
        put(Int16(bits), 72)
        for (i, spacing) in [0, -1.5, 2, 4].enumerated() { put(Float(spacing).bitPattern, 76 + 4 * i) }
        put(scale.bitPattern, 112)
        // Where NIfTI-1 has its transforms, ANALYZE has an orientation, an origin and free text.
        for place in 252..<340 { bytes[place] = UInt8(place % 7) }
        return bytes
    }

    @Test(arguments: [ByteOrder.littleEndian, .bigEndian], [Float(0), 2])
    func aPairIsRead(_ order: ByteOrder, _ scale: Float) throws {
        let voxels: [UInt8] = (0..<12).flatMap { value -> [UInt8] in
            withUnsafeBytes(of: order == .bigEndian ? Int16(value - 5).bigEndian : Int16(value - 5).littleEndian, Array.init)
        }
        try withTemporaryFolder { folder in
            _ = try folder.file("a.img", voxels)
            let url = try folder.file("a.hdr", header(order, datatype: 4, bits: 16, scale: scale))
            for name in ["a.hdr", "a.img"] {
                let image = try ImageFile.read(folder.file(name))
                #expect(image.samples == .int16(Array(-5...6)))
                #expect(image.extent == Extent(width: 2, height: 3, depth: 2))
                #expect(image.scaling.slope == (scale == 0 ? 1 : 2))
                #expect(image.geometry == VoxelGeometry(spacing: [1.5, 2, 4]))
                #expect(image.notes.map(\.kind) == [.leftRightUnknown])
            }
            let info = try ImageFile.readInfo(url)
            #expect(info.format == "ANALYZE 7.5")
            #expect(
                info.notes.first?.text
                    == "ANALYZE 7.5 does not say which side is left nor which way the slices run; R, A, S is assumed from its spacing"
            )
            // Labels on its grid are NIfTI.
            let source = try #require(niftiHeader(try ImageFile.read(url)))
            try NIfTI.write(
                .uint8([UInt8](repeating: 1, count: 12)), extent: info.extent, like: source, to: folder.file("label.nii.gz"))
            let label = try NIfTI.readInfo(folder.file("label.nii.gz"))
            #expect((label.format, label.geometry) == ("NIfTI-1", info.geometry))
        }
    }

    @Test func aHeaderWithoutMagicUnderAnotherNameIsNoImage() throws {
        try withTemporaryFolder { folder in
            let url = try folder.file("a.nii", header(.littleEndian, datatype: 4, bits: 16))
            let error = try #require(imageFileError { _ = try NIfTI.read(url) })
            #expect(error.kind == .notAnImage)
            #expect(error.reason.hasSuffix("name an ANALYZE header .hdr, with its .img beside it"))
        }
    }

    @Test(arguments: [(128, 3), (2304, 4)])
    func voxelsOfColoursAreChannels(_ datatype: Int, _ components: Int) throws {
        let colors: [UInt8] = (0..<12 * components).map { UInt8($0 * 5) }
        try withTemporaryFolder { folder in
            let url = folder.file("a.nii")
            try NIfTI.write(
                .uint8((0..<12).map { $0 }), extent: Extent(width: 2, height: 3, depth: 2),
                geometry: VoxelGeometry(spacing: [1, 2, 3]), to: url)
            var bytes = Array(try Data(contentsOf: url)[..<352])
            // The type, and a slope that colours do not have.
            bytes.replaceSubrange(
                70..<74, with: withUnsafeBytes(of: Int16(datatype), Array.init) + [0, 0])
            bytes.replaceSubrange(112..<116, with: withUnsafeBytes(of: Float(3), Array.init))
            let image = try ImageFile.read(try folder.file("a.nii", bytes + colors))
            let planar = (0..<3).flatMap { channel in (0..<12).map { colors[$0 * components + channel] } }
            #expect(image.samples == .uint8(planar))
            #expect(image.extent == Extent(width: 2, height: 3, depth: 2, channels: 3))
            #expect(image.scaling == .identity)
            #expect(image.notes.map(\.kind) == (components == 4 ? [.alphaDropped] : []))
        }
    }
}
