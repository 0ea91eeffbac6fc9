import Foundation
import TestSupport
import Testing

@testable import MedicalImages

/// One contract over files that others made: each is read exactly as the table says, or refused.
@Suite(.enabled(if: TestFolders.realData != nil, "\(TestFolders.noRealData)"))
struct OddFilesTests {
    /// Every refused file, with the nature of its fault. Where the table leaves the choice, this is the choice.
    static let refusals: [String: ImageFileError.Kind] = [
        "nifti/test.mgz": .notAnImage,
        "nifti/nifti1.hdr": .missingCompanion,
        "nifti/analyze.hdr": .missingCompanion,
        "nifti/derived-empty.nii": .truncated,
        "nifti/derived-truncated.nii.gz": .truncated,
        "nifti/derived-dim0-is-9.nii": .corrupt,
        "nifti/derived-zero-dim.nii": .corrupt,
        "nifti/derived-unknown-datatype.nii": .corrupt,
        "nifti/derived-vox-offset-past-end.nii": .truncated,
        "nifti/derived-complex64.nii.gz": .unsupported,
        "nifti/row_major.dconn.nii": .unsupported,
        "png/xc1n0g08.png": .corrupt,
        "png/xcrn0g04.png": .notAnImage,
        "png/xd0n2c08.png": .corrupt,
        "png/xd9n2c08.png": .corrupt,
        "png/xhdn0g08.png": .corrupt,
        "png/xs1n0g01.png": .notAnImage,
        "png/xs4n0g01.png": .notAnImage,
        "png/broken.png": .corrupt,
        "png/truncated_image.png": .truncated,
        "jpeg/truncated_jpeg.jpg": .truncated,
    ]

    /// Files that may be refused or read: these are read.
    static let readByChoice = [
        "nifti/derived-not-gzipped.nii.gz", "nifti/air2.img.gz", "png/unknown_compression_method.png",
    ]

    /// How many rows each folder has; a row that is in no test below would be missing here.
    @Test func theTablesCoverEveryRow() {
        let counts = ["nifti": 25, "png": 31, "jpeg": 5, "gzip": 1]
        for (folder, count) in counts { #expect(OddFile.rows(in: folder).count == count) }
        #expect(OddFile.dicom.count == 18)
        let rows = OddFile.rows(in: "nifti") + OddFile.rows(in: "png")
        for row in rows where row.result != "ok" {
            #expect(OddFilesTests.refusals[row.file] != nil || OddFilesTests.readByChoice.contains(row.file), "\(row.file)")
        }
    }

    @Test(arguments: ["nifti", "png", "jpeg"].flatMap(OddFile.rows).filter { refusals[$0.file] != nil })
    func refused(_ row: OddFile) throws {
        // By format, because some names have no ending that is known.
        let read = row.file.hasPrefix("png/") ? PNG.read : row.file.hasPrefix("jpeg/") ? JPEG.read : NIfTI.read
        let error = try #require(imageFileError { _ = try read(row.url) })
        #expect(error.kind == OddFilesTests.refusals[row.file])
        #expect(error.description.hasPrefix(row.url.path + ": "))
        #expect(error.description.contains("; ") && !error.description.contains("\n"))
    }

    @Test(arguments: OddFile.rows(in: "nifti").filter { $0.result == "ok" })
    func volume(_ row: OddFile) throws {
        let image = try ImageFile.read(row.url)
        let info = try ImageFile.readInfo(row.url)
        let header = try #require(niftiHeader(image))
        let shape = try #require(row.shape)
        #expect(header.dimensions == shape)
        let extent = image.extent
        #expect([extent.width, extent.height, extent.depth] == Array(shape[..<3]))
        #expect(extent.channels == shape.dropFirst(3).reduce(1, *))
        #expect((info.extent, info.voxelType) == (extent, image.samples.type))
        #expect((info.scaling, info.geometry) == (image.scaling, image.geometry))
        let types = [">i2": VoxelType.int16, ">f4": .float32]
        #expect(image.samples.type == row.dtype.flatMap { types[$0] ?? VoxelType(rawValue: $0) })
        #expect(image.scaling == IntensityScaling(slope: row.slope ?? .nan, intercept: row.inter ?? .nan))
        let geometry = try #require(image.geometry)
        for (spacing, expected) in zip(geometry.spacing, row.pixdim ?? []) {
            #expect(abs(spacing - expected) < 1e-5)
        }
        #expect(geometry.orientation == row.axes)
        #expect((header.qformCode, header.sformCode) == (row.qform ?? -1, row.sform ?? -1))
        expectSamples(of: image, row)
    }

    /// By hash, extremes and mean; the one volume too large for that without optimisation is zeros alone.
    private func expectSamples(of image: MedicalImage, _ row: OddFile) {
        image.samples.withUnsafeBytes { bytes in
            if bytes.count < 1 << 22 {
                #expect(SHA256.prefix(bytes) == row.voxelHash)
            } else {
                #expect(row.scaledMin?.value == 0 && row.scaledMax?.value == 0 && !bytes.contains { $0 != 0 })
            }
        }
        guard image.samples.count < 1 << 22 else { return }
        // The table passes over NaN, and has means of Float32 in Float32.
        let values = image.realValues().filter { !$0.isNaN }
        if let least = row.scaledMin?.value { #expect(values.min() == Float(least)) }
        if let largest = row.scaledMax?.value { #expect(values.max() == Float(largest)) }
        if let mean = row.scaledMean?.value, mean.isFinite {
            let sum = values.reduce(0.0) { $0 + Double($1) }
            #expect(abs(sum / Double(values.count) - mean) <= 1e-6 * max(1, abs(mean)))
        }
    }

    @Test(arguments: OddFile.rows(in: "png").filter { $0.result == "ok" })
    func picture(_ row: OddFile) throws {
        let image = try PNG.read(row.url)
        let extent = try Extent(width: #require(row.width), height: #require(row.height), channels: #require(row.channels))
        #expect(image.extent == extent)
        #expect(try PNG.readInfo(row.url).extent == extent)
        #expect(image.geometry == nil)
        let info = try #require(pictureInfo(image))
        #expect(info.bitDepth == row.depth)
        #expect(info.isInterlaced == (row.interlace == 1))
        #expect(info.palette.count == (info.colorType == .palette ? 3 * (row.palette ?? -1) : 0))
        let values = image.realValues()
        #expect(values.min() == row.min.map(Float.init))
        #expect(values.max() == row.max.map(Float.init))
        let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
        #expect(abs(mean - (row.mean ?? .nan)) < 1e-4)
        #expect(interleavedBigEndian(image).withUnsafeBytes(SHA256.prefix) == row.sampleHash)
    }

    @Test(arguments: OddFile.rows(in: "jpeg").filter { $0.result == "ok" })
    func photograph(_ row: OddFile) throws {
        // "RGB (1024, 768)": Pillow's mode and size.
        let words = try #require(row.pillow).split { " (,)".contains($0) }
        let image = try ImageFile.read(row.url)
        #expect(image.extent == Extent(width: Int(words[1])!, height: Int(words[2])!, channels: words[0] == "L" ? 1 : 3))
        #expect(try ImageFile.readInfo(row.url).extent == image.extent)
        // Pillow's four inks have another mean than the colours that they make: Image.open(…).convert("RGB").
        let expected = words[0] == "CMYK" ? 14.35403 : try #require(row.mean)
        #expect(abs(try #require(image.statistics().mean) - expected) < 0.005)
        #expect(image.notes.map(\.kind) == (words[0] == "CMYK" ? [.colorConverted] : []))
    }

    @Test(arguments: OddFile.rows(in: "gzip"))
    func stream(_ row: OddFile) throws {
        let stream = try ImageStream(row.url)
        let count = try #require(row.uncompressedBytes)
        let bytes = try stream.read(count + 1)
        try stream.finish()
        #expect(bytes.count == count)
        #expect(bytes.withUnsafeBytes(SHA256.prefix) == row.contentHash)
    }

    /// Grey images are read; colours, damaged files, and what holds no image are refused.
    @Test(arguments: OddFile.dicom)
    func dicom(_ row: OddFile.DICOMRow) throws {
        let isSegmentation = row.modality == "SEG"
        // A codec may find nothing wrong with a damaged photograph.
        guard row.file != "dicom/JPEG-lossy.dcm" else { return }
        guard row.result == "ok", row.photometric != "RGB", row.file != "dicom/zipMR.gz" else {
            let error = #expect(throws: ImageFileError.self) { try ImageFile.read(row.url) }
            #expect(error?.path == row.url.path)
            return
        }
        let image = try ImageFile.read(row.url)
        #expect([image.extent.height, image.extent.width] == row.shape && image.extent.depth == 1)
        let values = isSegmentation ? try image.labelValues().map(Double.init) : image.samples.floats(.identity).map(Double.init)
        #expect(values.min() == row.min && values.max() == row.max)
        let mean: Double = values.reduce(0, +) / Double(values.count)
        // Photographs differ by their decoders' rounding.
        #expect(abs(mean - (row.mean ?? .nan)) < (row.file == "dicom/JPGExtended.dcm" ? 0.05 : 1e-4))
        guard !isSegmentation, let hash = row.hash else { return }
        #expect(image.samples.withUnsafeBytes(SHA256.prefix) == hash)
        #expect([image.scaling.slope, image.scaling.intercept] == row.rescale)
    }

    /// Samples in the order of the file, as the table hashes them.
    private func interleavedBigEndian(_ image: MedicalImage) -> [UInt8] {
        let (pixels, channels) = (image.extent.voxelCount, image.extent.channels)
        func interleaved<T>(_ planar: [T]) -> [T] {
            (0..<planar.count).map { planar[$0 % channels * pixels + $0 / channels] }
        }
        switch image.samples {
        case .uint8(let values): return interleaved(values)
        case .uint16(let values): return interleaved(values).flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        default: return []
        }
    }

    @Test func aPlainVolumeNamedAsGzipIsReadByItsContent() throws {
        let folder = try #require(TestFolders.realData).appendingPathComponent("odd-files/nifti")
        let misnamed = try ImageFile.read(folder.appendingPathComponent("derived-not-gzipped.nii.gz"))
        let plain = try ImageFile.read(folder.appendingPathComponent("derived-slope-zero.nii"))
        #expect(misnamed.samples == plain.samples)
        #expect(misnamed.extent == Extent(width: 33, height: 41, depth: 25))
    }

    @Test(arguments: ["air2.hdr.gz", "air2.img.gz"])
    func aPairIsReadByEitherName(_ name: String) throws {
        let folder = try #require(TestFolders.realData).appendingPathComponent("odd-files/nifti")
        let image = try ImageFile.read(folder.appendingPathComponent(name))
        #expect(image.extent == Extent(width: 79, height: 67, depth: 64))
        #expect(image.samples.type == .float32)
        #expect(image.geometry?.orientation == "AIR")
        #expect(niftiHeader(image)?.isPair == true)
    }

    @Test func aDamagedColourProfileDoesNotMatter() throws {
        let folder = try #require(TestFolders.realData).appendingPathComponent("odd-files/png")
        let image = try ImageFile.read(folder.appendingPathComponent("unknown_compression_method.png"))
        #expect(image.extent == Extent(width: 57, height: 57, channels: 3))
    }

    @Test(arguments: ["hippocampus_001", "hippocampus_003", "hippocampus_367"])
    func realLabelsAreWholeAndOnTheirImagesGrid(_ name: String) throws {
        let folder = try #require(TestFolders.realData).appendingPathComponent("hippocampus-mr-nifti")
        let label = try ImageFile.read(folder.appendingPathComponent("labels/\(name).nii.gz"))
        let image = try ImageFile.readInfo(folder.appendingPathComponent("images/\(name).nii.gz"))
        #expect(Set(try label.labelValues()) == [0, 1, 2])
        #expect(label.extent == image.extent)
        let geometry = try #require(label.geometry)
        #expect(geometry.orientation == "RAS")
        #expect(image.geometry?.isClose(to: geometry) == true)
    }
}
