import Foundation
import SegData
import SegReports
import SegTraining

extension HTMLPage {
    /// What `inspect` found, with histograms of the intensities and planes under their labels.
    init(inspectionOf census: DataSetCensus) {
        let total = census.splits.reduce(0) { $0 + $1.cases }
        let counts = DataSetProblem.Severity.allCases.map { severity in
            census.problems.count { $0.severity == severity }
        }
        var data: [PageBlock] = [
            .keyNumbers([
                KeyNumber(
                    "cases", "\(total)",
                    detail: census.splits.map { "\($0.cases) \($0.split.rawValue)" }.joined(separator: ", ")),
                KeyNumber("planes", "\(census.splits.reduce(0) { $0 + $1.planes })"),
                KeyNumber("channels", "\(census.channels.count)"),
                KeyNumber(
                    "classes", "\(census.classes.count)", detail: census.areClassesProposed ? "proposed" : ""),
                KeyNumber("errors", "\(counts[0])", detail: "\(counts[1]) warnings, \(counts[2]) notes"),
            ])
        ]
        data.append(
            .paragraph("Layout \(census.layout.rawValue)\(census.reason.map { ": \($0)" } ?? "")."))
        data.append(
            .table(
                census.sizeTable,
                caption: "Cases, patients or videos, planes, sizes and spacings of each split."))

        var labels: [PageBlock] = [
            .table(
                census.shareTable, caption: "Pixels of each class at native size, without ignored ones.")
        ]
        if census.areClassesProposed {
            labels.insert(
                .note(
                    .warning, title: "Proposed classes",
                    text:
                        "Nobody has said what the label values mean; this is a proposal from the values found. State the classes to train."
                ),
                at: 0)
            labels.append(.code("--set '\(census.classesArgument)'"))
        }
        labels.append(
            .table(
                census.valueTable, caption: "Values in the label files and the classes they stand for."))
        if let offsets = census.offsetTable {
            labels.append(
                .table(
                    offsets,
                    caption:
                        "Margin-offsets of the training labels at the size of training, tau = 10, nu = 1 (Corollary 1.1)."
                ))
        }

        self.init(
            title: "Data set", subtitle: census.folder,
            sections: [
                PageSection("Data", data), PageSection("Problems", Self.problems(census)),
                PageSection("Labels", labels),
                PageSection("Intensities", Self.intensities(census)),
                PageSection("Samples", Self.samples(census)),
            ].filter { !$0.blocks.isEmpty }, footer: "Written by marginseg \(Version.current).")
    }

    private static func problems(_ census: DataSetCensus) -> [PageBlock] {
        guard !census.problems.isEmpty else {
            return [.note(.good, title: "None", text: "No problems were found.")]
        }
        return census.problems.flatMap { problem -> [PageBlock] in
            let kind: PageNote =
                switch problem.severity {
                case .error: .error
                case .warning: .warning
                case .note: .note
                }
            let note = PageBlock.note(
                kind, title: problem.severity.rawValue.capitalized, text: problem.text)
            guard !problem.files.isEmpty else { return [note] }
            let names = problem.shortFiles
            let shown = names.prefix(problem.severity == .note ? 3 : 12)
            let rest = names.count - shown.count
            return [note, .list(shown + (rest > 0 ? ["and \(rest) more"] : []))]
        }
    }

    /// A histogram of each channel.
    private static func intensities(_ census: DataSetCensus) -> [PageBlock] {
        let charts = census.channels.enumerated().compactMap { number, channel -> LineChart? in
            let low = Double(channel.percentiles[0])
            let high = Double(channel.percentiles[2])
            guard low < high, let most = channel.histogram.max(), most > 0 else { return nil }
            let width = (high - low) / Double(channel.histogram.count)
            let steps = channel.histogram.enumerated().flatMap { bin, share in
                [
                    LineChart.Point(low + Double(bin) * width, share * 100),
                    LineChart.Point(low + Double(bin + 1) * width, share * 100),
                ]
            }
            return LineChart(
                title: "channel \(number)", xLabel: "intensity", yLabel: "share of voxels %", x: low...high,
                y: 0...(most * 105),
                lines: [.init(label: "all cases", points: steps, color: RGB(0, 114, 178))])
        }
        guard !charts.isEmpty else { return [] }
        return [
            .table(census.channelTable, caption: "Intensities of each channel over all cases."),
            .figure(
                PageFigure(
                    name: "intensities", svg: ChartSheet(title: "Intensities", charts: charts).svg,
                    caption:
                        "Histograms between the 1st and the 99th percentile; what lies beyond is in the outer bins."
                )),
        ]
    }

    private static func samples(_ census: DataSetCensus) -> [PageBlock] {
        guard !census.samples.isEmpty else { return [] }
        let figures = census.samples.enumerated().map { number, sample in
            PageFigure(
                name: "sample-\(number + 1)", image: sample.picture,
                alternative: "The image \(sample.id) and beside it the same with its labels in colour.",
                caption: "\(sample.id) (\(sample.split.rawValue)): image, and labels over it.")
        }
        return [
            .figure(PageFigure(name: "classes", svg: legend(census), caption: "Colours of the classes.")),
            .figures(figures),
        ]
    }

    /// Swatches of the classes, two in a row so that a phone shows them.
    private static func legend(_ census: DataSetCensus) -> String {
        let shown = census.classNames.enumerated().dropFirst().prefix(24)
        let rows = (shown.count + 1) / 2
        let swatches = shown.enumerated().map { place, item in
            let color = Palette.color(ofClass: item.offset) ?? RGB(255, 255, 255)
            let (row, column) = place.quotientAndRemainder(dividingBy: 2)
            let fill = String(format: "#%02x%02x%02x", color.red, color.green, color.blue)
            let name = item.element.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            return """
                <rect x="\(10 + column * 180)" y="\(8 + row * 24)" width="16" height="16" fill="\(fill)"/>\
                <text x="\(34 + column * 180)" y="\(21 + row * 24)" font-size="13">\(name)</text>
                """
        }
        let size = "width=\"370\" height=\"\(16 + rows * 24)\""
        return """
            <svg xmlns="http://www.w3.org/2000/svg" \(size) viewBox="0 0 370 \(16 + rows * 24)" role="img" \
            font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif" fill="#222222"><title>Classes</title>\
            <rect \(size) fill="#ffffff"/>\(swatches.joined())</svg>
            """
    }
}

extension DataSetCensus.Sample {
    /// The image and, beside it, the image under its labels.
    var picture: RGBImage {
        let panels = OverlayPanel(
            planes: image, width: size.width, height: size.height, truth: classes, prediction: classes,
            ignoring: LabelMap.ignored
        ).panels
        var picture = RGBImage(
            width: 2 * panels[0].width + 8, height: panels[0].height, fill: RGB(255, 255, 255))
        for (number, panel) in panels.prefix(2).enumerated() {
            for y in 0..<panel.height {
                for x in 0..<panel.width { picture[number * (panel.width + 8) + x, y] = panel[x, y] }
            }
        }
        return picture
    }
}
