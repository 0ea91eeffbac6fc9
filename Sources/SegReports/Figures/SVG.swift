import Foundation

/// The few marks that figures are drawn with, as SVG text (W3C, SVG 1.1). Text stays text: it can be selected and searched.
enum SVG {
    enum Anchor: String { case start, middle, end }

    /// A length in pixels, with two decimals at most.
    static func number(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }

    static func text(
        _ text: String, x: Double, y: Double, anchor: Anchor = .start, size: Double = 12, isBold: Bool = false,
        quarterTurn: Bool = false
    ) -> String {
        let turn = quarterTurn ? " transform=\"rotate(-90 \(number(x)) \(number(y)))\"" : ""
        let weight = isBold ? " font-weight=\"bold\"" : ""
        return
            "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor.rawValue)\" font-size=\"\(number(size))\"\(weight)\(turn)>"
            + "\(escaped(text))</text>\n"
    }

    static func line(
        from: (x: Double, y: Double), to: (x: Double, y: Double), color: String, width: Double = 1, dashes: String? = nil
    ) -> String {
        "<line x1=\"\(number(from.x))\" y1=\"\(number(from.y))\" x2=\"\(number(to.x))\" y2=\"\(number(to.y))\""
            + stroke(color, width, dashes) + "/>\n"
    }

    static func polyline(_ points: [(x: Double, y: Double)], color: String, width: Double, dashes: String? = nil, clip: String)
        -> String
    {
        let list = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
        return
            "<polyline points=\"\(list)\" fill=\"none\" stroke-linejoin=\"round\" clip-path=\"url(#\(clip))\"\(stroke(color, width, dashes))/>\n"
    }

    static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;")
    }

    private static func stroke(_ color: String, _ width: Double, _ dashes: String?) -> String {
        " stroke=\"\(color)\" stroke-width=\"\(number(width))\"" + (dashes.map { " stroke-dasharray=\"\($0)\"" } ?? "")
    }
}
