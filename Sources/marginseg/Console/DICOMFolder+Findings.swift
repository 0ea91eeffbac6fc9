import Foundation
import MedicalImages
import SegReports

/// The series of a DICOM folder as `inspect` lists them.
struct SeriesList: Findings {
    /// What can be chosen by `--series`, or an object that holds no image.
    struct Row: Encodable {
        let series: String
        let modality: String
        let acquisition: String
        let files: Int
        /// Of its first file, from the listed place on.
        let folder: String
        /// x, y, z.
        let shape: [Int]?
        let spacing: [Double]?
        let orientation: String?
        /// Why it is no volume.
        let problem: String?
        let uid: String?
    }

    let folder: String
    let rows: [Row]
    /// Files that look like DICOM and are not read.
    let unreadable: [String]

    /// - Parameter showsUIDs: whether the identifiers of series are wanted.
    init(_ folder: DICOMFolder, showsUIDs: Bool) {
        self.folder = folder.url.path
        unreadable = folder.unreadable.map(\.description)
        rows = folder.series.flatMap { series -> [Row] in
            func row(_ name: String, _ part: DICOMSeries.Part?, problem: String?) -> Row {
                Row(
                    series: name, modality: series.modality, acquisition: series.acquisition, files: series.fileCount,
                    folder: series.folder(from: folder.url),
                    shape: part.map { $0.extent.sizes }, spacing: part?.geometry?.spacing,
                    orientation: part?.geometry?.orientation,
                    problem: problem, uid: showsUIDs ? series.uid : nil)
            }
            guard !series.parts.isEmpty else {
                return [row("\(series.number)", nil, problem: series.isSegmentation ? "segments, no image" : "it holds no image")]
            }
            return series.parts.map { row($0.name, $0, problem: $0.problem) }
        }
    }

    var text: String {
        var columns: [TextTable.Column] = ["series", "modality", "acquisition", "folder", "size", "spacing mm", "axes"].map {
            .words($0)
        }
        if rows.contains(where: { $0.uid != nil }) { columns.append(.words("UID")) }
        var table = TextTable(columns)
        for row in rows {
            let size = row.shape.map { $0.map(String.init).joined(separator: " × ") } ?? ""
            let spacing = row.spacing.map { $0.map { String(format: "%.4g", $0) }.joined(separator: " × ") } ?? ""
            let axes = row.orientation ?? ""
            table.append(
                [row.series, row.modality, row.acquisition, row.folder, size, spacing, axes] + [row.uid].compactMap(\.self))
        }
        var text = "\(folder)\n\n" + table.plain
        for row in rows { if let problem = row.problem { text += "\nseries \(row.series) is no volume: \(problem)" } }
        for file in unreadable { text += "\nnot read: \(file)" }
        return text + (text.hasSuffix("\n") ? "" : "\n")
    }
}
