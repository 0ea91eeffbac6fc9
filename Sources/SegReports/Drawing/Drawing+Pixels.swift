import Foundation

/// As pixels, drawn here: a library that could (librsvg over cairo and pango) would weigh many times this program's other needs
/// together and would take its letters from whatever fonts the machine has.
extension Drawing {
    /// The drawing on white.
    ///
    /// - Parameter scale: pixels for each unit of the drawing; 2 suits print at 5 cm for 400 units, and projectors.
    public func pixels(scale: Double = 2) -> RGBImage {
        var canvas = Canvas(
            image: RGBImage(
                width: Int((width * scale).rounded(.up)), height: Int((height * scale).rounded(.up)), fill: Ink.paper.rgb),
            scale: scale)
        canvas.draw(marks)
        return canvas.image
    }
}

/// An `RGBImage` while it is drawn on.
private struct Canvas {
    var image: RGBImage
    let scale: Double
    var columns: Range<Int>
    var rows: Range<Int>
    private var origin = Drawing.Place(0, 0)

    init(image: RGBImage, scale: Double) {
        self.image = image
        self.scale = scale
        columns = 0..<image.width
        rows = 0..<image.height
    }

    mutating func draw(_ marks: [Drawing.Mark]) {
        for mark in marks { draw(mark) }
    }

    private mutating func draw(_ mark: Drawing.Mark) {
        switch mark {
        case .line(let points, let stroke): fill(outlines(points, stroke), stroke.ink)
        case .area(let points, let ink, let opacity): fill([points], ink, opacity)
        case .box(let box, let ink, let opacity): fill([corners(box)], ink, opacity)
        case .dot(let center, let radius, let ink, let opacity): fill([circle(center, radius)], ink, opacity)
        case .text(let text, let point, let style): draw(text, at: point, style)
        case .image(let picture, let box): draw(picture, in: box)
        case .clipped(let box, let marks): draw(marks, in: box)
        case .moved(let x, let y, let marks):
            let before = origin
            origin = .init(origin.x + x, origin.y + y)
            draw(marks)
            origin = before
        }
    }

    private mutating func draw(_ marks: [Drawing.Mark], in box: Drawing.Box) {
        let before = (columns, rows)
        let (start, end) = (pixel(.init(box.x, box.y)), pixel(.init(box.x + box.width, box.y + box.height)))
        columns = columns.clamped(to: Int(start.x.rounded())..<Int(end.x.rounded()))
        rows = rows.clamped(to: Int(start.y.rounded())..<Int(end.y.rounded()))
        draw(marks)
        (columns, rows) = before
    }

    private func pixel(_ point: Drawing.Place) -> Drawing.Place {
        .init((origin.x + point.x) * scale, (origin.y + point.y) * scale)
    }

    private mutating func fill(_ polygons: [[Drawing.Place]], _ ink: Ink, _ opacity: Double = 1) {
        let coverage = Coverage(polygons.map { $0.map(pixel) }, columns: columns, rows: rows)
        let color = ink.rgb
        coverage.forEach { x, y, share in
            image[x, y] = image[x, y].mixed(with: color, share: Float(share * opacity))
        }
    }

    private func corners(_ box: Drawing.Box) -> [Drawing.Place] {
        let (right, bottom) = (box.x + box.width, box.y + box.height)
        return [.init(box.x, box.y), .init(right, box.y), .init(right, bottom), .init(box.x, bottom)]
    }

    private func circle(_ center: Drawing.Place, _ radius: Double) -> [Drawing.Place] {
        let corners = max(16, Int(8 * (radius * scale).squareRoot().rounded(.up)))
        return (0..<corners).map { index in
            let angle = 2 * Double.pi * Double(index) / Double(corners)
            return .init(center.x + radius * cos(angle), center.y + radius * sin(angle))
        }
    }

    /// Letters stand side by side, as wide as each is; bold ones have an outline of their own ink.
    private mutating func draw(_ text: String, at point: Drawing.Place, _ style: Drawing.TextStyle) {
        let width = Glyph.width(of: text, size: style.size, isBold: style.isBold)
        var along =
            switch style.anchor {
            case .start: 0.0
            case .middle: -width / 2
            case .end: -width
            }
        for scalar in text.unicodeScalars {
            let glyph = Glyph.of(scalar)
            let letter = glyph.contours.map { contour in
                contour.map { corner in
                    let (x, y) = (along + corner.x * style.size, corner.y * style.size)
                    return style.isUpright
                        ? Drawing.Place(point.x + y, point.y - x) : Drawing.Place(point.x + x, point.y + y)
                }
            }
            fill(letter, style.ink)
            if style.isBold {
                let edge = Drawing.LineStyle(ink: style.ink, width: style.size * 0.055)
                fill(letter.flatMap { outlines($0 + [$0[0]], edge) }, style.ink)
            }
            along += glyph.advance * style.size * (style.isBold ? 1.08 : 1)
        }
    }

    /// Nearest pixels where the picture is enlarged, the mean of those covered where it is made smaller.
    private mutating func draw(_ picture: RGBImage, in box: Drawing.Box) {
        let (start, end) = (pixel(.init(box.x, box.y)), pixel(.init(box.x + box.width, box.y + box.height)))
        let (width, height) = (end.x - start.x, end.y - start.y)
        func sources(_ target: Int, _ start: Double, _ length: Double, _ count: Int) -> Range<Int> {
            let from = (Double(target) - start) / length * Double(count)
            let to = (Double(target + 1) - start) / length * Double(count)
            let first = min(max(Int((from + 1e-6).rounded(.down)), 0), count - 1)
            return first..<max(min(Int((to - 1e-6).rounded(.up)), count), first + 1)
        }
        func covered(_ start: Double, _ end: Double, _ limits: Range<Int>) -> Range<Int> {
            limits.clamped(to: Int(start.rounded())..<max(Int(end.rounded()), Int(start.rounded())))
        }
        for y in covered(start.y, end.y, rows) {
            let sourceRows = sources(y, start.y, height, picture.height)
            for x in covered(start.x, end.x, columns) {
                let sourceColumns = sources(x, start.x, width, picture.width)
                image[x, y] = picture.mean(columns: sourceColumns, rows: sourceRows, isEnlarged: width >= Double(picture.width))
            }
        }
    }

    /// A quadrilateral for each straight piece and a disc on each corner, all turning the same way.
    private func outlines(_ points: [Drawing.Place], _ stroke: Drawing.LineStyle) -> [[Drawing.Place]] {
        stroke.dashes.isEmpty ? band(points, stroke.width) : dashes(points, stroke.dashes).flatMap { band($0, stroke.width) }
    }

    private func band(_ points: [Drawing.Place], _ width: Double) -> [[Drawing.Place]] {
        let pieces = zip(points, points.dropFirst()).compactMap { start, end -> [Drawing.Place]? in
            let (dx, dy) = (end.x - start.x, end.y - start.y)
            let length = (dx * dx + dy * dy).squareRoot()
            guard length > 0 else { return nil }
            let (x, y) = (-dy / length * width / 2, dx / length * width / 2)
            return [
                .init(start.x - x, start.y - y), .init(end.x - x, end.y - y), .init(end.x + x, end.y + y),
                .init(start.x + x, start.y + y),
            ]
        }
        let corners = points.dropFirst().dropLast().map { circle($0, width / 2) }
        return pieces + corners
    }

    private func dashes(_ points: [Drawing.Place], _ pattern: [Double]) -> [[Drawing.Place]] {
        var dashes: [[Drawing.Place]] = []
        var (index, left) = (0, pattern[0])
        var current = points.first.map { [$0] } ?? []
        for (start, end) in zip(points, points.dropFirst()) {
            let length = ((end.x - start.x) * (end.x - start.x) + (end.y - start.y) * (end.y - start.y)).squareRoot()
            var done = 0.0
            while length - done > left {
                done += left
                let place = Drawing.Place(
                    start.x + (end.x - start.x) * done / length, start.y + (end.y - start.y) * done / length)
                if index.isMultiple(of: 2) { dashes.append(current + [place]) }
                index += 1
                left = pattern[index % pattern.count]
                current = [place]
            }
            left -= length - done
            current.append(end)
        }
        return index.isMultiple(of: 2) && current.count > 1 ? dashes + [current] : dashes
    }
}

extension RGBImage {
    fileprivate func mean(columns: Range<Int>, rows: Range<Int>, isEnlarged: Bool) -> RGB {
        if isEnlarged { return self[columns.lowerBound, rows.lowerBound] }
        var (red, green, blue) = (0, 0, 0)
        for y in rows {
            for x in columns {
                let color = self[x, y]
                (red, green, blue) = (red + Int(color.red), green + Int(color.green), blue + Int(color.blue))
            }
        }
        let count = columns.count * rows.count
        return RGB(UInt8(red / count), UInt8(green / count), UInt8(blue / count))
    }
}
