import Foundation

/// As SVG (W3C, SVG 1.1). Text stays text: it can be selected and searched.
///
/// A mark carries its colour for a light sheet, so that the document stands alone, and its ink as a class (`fill-text`,
/// `stroke-grid`), by which the style of an `HTMLPage` inverts it on dark pages. Nothing has an id: one page can hold many documents.
extension Drawing {
    /// The whole document, complete with its size.
    public var svg: String {
        let size = "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
        return """
            <svg xmlns="http://www.w3.org/2000/svg" \(size) viewBox="0 0 \(Self.number(width)) \(Self.number(height))" role="img" \
            font-family="Helvetica, Arial, 'DejaVu Sans Condensed', 'DejaVu Sans', sans-serif">
            \(title.isEmpty ? "" : "<title>\(Self.escaped(title))</title>")
            <rect \(size)\(Self.fill(.paper))/>
            \(marks.map(Self.svg).joined())</svg>

            """
    }

    /// A length with two decimals at most.
    static func number(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }

    private static func svg(_ mark: Mark) -> String {
        switch mark {
        case .line(let points, let stroke):
            "<polyline points=\"\(list(points))\" fill=\"none\" stroke-linejoin=\"round\"\(attributes(stroke))/>\n"
        case .area(let points, let ink, let opacity):
            "<polygon points=\"\(list(points))\"\(fill(ink, opacity))/>\n"
        case .box(let box, let ink, let opacity):
            "<rect \(place(box))\(fill(ink, opacity))/>\n"
        case .dot(let center, let radius, let ink, let opacity):
            "<circle cx=\"\(number(center.x))\" cy=\"\(number(center.y))\" r=\"\(number(radius))\"\(fill(ink, opacity))/>\n"
        case .text(let text, let point, let style): svg(text, at: point, style)
        case .image(let image, let box):
            "<image \(place(box)) preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" "
                + "href=\"data:image/png;base64,\(image.png.base64EncodedString())\"/>\n"
        case .clipped(let box, let marks):
            // A picture in the picture clips without an id.
            "<svg \(place(box)) viewBox=\"\(number(box.x)) \(number(box.y)) \(number(box.width)) \(number(box.height))\">\n"
                + marks.map(svg).joined() + "</svg>\n"
        case .moved(let x, let y, let marks):
            "<g transform=\"translate(\(number(x)) \(number(y)))\">\n" + marks.map(svg).joined() + "</g>\n"
        }
    }

    private static func svg(_ text: String, at point: Place, _ style: TextStyle) -> String {
        let (x, y) = (number(point.x), number(point.y))
        let turn = style.isUpright ? " transform=\"rotate(-90 \(x) \(y))\"" : ""
        let weight = style.isBold ? " font-weight=\"bold\"" : ""
        return "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(style.anchor.rawValue)\" font-size=\"\(number(style.size))\""
            + "\(weight)\(turn)\(fill(style.ink))>\(escaped(text))</text>\n"
    }

    private static func list(_ points: [Place]) -> String {
        points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
    }

    private static func place(_ box: Box) -> String {
        "x=\"\(number(box.x))\" y=\"\(number(box.y))\" width=\"\(number(box.width))\" height=\"\(number(box.height))\""
    }

    private static func fill(_ ink: Ink, _ opacity: Double = 1) -> String {
        (ink.role.map { " class=\"fill-\($0)\"" } ?? "") + " fill=\"\(ink.rgb.hex)\""
            + (opacity < 1 ? " fill-opacity=\"\(number(opacity))\"" : "")
    }

    private static func attributes(_ stroke: LineStyle) -> String {
        (stroke.ink.role.map { " class=\"stroke-\($0)\"" } ?? "")
            + " stroke=\"\(stroke.ink.rgb.hex)\" stroke-width=\"\(number(stroke.width))\""
            + (stroke.dashes.isEmpty ? "" : " stroke-dasharray=\"\(stroke.dashes.map(number).joined(separator: " "))\"")
    }

    private static func escaped(_ text: String) -> String {
        text.xmlText.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;")
    }
}

extension String {
    /// A text that XML can hold: control characters become the replacement character.
    var xmlText: String {
        String(
            UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 9, 10, 13, 0x20...0xFFFD, 0x10000...: scalar
                    default: "\u{FFFD}"
                    }
                }))
    }
}
