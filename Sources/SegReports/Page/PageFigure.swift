import DurableFiles
import Foundation

/// Drawings of an `HTMLPage` under one caption, with one legend.
///
/// Panels stand beside each other where there is room, and below each other on a narrow screen.
public struct PageFigure: Sendable {
    /// The figure's anchor in the page and its files' name; unique in the page.
    public let name: String
    /// One or more.
    public let panels: [Drawing]
    /// Above the panels; without entries there is none.
    public let legend: Legend
    /// What there is to see, and of what.
    public let caption: String

    /// - Precondition: one panel or more.
    public init(name: String, panels: [Drawing], legend: Legend = Legend([]), caption: String) {
        precondition(!panels.isEmpty, "a figure has a panel")
        self.name = name
        self.panels = panels
        self.legend = legend
        self.caption = caption
    }

    /// Charts with the legend of their lines.
    ///
    /// - Precondition: one chart or more.
    public init(name: String, charts: [LineChart], caption: String) {
        self.init(
            name: name, panels: charts.map(\.drawing), legend: Legend(charts.flatMap(\.legend.entries)), caption: caption)
    }

    /// Writes the figure as `NAME.svg` and `NAME.png` into a folder, panels in rows of up to four.
    ///
    /// - Throws: `FileError` where a file cannot be written.
    public func write(into folder: URL) throws {
        let sheet = ChartSheet(title: "", legend: legend, panels: panels, columns: panels.count == 4 ? 4 : 3).drawing
        try DurableFile.write(sheet.svg, to: folder.appending(path: name + ".svg"))
        // Three pixels a unit: 300 to the inch for a chart of 420 units in a column of 10 cm.
        try sheet.pixels(scale: 3).write(to: folder.appending(path: name + ".png"))
    }
}
