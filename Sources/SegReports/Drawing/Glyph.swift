/// The outline of a letter, for text that becomes pixels: a program that runs on bare machines cannot count on fonts there.
struct Glyph: Sendable {
    /// To the place of the next letter, in units of the letter's size.
    let advance: Double
    /// Closed polygons, in units of the letter's size, y downwards from the line that letters stand on.
    let contours: [[Drawing.Place]]

    /// The glyph of a character; an empty box for one that has none here.
    static func of(_ scalar: Unicode.Scalar) -> Glyph { all[scalar.value] ?? missing }

    /// How far a text reaches at a size.
    ///
    /// The letters are at least as wide as those of Helvetica and Arial, which browsers draw, so what fits here fits there.
    static func width(of text: String, size: Double, isBold: Bool = false) -> Double {
        let width = text.unicodeScalars.reduce(0) { $0 + of($1).advance } * size
        return isBold ? width * 1.08 : width
    }

    private static let missing = Glyph(
        advance: 0.7,
        contours: [
            [.init(0.1, 0), .init(0.6, 0), .init(0.6, -0.72), .init(0.1, -0.72)],
            [.init(0.15, -0.05), .init(0.15, -0.67), .init(0.55, -0.67), .init(0.55, -0.05)],
        ])

    private static let all: [UInt32: Glyph] = {
        var glyphs: [Substring: Glyph] = [:]
        for line in outlines.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 2)
            glyphs[fields[0]] = Glyph(
                advance: length(fields[1]), contours: fields.count > 2 ? contours(fields[2].utf8) : [])
        }
        for word in composites.split(whereSeparator: \.isWhitespace) {
            let fields = word.split(separator: ",")
            glyphs[fields[0]] = Glyph(
                advance: length(fields[1]),
                contours: fields.dropFirst(2).flatMap { part in
                    let place = part.split(separator: "@")
                    guard let glyph = glyphs[place[0]] else { preconditionFailure("no outline of the part \(part)") }
                    let (x, y) = place.count > 1 ? (length(place[1]), length(place[2])) : (0, 0)
                    return glyph.contours.map { $0.map { Drawing.Place($0.x + x, $0.y - y) } }
                })
        }
        return Dictionary(uniqueKeysWithValues: glyphs.compactMap { name, glyph in UInt32(name, radix: 16).map { ($0, glyph) } })
    }()

    /// From 1/2048 of the letter's size.
    private static func length(_ text: Substring) -> Double {
        guard let number = Double(text) else { preconditionFailure("an outline with the length \(text)") }
        return number / 2048
    }

    /// Reads the commands m, l and q of a path.
    private static func contours(_ path: Substring.UTF8View) -> [[Drawing.Place]] {
        let (move, curve) = (UInt8(ascii: "m"), UInt8(ascii: "q"))
        var contours: [[Drawing.Place]] = []
        var start = Drawing.Place(0, 0)
        var rest = path
        while let command = rest.popFirst() {
            let arguments = rest.prefix { $0 < UInt8(ascii: "a") }
            rest = rest[arguments.endIndex...]
            let numbers = arguments.split(separator: UInt8(ascii: " ")).compactMap { Double(Substring($0)) }
            func point(_ index: Int) -> Drawing.Place {
                .init(start.x + numbers[index] / 2048, start.y - numbers[index + 1] / 2048)
            }
            let end = point(numbers.count - 2)
            if command == move { contours.append([]) }
            // A letter of 40 pixels has curves of 10; six pieces hide their corners.
            for step in 1...(command == curve ? 6 : 1) {
                let t = command == curve ? Double(step) / 6 : 1
                let (a, b, c) = ((1 - t) * (1 - t), 2 * t * (1 - t), t * t)
                let control = point(0)
                contours[contours.count - 1].append(
                    .init(a * start.x + b * control.x + c * end.x, a * start.y + b * control.y + c * end.y))
            }
            start = end
        }
        return contours
    }
}
