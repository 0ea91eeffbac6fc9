import Foundation
import Sampling
import SegConfiguration
import SegInference
import SegPlanning
import SegReports

extension HTMLPage {
    /// What `inspect` found, with histograms of the intensities and planes under their labels.
    init(inspectionOf census: DataSetCensus) {
        let total = census.splits.reduce(0) { $0 + $1.cases }
        let counts = DataSetProblem.Severity.allCases.map { severity in census.problems.count { $0.severity == severity } }
        let data: [PageBlock] = [
            .keyNumbers([
                KeyNumber(
                    "cases", "\(total)",
                    detail: census.splits.map { "\($0.cases) \($0.split.rawValue)" }.joined(separator: ", ")),
                KeyNumber("planes", "\(census.splits.reduce(0) { $0 + $1.planes })"),
                KeyNumber("channels", "\(census.channels.count)"),
                KeyNumber("classes", "\(census.classes.count)", detail: census.areClassesProposed ? "proposed" : ""),
                KeyNumber(
                    "errors", "\(counts[0])", detail: "\(Self.counted(counts[1], "warning")), \(Self.counted(counts[2], "note"))"),
            ]),
            .paragraph("Layout \(census.layout.rawValue)\(census.reason.map { ": \($0)" } ?? "")."),
            .table(census.sizeTable, caption: "Cases, patients or videos, planes, sizes and spacings of each split."),
        ]

        var labels: [PageBlock] = [
            .table(census.shareTable, caption: "Pixels of each class at native size, without ignored ones.")
        ]
        if census.areClassesProposed {
            labels.insert(
                .note(
                    .warning, title: "Proposed classes.",
                    text:
                        "The data set does not state what its label values mean; these classes are proposed from the values found. Confirm or change them before training."
                ),
                at: 0)
            labels.append(.code("--set '\(census.classesArgument)' --set '\(census.backgroundArgument)'"))
            labels.append(.paragraph("Background: \(census.background.reason)."))
        }
        labels.append(.table(census.valueTable, caption: "Values in the label files and the classes they stand for."))
        if let offsets = try? census.offsetTable() {
            labels.append(.table(offsets, caption: "\(census.offsetCaption)."))
        }

        self.init(
            title: "Data set", subtitle: census.folder,
            sections: [
                PageSection("Data", data), PageSection("Problems", Self.problems(census)),
                PageSection("Labels", labels), PageSection("Intensities", Self.intensities(census)),
                PageSection("Samples", Self.samples(census)),
            ].filter { !$0.blocks.isEmpty }, footer: "Written by marginseg \(Version.current).")
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private static func problems(_ census: DataSetCensus) -> [PageBlock] {
        guard !census.problems.isEmpty else { return [.note(.good, title: "None.", text: "No problems were found.")] }
        return census.problems.flatMap { problem -> [PageBlock] in
            let kind: PageNote =
                switch problem.severity {
                case .error: .error
                case .warning: .warning
                case .note: .note
                }
            let note = PageBlock.note(kind, title: problem.severity.rawValue.capitalized + ".", text: problem.text)
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
                title: "channel \(number)", xLabel: "intensity", yLabel: "share of voxels %", x: low...high, y: 0...(most * 105),
                lines: [.init(label: "all cases", points: steps, color: RGB.blue)])
        }
        guard !charts.isEmpty else { return [] }
        return [
            .table(census.channelTable, caption: "Intensities of each channel over all cases."),
            .figure(
                PageFigure(
                    name: "intensities", charts: charts,
                    caption: "Histograms between the 1st and the 99th percentile; what lies beyond is in the outer bins.")),
        ]
    }

    private static func samples(_ census: DataSetCensus) -> [PageBlock] {
        guard !census.samples.isEmpty else { return [] }
        let legend = Legend(
            census.classNames.enumerated().prefix(24).compactMap { number, name in
                Palette.color(ofClass: number, hasBackground: census.hasBackground).map { Legend.Entry(name, color: $0) }
            })
        return [
            .figures(
                census.samples.enumerated().map { number, sample in
                    PageFigure(
                        name: "sample-\(number + 1)", panels: sample.drawings(hasBackground: census.hasBackground),
                        legend: legend, caption: "\(sample.id) (\(sample.split.rawValue)): image, and labels over it.")
                })
        ]
    }
}

extension DataSetCensus.Sample {
    /// The image, and the image under its labels.
    fileprivate func drawings(hasBackground: Bool) -> [Drawing] {
        let panels = OverlayPanel(
            planes: PictureBrightness.of(image), width: size.width, height: size.height, truth: classes, prediction: classes,
            ignoring: LabelMap.ignored, hasBackground: hasBackground
        ).panels
        return [
            Drawing(panels[0], title: "The image \(id)."),
            Drawing(panels[1], title: "The image \(id) with its labels in colour."),
        ]
    }
}
