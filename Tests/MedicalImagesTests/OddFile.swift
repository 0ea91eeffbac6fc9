import Foundation
import TestSupport
import Testing

/// A row of `odd-files/expected.json`: a file that others made, and what a correct reader gives for it.
struct OddFile: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let result: String
    let note: String?
    let shape: [Int]?
    let dtype: String?
    let pixdim: [Double]?
    let slope, inter: Double?
    let qform, sform: Int?
    let axes: String?
    let voxelHash: String?
    let scaledMin, scaledMax, scaledMean: Number?
    let width, height, depth, channels, palette: Int?
    let interlace: Int?
    let min, max: Int?
    let mean: Double?
    let sampleHash: String?
    let pillow: String?
    let uncompressedBytes: Int?
    let contentHash: String?

    enum CodingKeys: String, CodingKey {
        case file, result, note, shape, dtype = "disk_dtype", pixdim, slope, inter, qform, sform, axes
        case voxelHash = "sha256_16_raw_little_endian_file_order"
        case scaledMin = "scaled_min", scaledMax = "scaled_max", scaledMean = "scaled_mean"
        case width, height, depth = "bit_depth", channels, palette, interlace, min, max, mean
        case sampleHash = "sha256_16_samples"
        case pillow, uncompressedBytes = "uncompressed_bytes", contentHash = "sha256_16"
    }

    /// A number, or the word `inf` that JSON has no number for.
    struct Number: Decodable, Sendable {
        let value: Double

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                value = number
            } else {
                value = try container.decode(String.self) == "inf" ? .infinity : .nan
            }
        }
    }

    var url: URL { OddFile.folder.appendingPathComponent(file) }
    var testDescription: String { file }

    private static var folder: URL {
        (TestFolders.realData ?? URL(fileURLWithPath: "/")).appendingPathComponent("odd-files")
    }

    /// The rows of one folder; empty where there is no real data.
    static func rows(in folder: String) -> [OddFile] {
        guard let data = try? Data(contentsOf: OddFile.folder.appendingPathComponent("expected.json")),
            let all = try? JSONDecoder().decode([Row].self, from: data)
        else { return [] }
        return all.compactMap(\.row).filter { $0.file.hasPrefix(folder + "/") }
    }

    /// A row of DICOM, which says other things.
    struct DICOMRow: Decodable, Sendable, CustomTestStringConvertible {
        let file, result: String
        let modality, photometric: String?
        let shape: [Int]?
        let rescale: [Double]?
        let min, max, mean: Double?
        let hash: String?

        enum CodingKeys: String, CodingKey {
            case file, result, modality, photometric, rescale, min, max, mean
            case shape = "array_shape", hash = "sha256_16_stored_values_little_endian"
        }

        var url: URL { OddFile.folder.appendingPathComponent(file) }
        var testDescription: String { file }
    }

    static var dicom: [DICOMRow] {
        struct Row: Decodable {
            let row: DICOMRow?

            init(from decoder: any Decoder) throws { row = try? DICOMRow(from: decoder) }
        }
        let rows = (try? Data(contentsOf: folder.appendingPathComponent("expected.json")))
            .flatMap { try? JSONDecoder().decode([Row].self, from: $0) }
        return rows?.compactMap(\.row).filter { $0.file.hasPrefix("dicom/") } ?? []
    }

    /// Rows of formats that are not read here have other fields; they are passed over.
    private struct Row: Decodable {
        let row: OddFile?

        init(from decoder: any Decoder) throws { row = try? OddFile(from: decoder) }
    }
}
