extension RunReport {
    /// Worst, median and best case, as Figures 3 and 4 of the paper; nil where no case has any.
    var examples: PageSection? {
        guard !cases.isEmpty else { return nil }
        let figures = cases.enumerated().map { index, picture in
            PageBlock.figure(
                PageFigure(
                    name: "case-\(index + 1)",
                    panels: picture.panels(models: runs.map(\.name)).map { Drawing($0.image, under: $0.title) },
                    legend: Legend(pictureOf: classes, hasIgnored: picture.hasIgnored), caption: "\(picture.id): \(picture.note)."
                ))
        }
        let chosen =
            "Chosen by the mIoU (\(foreground)) of each case\(runs.count == 1 ? "" : " in \(runs[0].name)"), not by hand: "
            + "the worst, the median and the best. Of a volume, the plane with the most foreground in truth and prediction. "
            + "Grey values are stretched for each plane."
        return PageSection("Worst, median and best case", [.paragraph(chosen)] + figures)
    }

    /// The same cases plane by plane; nil for images without depth.
    var slices: PageSection? {
        guard !browsers.isEmpty else { return nil }
        return PageSection(
            "Slice by slice",
            [.paragraph("Move the slider, by mouse or by the arrow keys. In print, the slice that was last shown.")]
                + browsers.map(PageBlock.browser))
    }
}
