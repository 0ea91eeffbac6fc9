import Foundation
import TestSupport
import Testing

/// The reference vectors of this room.
enum Golden {
    struct OffsetsRow: Decodable, Sendable, CustomTestStringConvertible {
        let class_counts: [Int]
        let tau: Double
        let nu: Double
        let rho_k0: [Double]
        let rho_0k: [Double]
        var testDescription: String { "counts \(class_counts), tau \(tau), nu \(nu)" }
    }

    static func offsets() throws -> [OffsetsRow] {
        struct File: Decodable { let margin_offsets: [OffsetsRow] }
        let file = try Data(contentsOf: TestFolders.golden.appending(path: "losses.json"))
        return try JSONDecoder().decode(File.self, from: file).margin_offsets
    }
}
