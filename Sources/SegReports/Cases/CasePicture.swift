import SegMetrics

/// A plane of one case with the predictions of one or several models.
public struct CasePicture: Sendable {
    /// The case's name in the data set.
    public let id: String
    /// A note for its caption: its rank, its score, which plane it is.
    public let note: String
    public let width: Int
    public let height: Int
    /// One plane of grey or three of colour, `[H, W]` each, in any unit.
    public let planes: [[Float]]
    /// True classes, `[H, W]`.
    public let truth: [UInt8]
    /// The label of pixels that take no part.
    public let ignored: UInt8?
    /// Predicted classes, `[H, W]`, of each model.
    public let predictions: [[UInt8]]
    /// Whether class 0 is the background, which has no colour.
    public let hasBackground: Bool

    /// - Precondition: planes and labels of `width · height` values; a prediction or more.
    public init(
        id: String, note: String, width: Int, height: Int, planes: [[Float]], truth: [UInt8], ignored: UInt8?,
        predictions: [[UInt8]], hasBackground: Bool = true
    ) {
        precondition(!predictions.isEmpty, "a picture has a prediction")
        precondition(
            (planes.map(\.count) + ([truth] + predictions).map(\.count)).allSatisfy { $0 == width * height },
            "planes and labels of other than \(width) × \(height) pixels")
        self.id = id
        self.note = note
        self.width = width
        self.height = height
        self.planes = planes
        self.truth = truth
        self.ignored = ignored
        self.predictions = predictions
        self.hasBackground = hasBackground
    }

    /// Whether pixels of this plane take no part.
    var hasIgnored: Bool { ignored.map(truth.contains) ?? false }

    /// Image, truth, prediction and errors side by side, for each model.
    public var overlays: [OverlayPanel] {
        let shown = PictureBrightness.of(planes)
        return predictions.map { prediction in
            OverlayPanel(
                planes: shown, width: width, height: height, truth: truth, prediction: prediction, ignoring: ignored,
                hasBackground: hasBackground)
        }
    }

    /// Image, truth, then prediction and errors of each model; for several models their names stand in the titles.
    ///
    /// - Precondition: a name for each prediction.
    func panels(models: [String]) -> [(title: String, image: RGBImage)] {
        precondition(models.count == predictions.count, "a name for each prediction")
        let sheets = overlays.map(\.panels)
        let both = [("image", sheets[0][0]), ("truth", sheets[0][1])]
        return both
            + zip(models, sheets).flatMap { name, sheet in
                models.count == 1
                    ? [("prediction", sheet[2]), ("errors", sheet[3])]
                    : [("\(name): prediction", sheet[2]), ("\(name): errors", sheet[3])]
            }
    }

    /// Image, truth, and the first model's prediction and errors side by side.
    ///
    /// - Parameter side: pixels that small images are enlarged to, by a whole factor, as far as they fit.
    public func sheet(side: Int) -> RGBImage { overlays[0].render(factor: max(1, side / max(width, height))) }

    /// Image, truth and each model's prediction under their names, to stand side by side as in the paper's Figures 3 and 4.
    ///
    /// - Precondition: a name for each prediction.
    public func comparison(models: [String]) -> [Drawing] {
        precondition(models.count == predictions.count, "a name for each prediction")
        return panels(models: models).enumerated().filter { $0.offset < 2 || $0.offset.isMultiple(of: 2) }.map { index, panel in
            Drawing(panel.image, under: index < 2 ? panel.title : models[index / 2 - 1])
        }
    }

    /// The picture made smaller by whole factors, so that no side is longer than `side`: intensities by their mean, labels by
    /// the one in the middle.
    public func reduced(to side: Int) -> CasePicture {
        let reduction = BlockReduction(width: width, height: height, to: side)
        if reduction.changesNothing { return self }
        return CasePicture(
            id: id, note: note, width: reduction.columns, height: reduction.rows, planes: planes.map(reduction.mean),
            truth: reduction.middle(truth), ignored: ignored, predictions: predictions.map(reduction.middle),
            hasBackground: hasBackground)
    }
}

extension Legend {
    /// The colours of classes and errors in pictures.
    public init(pictureOf scored: ScoredClasses, hasIgnored: Bool) {
        let classes = scored.names.enumerated().compactMap { index, name in
            Palette.color(ofClass: index, hasBackground: scored.hasBackground).map { Entry(name, color: $0) }
        }
        let errors =
            scored.hasBackground
            ? [
                Entry("errors: false positive", color: Palette.falsePositive),
                Entry("errors: false negative", color: Palette.falseNegative),
            ] : []
        // Only with two classes of foreground can one be taken for the other.
        let wrong = classes.count > 1 ? [Entry("errors: wrong class", color: Palette.wrongClass)] : []
        self.init(classes + errors + wrong + (hasIgnored ? [Entry("takes no part", color: Palette.ignored)] : []))
    }
}

extension Drawing {
    /// A picture under a title, as wide as all of them.
    init(_ image: RGBImage, under title: String) {
        let width = 216.0
        let height = width * Double(image.height) / Double(image.width)
        self.init(width: width, height: height + 20, title: title)
        add(.text(title, .init(0, 13), .init(size: 13), within: width))
        add(.image(image, .init(x: 0, y: 20, width: width, height: height)))
    }
}
