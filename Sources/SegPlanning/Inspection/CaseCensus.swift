import DataSets
import Foundation
import MedicalImages
import Sampling
import SegConfiguration

/// What one case of a data set holds.
struct CaseCensus: Sendable {
    /// One channel's intensities.
    struct Channel: Sendable {
        var minimum = Float.infinity
        var maximum = -Float.infinity
        /// NaN or infinite.
        var notFinite = 0
        /// Evenly spaced values.
        var sample: [Float] = []
    }

    /// A plane for a picture.
    struct Plane: Sendable {
        let size: GridSize
        /// One grey plane or red, green and blue, the intensities of the file.
        let image: [[Float]]
        let values: [Int]
    }

    let id: String
    let path: String
    private(set) var extent: Extent?
    private(set) var geometry: VoxelGeometry?
    /// As training cuts it; 1 where it cannot.
    private(set) var planes = 1
    /// That of the planes; nil where the file states none.
    private(set) var planeSpacing: GridSpacing?
    private(set) var channels: [Channel] = []
    /// Whether it is a grey picture stored as RGB.
    private(set) var isGreyInColour = false
    /// Pixels of each label value, at native size.
    private(set) var values: [Int: Int] = [:]
    /// Those of them in the outermost rows and columns of the planes.
    private(set) var border: [Int: Int] = [:]
    /// The same as training sees them (`LabelTally`).
    private(set) var trainingValues: [Int: Double] = [:]
    /// Pixels that masks claim for several values.
    private(set) var undecided = 0
    private(set) var problems: [DataSetProblem] = []
    /// Of the decoded intensities; nil where they could not be read.
    private(set) var content: ImageContent?
    private(set) var plane: Plane?

    /// - Parameters:
    ///   - background: label values that are no foreground.
    ///   - sampleSize: intensities kept of each channel.
    init(
        _ dataCase: DataCase, recipe: Recipe, selection: SampleSelection, background: Set<Int>,
        sampleSize: Int, wantsPlane: Bool
    ) {
        id = dataCase.id
        path = dataCase.image.path
        var images: [MedicalImage] = []
        do {
            images = try dataCase.image.files.map { try ImageFile.read($0) }
        } catch {
            report(error)
        }
        measure(images, dataCase, sampleSize: sampleSize)
        var reading: LabelReading?
        if let source = dataCase.label {
            do {
                let grid = images.first.map { recipe.labelGrid.of($0.extent, $0.geometry, path: path) }
                let read = try LabelReading(source, on: grid)
                for note in read.notes { problems.append(.init(.note, "labels: \(note.text)", files: [source.first.path])) }
                reading = read
            } catch {
                report(error)
            }
        } else {
            problems.append(.init(.error, "an image without a label", files: [path]))
        }
        guard let reading else { return }
        count(reading, background: background)
        guard let extent, let image = images.first else { return }
        do {
            try recipe.labelGrid.require(
                reading.extent, reading.geometry, at: dataCase.label?.first.path ?? path, asOf: extent, image.geometry, path)
            let grid = try recipe.grid(of: extent, image.geometry, path: path)
            planes = grid.extent.depth
            planeSpacing = grid.geometry.map(GridSpacing.init(of:))
            try countForTraining(reading, on: grid, recipe: recipe, selection: selection, background: background)
            if wantsPlane { plane = Self.plane(image, reading, on: grid, background: background) }
        } catch {
            report(error)
        }
    }

    /// The file of an error stands in its message already.
    private mutating func report(_ error: any Error) {
        problems.append(.init(.error, "\(error)", files: [path]))
    }

    private mutating func measure(_ images: [MedicalImage], _ dataCase: DataCase, sampleSize: Int) {
        guard let first = images.first else { return }
        isGreyInColour = images.count == 1 && first.isGreyInColour
        var joined = first.extent
        joined.channels = images.reduce(0) { $0 + $1.extent.channels }
        extent = joined
        geometry = first.geometry
        var content = ImageContent(joined)
        for (image, url) in zip(images, dataCase.image.files) {
            if (image.extent.width, image.extent.height, image.extent.depth) != (
                joined.width, joined.height, joined.depth
            ) {
                problems.append(
                    .init(.error, "channels of one case have different sizes", files: [url.path]))
            }
            image.samples.withUnsafeBytes { content.add($0) }
            for note in image.notes { problems.append(.init(.note, note.text, files: [url.path])) }
            let values = image.realValues()
            let count = image.extent.voxelCount
            for number in 0..<image.extent.channels {
                channels.append(
                    Self.channel(values[number * count..<(number + 1) * count], sampleSize: sampleSize))
            }
        }
        self.content = content
        let bad = channels.reduce(0) { $0 + $1.notFinite }
        if bad > 0 {
            problems.append(.init(.error, "intensities that are NaN or infinite", files: [path]))
        }
        if channels.contains(where: { $0.notFinite == 0 && $0.minimum == $0.maximum }) {
            problems.append(.init(.warning, "a channel of one single intensity", files: [path]))
        }
    }

    private static func channel(_ values: ArraySlice<Float>, sampleSize: Int) -> Channel {
        var channel = Channel()
        for value in values {
            guard value.isFinite else {
                channel.notFinite += 1
                continue
            }
            channel.minimum = min(channel.minimum, value)
            channel.maximum = max(channel.maximum, value)
        }
        // At random within equal parts: at equal steps all could lie in one column of the planes.
        channel.sample = ForegroundSample.places(of: values.count, wanted: min(values.count, sampleSize))
            .map { values[values.startIndex + $0] }.filter(\.isFinite)
        return channel
    }

    private mutating func count(_ reading: LabelReading, background: Set<Int>) {
        undecided = reading.undecided.count
        values = reading.counts
        border = reading.borderCounts
        if !values.keys.contains(where: { !background.contains($0) }) {
            problems.append(.init(.note, "labels without foreground", files: [path]))
        }
    }

    private mutating func countForTraining(
        _ reading: LabelReading, on grid: CaseGrid, recipe: Recipe, selection: SampleSelection,
        background: Set<Int>
    ) throws {
        // More values than classes can be are an error of the label values.
        guard let codes = reading.codes else { return }
        var tally = LabelTally(labelCount: codes.values.count, recipe: recipe, selection: selection) { code in
            guard Int(code) < codes.values.count, !background.contains(codes.values[Int(code)]) else { return nil }
            // A value that no class has is one of its own.
            return recipe.labels.classes[codes.values[Int(code)]] ?? -1 - Int(code)
        }
        try tally.add(volume: grid.apply(to: codes.labels), on: grid)
        trainingValues = Dictionary(uniqueKeysWithValues: zip(codes.values, tally.pixels))
    }

    /// The plane with the most foreground.
    private static func plane(
        _ image: MedicalImage, _ reading: LabelReading, on grid: CaseGrid, background: Set<Int>
    ) -> Plane? {
        let labels = grid.apply(to: reading.values)
        let planes = (0..<grid.extent.depth).map { labels.plane($0, of: grid.extent) }
        let foreground = planes.map { plane in plane.count { !background.contains(Int($0)) } }
        guard let number = foreground.indices.max(by: { (foreground[$0], -$0) < (foreground[$1], -$1) })
        else { return nil }
        let values = grid.apply(to: image.realValues())
        let shown = image.extent.channels == 3 ? 0..<3 : 0..<1
        return Plane(
            size: grid.extent.plane, image: shown.map { values.plane(number, channel: $0, of: grid.extent) },
            values: planes[number].map { Int($0) })
    }
}
