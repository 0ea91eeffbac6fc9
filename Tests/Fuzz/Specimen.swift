import Foundation
import MedicalImages
import TestSupport
import Torch

/// A sound file that mutations start from.
struct Specimen {
    /// With the ending of its format.
    let name: String
    let bytes: [UInt8]
    /// The bytes of what is in it, decoded, and of the file itself.
    let honestSize: Int

    /// One or more of each format, made by our writers and taken from the pictures that others wrote.
    ///
    /// - Throws: where a file cannot be written or the pictures are not there.
    static func all() throws -> [Specimen] {
        try withTemporaryFolder { folder in
            try volumes(folder) + pictures(folder) + foreign(folder) + dicom(folder)
                + [tensors(folder), Specimen(TestFolders.package.appending(path: "Tests/Golden/weights.pth"))]
        }
    }

    private init(_ url: URL) throws {
        name = url.lastPathComponent
        bytes = Array(try Data(contentsOf: url))
        let isWeights = ["safetensors", "pth"].contains(url.pathExtension)
        let decoded = isWeights ? bytes.count : try ImageFile.read(url).samples.withUnsafeBytes(\.count)
        honestSize = decoded + bytes.count
    }

    private static func volumes(_ folder: URL) throws -> [Specimen] {
        let extent = Extent(width: 40, height: 30, depth: 12)
        let geometry = VoxelGeometry(affine: Affine(rowMajor: [-2, 0, 0, 9, 0, 2, 0, 8, 0, 0, 2, 7, 0, 0, 0, 1]))
        let values = (0..<extent.voxelCount).map { $0 * 7 % 1000 }
        var specimens: [Specimen] = []
        for (name, samples) in [
            ("a.nii", Samples.int16(values.map(Int16.init))), ("b.nii.gz", .float32(values.map(Float.init))),
            ("c.nii", .float64(values.map(Double.init))), ("d.nii.gz", .uint8(values.map { UInt8($0 % 5) })),
        ] {
            try NIfTI.write(samples, extent: extent, geometry: geometry, to: folder.appending(path: name))
            specimens.append(try Specimen(folder.appending(path: name)))
        }
        // Beyond 16 bits, so NIfTI-2.
        try NIfTI.write(
            .uint8([UInt8](repeating: 3, count: 40000)), extent: Extent(width: 40000, height: 1), geometry: geometry,
            to: folder.appending(path: "e.nii"))
        return specimens + [try Specimen(folder.appending(path: "e.nii"))]
    }

    private static func pictures(_ folder: URL) throws -> [Specimen] {
        let (width, height) = (90, 70)
        let gray = (0..<width * height).map { UInt8(truncatingIfNeeded: $0 * 31 / 7) }
        let (a, b, c, d) = (
            folder.appending(path: "a.png"), folder.appending(path: "b.png"), folder.appending(path: "c.png"),
            folder.appending(path: "d.tif")
        )
        try PNG.write(gray: gray, width: width, height: height, to: a)
        try PNG.write(gray16: gray.map { UInt16($0) * 200 }, width: width, height: height, to: b)
        try PNG.write(rgb: gray + gray + gray, width: width, height: height, to: c)
        try TIFF.write(gray: gray, width: width, height: height / 7, pages: 7, to: d)
        return try [a, b, c, d].map(Specimen.init)
    }

    /// The table of small JPEG, BMP and TIFF files by Pillow and tifffile.
    private static func foreign(_ folder: URL) throws -> [Specimen] {
        struct Row: Decodable {
            let format, base64: String
            let refusal: String?
        }
        let table = TestFolders.package.appending(path: "Tests/Golden/pictures.json")
        let rows = try JSONDecoder().decode([Row].self, from: Data(contentsOf: table))
        let endings = ["jpeg": "jpg", "tiff": "tif", "bmp": "bmp"]
        return try rows.filter { $0.refusal == nil }.enumerated().map { index, row in
            let url = folder.appending(path: "picture\(index).\(endings[row.format] ?? row.format)")
            try (Data(base64Encoded: row.base64) ?? Data()).write(to: url)
            return try Specimen(url)
        }
    }

    /// Small DICOM files that pydicom, GDCM and CharLS packed in every way, and a segmentation object of ours.
    private static func dicom(_ folder: URL) throws -> [Specimen] {
        struct Row: Decodable { let name, base64: String }
        let table = TestFolders.package.appending(path: "Tests/Golden/dicom.json")
        let rows = try JSONDecoder().decode([Row].self, from: Data(contentsOf: table))
        let specimens = try rows.map { row in
            let url = folder.appending(path: row.name + ".dcm")
            try (Data(base64Encoded: row.base64) ?? Data()).write(to: url)
            return try Specimen(url)
        }
        let image = try ImageFile.read(folder.appending(path: "enhanced-ct.dcm"))
        guard case .dicom(let series) = image.source else { preconditionFailure("a DICOM file is read as DICOM") }
        let url = folder.appending(path: "segmentation.dcm")
        let labels = (0..<image.extent.voxelCount).map { UInt8($0 / 7 % 3) }
        let segments = ["liver", "lesion"].map { DICOMSegment(label: $0, code: nil) }
        try series.writeSegmentation(labels, segments: segments, algorithm: ("fuzz", "1"), to: url)
        return specimens + [try Specimen(url)]
    }

    private static func tensors(_ folder: URL) throws -> Specimen {
        let url = folder.appending(path: "a.safetensors")
        let tensors = ["weight": try Tensor.full([16, 3, 3, 3], 0.5), "bias": try Tensor.zeros([16])]
        try Safetensors(tensors: tensors, metadata: ["format": "fuzz"]).write(to: url)
        return try Specimen(url)
    }
}
