import Foundation
import MedicalImages
import TestSupport
import Testing

@Suite struct NIfTITests {
    /// A volume that nibabel 5.4 wrote, and what nibabel says of it.
    struct Foreign: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let base64: String
        let version: NIfTIHeader.Version
        let byteOrder: ByteOrder
        let samples: Samples
        let extent: Extent
    }

    static let foreign = [
        Foreign(
            testDescription: "NIfTI-1, big-endian int16",
            base64: """
                H4sIAAAAAAACA2NgYIxhIAYwMzCBMSMUogIWBgEGhv0NDAz2BxgYHIACDkDCvgEVO2+A0IMGIPnC3pTls6MCA8PBBQwMjh8oNzpP2xBM\
                ///7/9///2C7QOHHwsDKwMbAzsABAPLy9pp4AQAA
                """,
            version: .one, byteOrder: .bigEndian, samples: .int16(Array(-3...8)), extent: Extent(width: 2, height: 3, depth: 2)),
        Foreign(
            testDescription: "NIfTI-2, big-endian float64",
            base64: """
                H4sIAAAAAAACA2NgYJLJ0zZi4OWS4mJwAEIIYIbSTDj4jARoDLD/A4S2/wGhYRY5cEDFP+CnodYroPIHNcAaFvbPFsxLq7c+46AC4R8w\
                gYaD3eD0xAFo/BxAi0e4fz5gj08HASgtAqUloLQMlFaA0AAPZca9gAIAAA==
                """,
            version: .two, byteOrder: .bigEndian, samples: .float64((-3...8).map(Double.init)),
            extent: Extent(width: 2, height: 3, depth: 2)),
        Foreign(
            testDescription: "NIfTI-1, two-dimensional float32",
            base64: """
                H4sIAAAAAAACA4thZCAKMDGwMDAzMMIhKhBgUADTDfsZGA7YAxkOQATEDfaoeIMzhB4cANkXn1lMge5ScGRgWHCQgeGDI6Vm52kbQlkO\
                B4DEAUjYgMMIOXyAeAEQHwDiB0DM4AgAmmsDI5ABAAA=
                """,
            version: .one, byteOrder: .littleEndian, samples: .float32((-3...8).map(Float.init)),
            extent: Extent(width: 4, height: 3)),
    ]

    @Test(arguments: foreign)
    func readsWhatOthersWrote(_ row: Foreign) throws {
        try withTemporaryFolder { folder in
            let url = try folder.file("volume.nii.gz", base64: row.base64)
            let image = try NIfTI.read(url)
            let header = try #require(niftiHeader(image))
            #expect(image.samples == row.samples)
            #expect(image.extent == row.extent)
            #expect((header.version, header.byteOrder) == (row.version, row.byteOrder))
            let geometry = try #require(image.geometry)
            let expected = VoxelGeometry(affine: Affine(rowMajor: [0, -2, 0, 10, 1.5, 0, 0, -20, 0, 0, -3, 30, 0, 0, 0, 1]))
            #expect(geometry.isClose(to: expected, tolerance: 1e-5))
            #expect(geometry.source == .qform(code: 1))
            #expect(geometry.orientation == "ALI")
            #expect(try NIfTI.readInfo(url).format == "NIfTI-\(row.version.rawValue)")
        }
    }

    /// The header of label volumes that are written onto a grid, byte for byte where it must be the image's.
    @Test(arguments: foreign)
    func labelsKeepTheGridOfTheirImage(_ row: Foreign) throws {
        try withTemporaryFolder { folder in
            let header = try #require(niftiHeader(try NIfTI.read(try folder.file("image.nii.gz", base64: row.base64))))
            let url = folder.file("label.nii")
            let labels = Samples.uint8((0..<UInt8(row.extent.voxelCount)).map { $0 })
            try NIfTI.write(labels, extent: row.extent, like: header, to: url)
            let image = try NIfTI.read(url)
            let written = try #require(niftiHeader(image))
            #expect(image.samples == labels)
            #expect(image.extent == row.extent)
            #expect(image.scaling == .identity)
            #expect(written.version == header.version)
            #expect(written.dimensions == header.dimensions)
            #expect(written.pixdim == header.pixdim)
            #expect(written.xyztUnits == header.xyztUnits)
            #expect((written.qformCode, written.sformCode) == (header.qformCode, header.sformCode))
            #expect(written.quaternion == header.quaternion)
            #expect(written.qoffset == header.qoffset)
            #expect(written.srow == header.srow)
            #expect(image.geometry == (try NIfTI.read(folder.file("image.nii.gz")).geometry))
        }
    }

    static let values: [Samples] = [
        .uint8([0, 1, 255, 7, 8, 9]), .int8([-128, 127, 0, 1, 2, 3]), .uint16([0, 65535, 256, 1, 2, 3]),
        .int16([-32768, 32767, 0, 1, 2, 3]), .uint32([0, .max, 1, 2, 3, 4]), .int32([.min, .max, 0, 1, 2, 3]),
        .uint64([0, .max, 1, 2, 3, 4]), .int64([.min, .max, 0, 1, 2, 3]),
        .float32([-0.5, .infinity, .leastNonzeroMagnitude, 1, 2, 3]), .float64([-0.5, .infinity, .pi, 1, 2, 3]),
    ]

    @Test(arguments: values, ["a.nii", "a.nii.gz", "A.NII.GZ"])
    func everyTypeComesBackAsWritten(_ samples: Samples, _ name: String) throws {
        try withTemporaryFolder { folder in
            let extent = Extent(width: 3, height: 1, depth: 1, channels: 2)
            let affine = Affine(rowMajor: [0, -2, 0, 10, 1.5, 0, 0, -20, 0, 0, -3, 30, 0, 0, 0, 1])
            try NIfTI.write(samples, extent: extent, geometry: VoxelGeometry(affine: affine), to: folder.file(name))
            let image = try NIfTI.read(folder.file(name))
            #expect(image.samples == samples)
            #expect(image.extent == extent)
            #expect(image.geometry == VoxelGeometry(affine: affine))
            #expect(niftiHeader(image)?.version == .one)
            let isPacked = try Data(contentsOf: folder.file(name)).starts(with: [0x1f, 0x8b])
            #expect(isPacked == name.lowercased().hasSuffix("gz"))
        }
    }

    @Test func aGridKnownByItsSpacingAloneStaysSo() throws {
        try withTemporaryFolder { folder in
            let url = folder.file("a.nii.gz")
            let geometry = VoxelGeometry(spacing: [0.5, 0.75, 2])
            try NIfTI.write(.uint8([1, 2]), extent: Extent(width: 2, height: 1), geometry: geometry, to: url)
            #expect(try NIfTI.read(url).geometry == geometry)
            #expect(geometry.source == .pixdim)
        }
    }

    @Test func dimensionsBeyond16BitsAreWrittenAsNIfTI2() throws {
        try withTemporaryFolder { folder in
            let url = folder.file("long.nii.gz")
            let extent = Extent(width: 40000, height: 1)
            let labels = Samples.uint8([UInt8](repeating: 3, count: 40000))
            try NIfTI.write(labels, extent: extent, geometry: VoxelGeometry(spacing: [1, 1, 1]), to: url)
            let image = try NIfTI.read(url)
            #expect(image.samples == labels)
            #expect(niftiHeader(image)?.version == .two)
        }
    }

    @Test func equalVolumesGiveEqualFiles() throws {
        try withTemporaryFolder { folder in
            for name in ["a.nii.gz", "b.nii.gz"] {
                try NIfTI.write(
                    .int16([1, 2, 3]), extent: Extent(width: 3, height: 1), geometry: VoxelGeometry(spacing: [1, 1, 1]),
                    to: folder.file(name))
            }
            let bytes = try Data(contentsOf: folder.file("a.nii.gz"))
            #expect(bytes == (try Data(contentsOf: folder.file("b.nii.gz"))))
            #expect(Array(bytes[4..<8]) == [0, 0, 0, 0], "the gzip member bears no time")
        }
    }

    @Test func otherNamesAreNotWritten() throws {
        try withTemporaryFolder { folder in
            let url = folder.file("a.mha")
            let error = imageFileError {
                try NIfTI.write(
                    .uint8([1]), extent: Extent(width: 1, height: 1), geometry: VoxelGeometry(spacing: [1, 1, 1]), to: url)
            }
            #expect(
                error?.description == """
                    \(url.path): a NIfTI volume cannot be written under this name; end the name in .nii or .nii.gz
                    """)
            #expect(!FileManager.default.fileExists(atPath: url.path))
        }
    }

    @Test func aMissingFileIsNamed() {
        let url = URL(fileURLWithPath: "/no/such.nii.gz")
        #expect(messageThrown { _ = try NIfTI.read(url) } == "/no/such.nii.gz cannot be read: no such file")
    }
}

extension Samples: CustomTestStringConvertible {
    public var testDescription: String { type.rawValue }
}
