import DurableFiles
import Foundation
import SegInference
import SegMetrics
import SegReports
import Torch

extension Reproduction {
    /// Writes what is there so far: each table as Markdown, LaTeX and CSV, each figure as SVG and PNG, all of them in
    /// `report.html`, and the study's own results with intervals and tests in `study/`.
    ///
    /// - Returns: the files, the page last.
    /// - Throws: errors of data and files.
    public func write(_ study: Study?, bootstrap: Bootstrap, device: Device) throws -> [URL] {
        var written: [URL] = []
        var results: StudyResults?
        if let study {
            let files = try StudyFiles(StudyRecord(study, in: folder), bootstrap: bootstrap)
            let place = folder.appending(path: "study", directoryHint: .isDirectory)
            try FileSystem.makeFolder(place)
            _ = try files.write(into: place)
            _ = try files.writePage(of: study, in: folder, into: place)
            results = files.results
        }
        let exhibits = try items.compactMap { item in
            try results.flatMap { table(item, $0) } ?? figure(item, study, device: device)
        }
        for exhibit in exhibits { written += try exhibit.write(into: folder, notes: notes) }
        let page = folder.appending(path: "report.html")
        let state = results.map { "\($0.state) " } ?? ""
        try HTMLPage(
            title: "Distribution-aware margin calibration: the paper's tables and figures",
            subtitle: state + "Li, Yu, Zhang: Distribution-aware Margin Calibration for Medical Image Segmentation.",
            sections: (notes.isEmpty
                ? [] : [PageSection("What this is", notes.map { .note(.warning, title: "Note", text: $0) })])
                + exhibits.map(\.section), footer: "Made by marginseg \(Version.current). Not for clinical use."
        ).write(to: page)
        return written + [page]
    }
}
