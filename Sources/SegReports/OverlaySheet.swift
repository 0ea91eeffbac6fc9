import Foundation

/// Several cases below each other, a row of panels each.
public struct OverlaySheet: Sendable {
    private let panels: [OverlayPanel]

    /// The cases from the top.
    ///
    /// - Precondition: one panel or more.
    public init(_ panels: [OverlayPanel]) {
        precondition(!panels.isEmpty, "a sheet has one case or more")
        self.panels = panels
    }

    /// Draws the rows from the top; narrower ones start at the left.
    public func render() -> RGBImage {
        let rows = panels.map { $0.render() }
        let gutters = (rows.count - 1) * OverlayPanel.gutter
        var picture = RGBImage(
            width: rows.map(\.width).max()!,  // not empty
            height: rows.reduce(gutters) { $0 + $1.height }, fill: OverlayPanel.paper)
        var y = 0
        for row in rows {
            picture.place(row, x: 0, y: y)
            y += row.height + OverlayPanel.gutter
        }
        return picture
    }

    /// Writes the sheet as a PNG file.
    ///
    /// - Throws: `ImageFileError` for sizes that PNG cannot hold; `FileError` where the file cannot be written.
    public func write(to url: URL) throws {
        try render().write(to: url)
    }
}
