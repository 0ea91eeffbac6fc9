import Foundation
import MedicalImages
import SegPlanning

extension ImageCensus: Findings {
    var text: String {
        let extent = info.extent
        var rows: [(String, String)] = [
            ("file", file), ("format", info.format),
            (
                "size",
                "\(extent.width) × \(extent.height) × \(extent.depth), \(extent.channels) channel\(extent.channels == 1 ? "" : "s")"
            ),
            ("voxel type", info.voxelType.rawValue),
        ]
        if info.scaling != .identity { rows.append(("scaling", "× \(info.scaling.slope) + \(info.scaling.intercept)")) }
        if let geometry = info.geometry {
            rows.append(("spacing mm", geometry.spacing.map { String(format: "%.5g", $0) }.joined(separator: " × ")))
            rows.append(("orientation", geometry.source == .pixdim ? "not stated; taken for LPS" : geometry.orientation))
            for row in 0..<3 {
                let numbers = (0..<4).map { String(format: "%10.4f", geometry.affine[row, $0]) }
                rows.append((row == 0 ? "affine" : "", numbers.joined(separator: " ")))
            }
        }
        func number(_ value: Double?) -> String { value.map { String(format: "%.6g", $0) } ?? "none" }
        rows.append(("values", "\(number(statistics.minimum)) to \(number(statistics.maximum)), mean \(number(statistics.mean))"))
        if statistics.notNumbers > 0 { rows.append(("NaN", "\(statistics.notNumbers) values, not counted in the line above")) }
        if statistics.infinite > 0 { rows.append(("infinite", "\(statistics.infinite) values, not counted in the line above")) }
        for note in info.notes { rows.append(("note", note.text)) }
        return rows.map { $0.0.padding(toLength: 12, withPad: " ", startingAt: 0) + $0.1 + "\n" }.joined()
    }
}
