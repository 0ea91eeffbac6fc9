import Foundation
import MarginCalibration
import MedicalImages
import SegInference
import SegPlanning
import SegReports

/// Something that `inspect` shows: as text for people, as JSON for programs.
protocol Findings: Encodable {
    var text: String { get }
}

extension Findings {
    func json() throws -> String {
        let encoder = JSONEncoder.sorted(isPretty: true)
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try encoder.text(self) + "\n"
    }
}

/// A line for each value, its label before it.
func labelled(_ rows: [(label: String, value: String)], width: Int = 12) -> String {
    rows.map { $0.label.padding(toLength: width, withPad: " ", startingAt: 0) + $0.value + "\n" }.joined()
}

func listed(_ values: [Double]) -> String { values.map { String(format: "%.4g", $0) }.joined(separator: ", ") }

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
            rows.append(("rho_0k", listed(offsets.rho0k)))
            rows.append(("rho_k0", listed(offsets.rhoK0)))
        }
        let view = ((try? configuration.recipe)?.trainingView(configuration.training.planes)) ?? ""
        rows.append(("labels", "\(trainingLabels.counts.map(String.init).joined(separator: ", ")) (\(view))"))
        return labelled(rows) + "\n"
            + (validation.map { ScoreTable($0, caption: "validation, native resolution").text } ?? "not validated\n")
    }
}

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
        return labelled(rows)
    }
}
