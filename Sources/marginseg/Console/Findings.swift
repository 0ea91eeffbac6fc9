import Foundation
import MarginCalibration
import MedicalImages
import SegInference
import SegReports

/// Something that `inspect` shows: as text for people, as JSON for programs.
protocol Findings: Encodable {
    var text: String { get }
}

extension Findings {
    func json() throws -> String {
        try JSONEncoder.sorted(isPretty: true).text(self) + "\n"
    }
}

extension Extent {
    var words: String { "\(width) × \(height) × \(depth)" }
}

extension Checkpoint.Manifest: Findings {
    var text: String {
        let classes = configuration.data.classes.map { "\($0.name) (\($0.valuesInWords))" }
        var rows: [(String, String)] = [
            ("program", "\(program), libtorch \(libtorch)"),
            (
                "network",
                "\(configuration.network.architecture.rawValue) \(configuration.network.features), \(configuration.network.normalization.rawValue) norm"
            ),
            (
                "input",
                "\(channels) channel\(channels == 1 ? "" : "s"), \(configuration.input.fit.size), \(configuration.input.sampleWords)"
            ),
            ("classes", classes.joined(separator: ", ")),
            ("objective", objective), ("stage", "\(stage) \(stageName), epoch \(epoch)"),
        ]
        if let spacing = configuration.input.spacing {
            let lengths = [spacing.planes, spacing.rows, spacing.columns].compactMap(\.self)
            rows.append(("resampled to", lengths.map { String(format: "%g", $0) }.joined(separator: " × ") + " mm"))
        }
        if let voxels, let least = voxels.smallestSpacing, let largest = voxels.largestSpacing {
            func words(_ lengths: [Double]) -> String {
                lengths.reversed().map { String(format: "%.4g", $0) }.joined(separator: " × ")
            }
            let orders = voxels.orientations.isEmpty ? "no orientation stated" : voxels.orientations.joined(separator: ", ")
            rows.append(
                (
                    "trained on",
                    "\(words(least))\(least == largest ? "" : " to \(words(largest))") mm (planes, rows, columns); \(orders)"
                ))
        }
        rows += (dataNotes ?? []).map { ("note", $0) }
        for offsets in marginOffsets {
            func listed(_ values: [Double]) -> String { values.map { String(format: "%.4g", $0) }.joined(separator: ", ") }
            rows.append(("rho_0k", listed(offsets.rho0k)))
            rows.append(("rho_k0", listed(offsets.rhoK0)))
        }
        let view = ((try? configuration.recipe)?.trainingView(configuration.training.planes)) ?? ""
        rows.append(("labels", "\(trainingLabels.counts.map(String.init).joined(separator: ", ")) (\(view))"))
        return rows.map { $0.0.padding(toLength: 12, withPad: " ", startingAt: 0) + $0.1 + "\n" }.joined()
            + "\n" + (validation.map { ScoreTable($0, caption: "validation, native resolution").text } ?? "not validated\n")
    }
}
