import Foundation
import SegInference
import SegReports

/// What was compared by a selection, for people: a row for each candidate, and which is chosen.
struct SelectionReport {
    let selection: Selection
    let subject: String
    let file: String

    init(_ selection: Selection, subject: String, file: String) {
        (self.selection, self.subject, self.file) = (selection, subject, file)
    }

    var text: String {
        """
        \(subject), patients out of fold, native resolution

        \(table.plain)
        Differences are to the first row, in points, the same patients or videos resampled for both. A value by offsets is that of \
        argmax plus their gain on patients that they were not found on; one with post-processing was found on the same patients.

        Chosen: \(selection.words), the plainest within \(points(selection.tolerance)) points of the best; kept in \(file).

        """
    }

    private var table: TextTable {
        var table = TextTable([
            .words(""), .words("configurations"), .words("decision"), .words("label maps"), .numbers("networks"),
            .numbers("\(selection.metric) %"), .numbers("difference [95 %]"),
        ])
        for candidate in selection.candidates {
            let interval = candidate.interval.map { " [\(points($0[0])), \(points($0[1]))]" } ?? ""
            table.append([
                candidate == selection.chosen ? "→" : "", candidate.configurations.joined(separator: " and "),
                candidate.decision.rawValue, candidate.isPostProcessed ? "post-processed" : "as they are",
                "\(candidate.networks)", points(candidate.value), (candidate.difference.map(points) ?? "") + interval,
            ])
        }
        return table
    }

    private func points(_ value: Double) -> String { TextTable.cell(value * 100, decimals: 2) }
}
