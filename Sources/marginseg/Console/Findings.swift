import Foundation
import MarginCalibration
import MedicalImages
import SegReports
import SegTraining

/// Something that `inspect` shows: as text for people, as JSON for programs.
protocol Findings: Encodable {
    var text: String { get }
}

extension Findings {
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}

extension DataSetCensus: Findings {
    var text: String {
        var sizes = TextTable([
            .words("split"), .numbers("cases"), .numbers("planes"), .words("size x × y × z"), .words("spacing mm"),
        ])
        for split in splits {
            sizes.append([
                split.split.rawValue, "\(split.cases)", "\(split.planes)",
                range(split.smallest.words, split.largest.words), spacing(split.smallestSpacing, split.largestSpacing),
            ])
        }
        var shares = TextTable([
            .words("split"), .words("class"), .numbers("pixels"), .numbers("share %"), .numbers("cases without"),
        ])
        for split in splits {
            for (index, name) in classNames.enumerated() {
                shares.append([
                    index == 0 ? split.split.rawValue : "", name, "\(split.labels.counts[index])",
                    TextTable.cell(split.labels.frequencies[index] * 100, decimals: 3), "\(split.casesWithout[index])",
                ])
            }
        }
        return "\(folder)\n\n\(sizes.plain)\n\(shares.plain)\n\(offsets)"
    }

    /// The paper's margin-offsets of the training labels.
    private var offsets: String {
        guard let labels = splits.first(where: { $0.split == .train })?.labels else { return "" }
        do {
            let offsets = try MarginOffsets(labels, classNames: classNames)
            var table = TextTable([.words("class"), .numbers("rho_0k"), .numbers("rho_k0")])
            for (index, name) in classNames.enumerated() {
                table.append([name, String(format: "%.4g", offsets.rho0k[index]), String(format: "%.4g", offsets.rhoK0[index])])
            }
            return "Margin-offsets of the training labels, tau = 10, nu = 1 (Corollary 1.1):\n\n\(table.plain)"
        } catch {
            return "No margin-offsets: \(error)\n"
        }
    }

    private func range(_ low: String, _ high: String) -> String { low == high ? low : "\(low) to \(high)" }

    private func spacing(_ low: [Double]?, _ high: [Double]?) -> String {
        func words(_ spacing: [Double]) -> String { spacing.map { String(format: "%.3g", $0) }.joined(separator: " × ") }
        guard let low, let high else { return "unknown" }
        return range(words(low), words(high))
    }
}

extension Extent {
    fileprivate var words: String { "\(width) × \(height) × \(depth)" }
}

extension Checkpoint.Manifest: Findings {
    var text: String {
        let classes = configuration.data.classes.map { "\($0.name) (\($0.values.map(String.init).joined(separator: ", ")))" }
        var rows: [(String, String)] = [
            ("program", "\(program), libtorch \(libtorch)"),
            (
                "network",
                "\(configuration.network.architecture.rawValue) \(configuration.network.features), \(configuration.network.normalization.rawValue) norm"
            ),
            (
                "input",
                "\(channels) channel\(channels == 1 ? "" : "s"), \(configuration.input.fit.size), axis \(configuration.input.axis.rawValue)"
            ),
            ("classes", classes.joined(separator: ", ")),
            ("objective", objective), ("stage", "\(stage) \(stageName), epoch \(epoch)"),
        ]
        for offsets in marginOffsets {
            func listed(_ values: [Double]) -> String { values.map { String(format: "%.4g", $0) }.joined(separator: ", ") }
            rows.append(("rho_0k", listed(offsets.rho0k)))
            rows.append(("rho_k0", listed(offsets.rhoK0)))
        }
        rows.append(("labels", trainingLabels.counts.map(String.init).joined(separator: ", ")))
        return rows.map { $0.0.padding(toLength: 12, withPad: " ", startingAt: 0) + $0.1 + "\n" }.joined()
            + "\n" + (validation.map { ScoreTable($0, caption: "validation, native resolution").text } ?? "not validated\n")
    }
}
