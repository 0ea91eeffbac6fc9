import Foundation

/// One case as a picture: image, truth, prediction and errors side by side.
///
/// Classes lie over the image as a translucent fill with an opaque contour in the colours of `Palette`. The error panel shows
/// the image at half its brightness with false positives, false negatives and wrong classes in theirs; correct pixels show the image alone.
/// Pixels that are ignored are grey in truth and errors. Small images are enlarged by a whole factor, pixel by pixel, so that
/// the longer side has at least 256 pixels; huge ones are made smaller, to 4096 pixels at most. An image of more than 16 times
/// its width is no line: its shorter side is enlarged to an eighth of the longer.
public struct OverlayPanel: Sendable {
    private static let smallestSide = 256
    private static let largestSide = 4096
    private static let longest = 16
    fileprivate static let gutter = 8
    fileprivate static let paper = RGB(255, 255, 255)
    private static let fillShare: Float = 0.35

    private let width: Int
    private let height: Int
    /// The image in colours, row after row.
    private let image: [RGB]
    private let truth: [UInt8]
    private let prediction: [UInt8]
    private let ignored: UInt8?
    private let hasBackground: Bool

    /// - Parameters:
    ///   - planes: one grey plane or red, green and blue, `[H, W]` each, intensities 0…1; others are clamped, NaN is black.
    ///   - width: W.
    ///   - height: H.
    ///   - truth: the true labels, `[H, W]`.
    ///   - prediction: the predicted labels, `[H, W]`.
    ///   - ignored: the true label of pixels that take no part.
    ///   - hasBackground: whether label 0 is the background; without one it is a class like the others.
    /// - Precondition: all planes have W · H values.
    public init(
        planes: [[Float]], width: Int, height: Int, truth: [UInt8], prediction: [UInt8], ignoring ignored: UInt8? = nil,
        hasBackground: Bool = true
    ) {
        precondition(planes.count == 1 || planes.count == 3, "a picture has one plane or three, not \(planes.count)")
        precondition(width >= 1 && height >= 1, "a picture of \(width) × \(height) pixels")
        precondition(
            (planes.map(\.count) + [truth.count, prediction.count]).allSatisfy { $0 == width * height },
            "planes and labels of other than \(width) × \(height) pixels")
        let reduction = BlockReduction(width: width, height: height, to: Self.largestSide)
        let bytes = planes.map { reduction.mean($0).map(Self.byte) }
        self.width = reduction.columns
        self.height = reduction.rows
        self.image = bytes[0].indices.map { RGB(bytes[0][$0], bytes[bytes.count / 2][$0], bytes[bytes.count - 1][$0]) }
        self.truth = reduction.middle(truth)
        self.prediction = reduction.middle(prediction)
        self.ignored = ignored
        self.hasBackground = hasBackground
        factor = max(1, (Self.smallestSide + max(width, height) - 1) / max(width, height))
    }

    /// How many pixels of the picture a side of an image pixel takes, but for a side that would be a line.
    private var factor: Int

    /// How many pixels of the picture an image pixel takes along x, and along y.
    private var factors: (across: Int, down: Int) {
        let longer = max(width, height)
        func own(_ side: Int) -> Int { side * Self.longest < longer ? (longer * factor / 8 + side - 1) / side : factor }
        return (own(width), own(height))
    }

    /// Draws the four panels side by side.
    public func render() -> RGBImage {
        let panels = panels
        let step = panels[0].width + Self.gutter  // there are four, all of one size
        var picture = RGBImage(width: panels.count * step - Self.gutter, height: panels[0].height, fill: Self.paper)
        for (column, panel) in panels.enumerated() { picture.place(panel, x: column * step, y: 0) }
        return picture
    }

    /// The same with `factor` pixels of the picture for a side of an image pixel.
    func render(factor: Int) -> RGBImage {
        var copy = self
        copy.factor = factor
        return copy.render()
    }

    /// Image, truth, prediction and errors.
    public var panels: [RGBImage] {
        let classColors = (0...255).map { Palette.color(ofClass: $0, hasBackground: hasBackground) }
        var truthColors = classColors
        if let ignored { truthColors[Int(ignored)] = Palette.ignored }
        return [
            enlarged { image[$0] },
            overlay(truth, colors: truthColors),
            overlay(prediction, colors: classColors),
            enlarged(errorColor),
        ]
    }

    /// NaN compares as false and falls through to 0, where a conversion of it would trap.
    private static func byte(_ intensity: Float) -> UInt8 { intensity > 0 ? UInt8((255 * min(intensity, 1)).rounded()) : 0 }

    /// A panel from the colour of each image pixel.
    private func enlarged(_ color: (Int) -> RGB) -> RGBImage {
        let (across, down) = factors
        var panel = RGBImage(width: width * across, height: height * down, fill: Self.paper)
        for row in 0..<height {
            for column in 0..<width {
                let color = color(row * width + column)
                for y in row * down..<(row + 1) * down {
                    for x in column * across..<(column + 1) * across { panel[x, y] = color }
                }
            }
        }
        return panel
    }

    /// The image under a fill for each class, with contours; a label without a colour is transparent.
    private func overlay(_ labels: [UInt8], colors: [RGB?]) -> RGBImage {
        var panel = enlarged { pixel in
            guard let color = colors[Int(labels[pixel])] else { return image[pixel] }
            return image[pixel].mixed(with: color, share: Self.fillShare)
        }
        for row in 0..<height {
            for column in 0..<width {
                if let color = colors[Int(labels[row * width + column])] {
                    drawContour(around: (column, row), of: labels, color: color, on: &panel)
                }
            }
        }
        return panel
    }

    /// Draws those edges of an image pixel, on its inner side, behind which another label lies.
    private func drawContour(around pixel: (x: Int, y: Int), of labels: [UInt8], color: RGB, on panel: inout RGBImage) {
        func differs(_ x: Int, _ y: Int) -> Bool {
            (0..<width).contains(x) && (0..<height).contains(y) && labels[y * width + x] != labels[pixel.y * width + pixel.x]
        }
        let (across, down) = factors
        let line = max(1, min(across, down) / 4)
        let columns = pixel.x * across..<(pixel.x + 1) * across
        let rows = pixel.y * down..<(pixel.y + 1) * down
        func fill(_ columns: some Sequence<Int>, _ rows: some Sequence<Int>) {
            for y in rows { for x in columns { panel[x, y] = color } }
        }
        if differs(pixel.x - 1, pixel.y) { fill(columns.prefix(line), rows) }
        if differs(pixel.x + 1, pixel.y) { fill(columns.suffix(line), rows) }
        if differs(pixel.x, pixel.y - 1) { fill(columns, rows.prefix(line)) }
        if differs(pixel.x, pixel.y + 1) { fill(columns, rows.suffix(line)) }
    }

    private func errorColor(_ pixel: Int) -> RGB {
        switch (truth[pixel], prediction[pixel]) {
        case (ignored, _): Palette.ignored
        case (let truth, let prediction) where truth == prediction: image[pixel].mixed(with: RGB(0, 0, 0), share: 0.5)
        case (0, _) where hasBackground: Palette.falsePositive
        case (_, 0) where hasBackground: Palette.falseNegative
        default: Palette.wrongClass
        }
    }
}

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
    public func write(to url: URL) throws { try render().write(to: url) }
}
