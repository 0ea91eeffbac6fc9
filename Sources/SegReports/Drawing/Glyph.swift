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
        var glyphs: [UInt32: Glyph] = [:]
        for line in outlines.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count >= 2, let code = UInt32(parts[0], radix: 16), let advance = Double(parts[1]) else {
                preconditionFailure("no outline: \(line)")
            }
            glyphs[code] = Glyph(advance: advance / 2048, contours: parts.count > 2 ? contours(parts[2].utf8) : [])
        }
        return glyphs
    }()

    /// Reads the commands m, l and q of a path.
    private static func contours(_ path: Substring.UTF8View) -> [[Drawing.Place]] {
        var contours: [[Drawing.Place]] = []
        var at = Drawing.Place(0, 0)
        var numbers: [Double] = []
        var command: UInt8 = 0
        func point(_ index: Int) -> Drawing.Place {
            .init(at.x + numbers[index] / 2048, at.y - numbers[index + 1] / 2048)
        }
        func finish() {
            switch command {
            case UInt8(ascii: "m"):
                at = point(0)
                contours.append([at])
            case UInt8(ascii: "l"):
                at = point(0)
                contours[contours.count - 1].append(at)
            case UInt8(ascii: "q"):
                let (start, control, end) = (at, point(0), point(2))
                // A letter of 40 pixels has curves of 10; six pieces hide their corners.
                for step in 1...6 {
                    let t = Double(step) / 6
                    let (a, b, c) = ((1 - t) * (1 - t), 2 * t * (1 - t), t * t)
                    contours[contours.count - 1].append(
                        .init(a * start.x + b * control.x + c * end.x, a * start.y + b * control.y + c * end.y))
                }
                at = end
            default: break
            }
            numbers = []
        }
        var digits = ""
        func endNumber() {
            if let number = Double(digits) { numbers.append(number) }
            digits = ""
        }
        for byte in path {
            switch byte {
            case UInt8(ascii: "m"), UInt8(ascii: "l"), UInt8(ascii: "q"):
                endNumber()
                finish()
                command = byte
            case UInt8(ascii: " "): endNumber()
            default: digits.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        endNumber()
        finish()
        return contours
    }
}
