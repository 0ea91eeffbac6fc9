import Foundation
import TestSupport
import Testing

/// The reference vectors of this room.
enum Golden {
    struct MetricsRow: Decodable, Sendable, CustomTestStringConvertible {
        let classes: Int
        let truth: [UInt8]
        let prediction: [UInt8]
        let confusion: [[Int]]
        let iou: [Double]
        let miou_all: Double
        let miou_foreground: Double
        let pixel_accuracy: Double
        let recall: [Double?]
        var testDescription: String { "\(classes) classes, \(truth.count) pixels" }
    }

    static func metrics() throws -> [MetricsRow] {
        try JSONDecoder().decode([MetricsRow].self, from: Data(contentsOf: TestFolders.golden.appending(path: "metrics.json")))
    }
}
