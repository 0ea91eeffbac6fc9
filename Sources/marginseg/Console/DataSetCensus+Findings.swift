import Foundation
import MarginCalibration
import SegConfiguration
import SegPlanning
import SegReports

extension DataSetCensus: Findings {
    var text: String {
        var parts = [title, sizeTable.plain, channelTable.plain]
        if areClassesProposed || values.contains(where: { $0.className == nil }) { parts.append(valueTable.plain) }
        if areClassesProposed {
            parts.append(
                "Proposed classes; confirm or change them:\n\n  --set '\(classesArgument)' \\\n  --set '\(backgroundArgument)'\n\n"
                    + "Background: \(background.reason).\n")
        }
        parts += [shareTable.plain, offsets, problemList]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// The classes as an argument for `--set`.
    var classesArgument: String {
        let items = classes.map { "{name: \($0.name), values: [\($0.valuesInWords)]}" }
        return "data.classes=[\(items.joined(separator: ", "))]"
    }

    /// The background as an argument for `--set`.
    var backgroundArgument: String { "data.background=\(hasBackground ? classNames[0] : DataConfiguration.noBackground)" }

    private var title: String { "\(folder)\nlayout \(layout.rawValue)\(reason.map { ": \($0)" } ?? "")\n" }

    /// Cases, sizes and spacings.
    var sizeTable: TextTable {
        var table = TextTable([
            .words("split"), .numbers("cases"), .numbers("groups"), .numbers("planes"), .words("size x × y × z"),
            .words("spacing mm"),
        ])
        for split in splits {
            table.append([
                split.split.rawValue, "\(split.cases)", "\(split.groups)", "\(split.planes)",
                range(split.smallest.words, split.largest.words), spacing(split.smallestSpacing, split.largestSpacing),
            ])
        }
        return table
    }

    /// Intensities.
    var channelTable: TextTable {
        var table = TextTable([
            .numbers("channel"), .numbers("minimum"), .numbers("1 %"), .numbers("median"), .numbers("99 %"), .numbers("maximum"),
        ])
        for (number, channel) in channels.enumerated() {
            let values = [channel.minimum] + channel.percentiles + [channel.maximum]
            table.append(["\(number)"] + values.map { String(format: "%.5g", $0) })
        }
        return table
    }

    /// Values of the label files and what they stand for.
    var valueTable: TextTable {
        var table = TextTable([.numbers("value"), .numbers("pixels"), .numbers("cases"), .words("class")])
        for value in values {
            table.append(["\(value.value)", "\(value.pixels)", "\(value.cases)", value.className ?? "none"])
        }
        return table
    }

    /// Class frequencies.
    var shareTable: TextTable {
        var table = TextTable([
            .words("split"), .words("class"), .numbers("pixels"), .numbers("share %"), .numbers("cases without"),
        ])
        for split in splits {
            for (index, name) in classNames.enumerated() {
                table.append([
                    index == 0 ? split.split.rawValue : "", name, "\(split.labels.counts[index])",
                    TextTable.cell(split.labels.frequencies[index] * 100, decimals: 3), "\(split.casesWithout[index])",
                ])
            }
        }
        return table
    }

    /// What the table of offsets holds.
    var offsetCaption: String {
        "Margin-offsets (Corollary 1.1) of the training labels as training sees them (\(trainingView)): \(marginSettings)"
    }

    /// The margin-offsets that training would use.
    ///
    /// - Throws: `MarginOffsetsError` where they are not defined.
    func offsetTable() throws -> TextTable {
        let offsets = try marginSettings.offsets(for: trainingLabels, classNames: classNames)
        var table = TextTable([.words("class"), .numbers("pixels"), .numbers("rho_0k"), .numbers("rho_k0")])
        for (index, name) in classNames.enumerated() {
            table.append([
                name, "\(trainingLabels.counts[index])", String(format: "%.4g", offsets.rho0k[index]),
                String(format: "%.4g", offsets.rhoK0[index]),
            ])
        }
        return table
    }

    private var offsets: String {
        guard splits.contains(where: { $0.split == .train }) else { return "" }
        do { return "\(offsetCaption):\n\n\(try offsetTable().plain)" } catch { return "No margin-offsets: \(error)\n" }
    }

    private var problemList: String {
        guard !problems.isEmpty else { return "No problems found.\n" }
        return problems.map { problem in
            let files = problem.shortFiles.prefix(5).map { "         \($0)\n" }.joined()
            let rest = problem.files.count > 5 ? "         and \(problem.files.count - 5) more\n" : ""
            return problem.severity.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0)
                + problem.text + "\n" + files + rest
        }.joined()
    }

    private func range(_ low: String, _ high: String) -> String { low == high ? low : "\(low) to \(high)" }

    private func spacing(_ low: [Double]?, _ high: [Double]?) -> String {
        func words(_ spacing: [Double]) -> String { spacing.map { String(format: "%.3g", $0) }.joined(separator: " × ") }
        guard let low, let high else { return "unknown" }
        return range(words(low), words(high))
    }
}

extension DataSetProblem {
    /// The files without the folders that they all lie in.
    var shortFiles: [String] {
        guard files.count > 1 else { return files }
        var common = files[0].split(separator: "/", omittingEmptySubsequences: false).dropLast()
        for file in files.dropFirst() {
            let parts = file.split(separator: "/", omittingEmptySubsequences: false)
            while !parts.starts(with: common) { common = common.dropLast() }
        }
        guard common.count > 1 else { return files }
        let length = common.joined(separator: "/").count + 1
        return files.map { String($0.dropFirst(length)) }
    }
}
