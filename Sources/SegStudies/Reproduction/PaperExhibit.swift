import DurableFiles
import Foundation
import SegReports

/// A table or figure of the paper with our numbers.
struct PaperExhibit {
    struct Table {
        let caption: String
        let table: TextTable
    }

    struct Figure {
        /// A row each in the page.
        let parts: [PageFigure]
        /// All of it on one sheet.
        let sheet: ChartSheet
    }

    let item: PaperItem
    /// What the paper shows, in a sentence, and what to look for.
    let text: String
    var tables: [Table] = []
    var figure: Figure?

    var section: PageSection {
        PageSection(
            "\(item.number): \(item.title)",
            [.paragraph(text)] + tables.map { .table($0.table, caption: $0.caption) }
                + (figure?.parts.map(PageBlock.figure) ?? []))
    }

    /// Writes `table2.md`, `.tex` and `.csv`, or `figure3.svg` and `.png`.
    ///
    /// - Parameter notes: said in each.
    /// - Throws: `FileError` where one cannot be written.
    func write(into folder: URL, notes: [String]) throws -> [URL] {
        func file(_ ending: String) -> URL { folder.appending(path: "\(item.rawValue).\(ending)") }
        if let figure {
            let drawing = figure.sheet.drawing
            try DurableFile.write(drawing.svg, to: file("svg"))
            try drawing.pixels(scale: 2).write(to: file("png"))
            return [file("svg"), file("png")]
        }
        let title = "\(item.number): \(item.title)"
        let markdown =
            ["# \(title)\n", text + "\n"] + notes.map { "**\($0)**\n" }
            + tables.flatMap { [$0.caption + "\n", $0.table.markdown] }
        try DurableFile.write(markdown.joined(separator: "\n"), to: file("md"))
        let latex =
            notes.map { "% \($0)\n" }
            + tables.map { $0.table.latexFloat(caption: "\(title). \($0.caption)") }
        try DurableFile.write(latex.joined(separator: "\n"), to: file("tex"))
        let csv = notes.map { "# \($0)\n" } + tables.map { "# \($0.caption)\n\($0.table.csv)" }
        try DurableFile.write(csv.joined(), to: file("csv"))
        return [file("md"), file("tex"), file("csv")]
    }
}
