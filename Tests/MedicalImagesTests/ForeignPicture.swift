import Foundation
import MedicalImages
import TestSupport
import Testing

/// A row of `Tests/Golden/pictures.json`: a small picture that Pillow, tifffile or the format's document made, and what is in it.
struct ForeignPicture: Decodable, Sendable, CustomTestStringConvertible {
    let format, name: String
    /// What the refusal says, for files that are not read.
    let refusal: String?
    let width, height, depth, channels, bits: Int?
    let type, color: String?
    let hash: String?
    let mean: Double?
    let base64: String

    enum CodingKeys: String, CodingKey {
        case format, name, refusal, width, height, depth, channels, bits, type, color, mean, base64
        case hash = "sha256_16"
    }

    var testDescription: String { "\(format): \(name)" }
    /// A file name of the format.
    var file: String { "picture." + (format == "jpeg" ? "jpg" : format == "tiff" ? "tif" : format) }

    static let all: [ForeignPicture] = {
        let table = TestFolders.package.appending(path: "Tests/Golden/pictures.json")
        guard let data = try? Data(contentsOf: table), let rows = try? JSONDecoder().decode([ForeignPicture].self, from: data)
        else { return [] }
        return rows
    }()
}
