import DataSets
import Foundation
import MedicalImages

/// Reads the files of a label source into one volume of values.
package struct LabelReading: Sendable {
    /// `[depth, height, width]`.
    package let values: [Int32]
    package let extent: Extent
    /// Of the first file that states one.
    package let geometry: VoxelGeometry?
    /// Pixels that the rule of overlaps leaves without a value.
    package let undecided: [Int]
    /// What reading the files decided, each once.
    package let notes: [ImageNote]

    /// - Parameter grid: of the image that the labels were drawn on, in whose order they come; nil: as their files have them.
    /// - Throws: `CaseError` for files of several sizes, channels that differ, or sums beyond 32 bits; `ImageFileError`,
    ///   `FileError`.
    package init(_ source: LabelSource, on grid: ImageGrid? = nil) throws {
        var values: [Int32] = []
        var extent: Extent?
        var geometry: VoxelGeometry?
        var undecided: Set<Int> = []
        var notes: [ImageNote] = []
        for layer in source.layers {
            let image = try ImageFile.readLabels(layer.url, on: grid)
            var drawn = try Self.oneChannel(
                image.labelValues { if !notes.contains($0) { notes.append($0) } }, image.extent, layer.url)
            if let value = layer.value.map({ Int32(clamping: $0) }) {
                for index in drawn.indices where drawn[index] != 0 { drawn[index] = value }
            }
            guard let first = extent else {
                values = drawn
                extent = image.extent
                extent?.channels = 1
                geometry = image.geometry
                continue
            }
            guard first.sizes == image.extent.sizes else {
                throw CaseError.channelSizes(
                    path: layer.url.path, extent: image.extent, first: source.first.path, firstExtent: first)
            }
            geometry = geometry ?? image.geometry
            for index in drawn.indices where drawn[index] != 0 {
                guard values[index] != 0 else {
                    values[index] = drawn[index]
                    continue
                }
                switch source.overlap {
                case .sum:
                    let (sum, overflows) = values[index].addingReportingOverflow(drawn[index])
                    if overflows {
                        throw CaseError.overlapSum(
                            path: layer.url.path, value: drawn[index], sum: values[index], first: source.first.path,
                            place: VoxelPosition(index: index, in: first))
                    }
                    values[index] = sum
                case _ where values[index] == drawn[index]: continue
                case .ignore: undecided.insert(index)
                case .priority(let order):
                    if Self.rank(drawn[index], order) < Self.rank(values[index], order) {
                        values[index] = drawn[index]
                    }
                }
            }
        }
        self.values = values
        self.extent = extent ?? Extent(width: 1, height: 1)  // a source has a layer
        self.geometry = geometry
        self.undecided = undecided.sorted()
        self.notes = notes
    }

    /// The place in front; values without one come last, the smallest of them first.
    private static func rank(_ value: Int32, _ order: [Int]) -> (Int, Int32) {
        (order.firstIndex(of: Int(value)) ?? order.count, value)
    }

    /// The only channel, or the first of several that are equal, as masks saved in colour are.
    static func oneChannel(_ values: [Int32], _ extent: Extent, _ url: URL) throws -> [Int32] {
        guard extent.channels > 1 else { return values }
        let count = extent.voxelCount
        for index in count..<values.count where values[index] != values[index % count] {
            throw CaseError.labelChannels(
                path: url.path, channels: extent.channels, first: VoxelPosition(index: index, in: extent))
        }
        return Array(values[..<count])
    }
}

extension LabelReading {
    /// Pixels of each value; undecided ones have none.
    package var counts: [Int: Int] {
        var counts: [Int: Int] = [:]
        values.forEachRun { counts[Int($0), default: 0] += $1.count }
        for index in undecided { counts[Int(values[index]), default: 0] -= 1 }
        return counts.filter { $0.value > 0 }
    }

    /// Label value → its pixels in the outermost rows and columns of every plane across z, where backgrounds lie.
    package var borderCounts: [Int: Int] {
        var counts: [Int32: Int] = [:]
        let (width, height) = (extent.width, extent.height)
        for plane in 0..<extent.depth {
            for row in 0..<height {
                let start = (plane * height + row) * width
                let isEdge = row == 0 || row == height - 1
                for column in stride(from: 0, to: width, by: isEdge || width == 1 ? 1 : width - 1) {
                    counts[values[start + column], default: 0] += 1
                }
            }
        }
        return Dictionary(uniqueKeysWithValues: counts.map { (Int($0.key), $0.value) })
    }

    /// The values as places in a list of those that occur, `LabelMap.ignored` where none was decided; nil for more than 255.
    package var codes: (labels: [UInt8], values: [Int])? {
        let found = Set(counts.keys).union(undecided.map { Int(values[$0]) }).sorted()
        guard found.count <= 255 else { return nil }
        let places = Dictionary(
            uniqueKeysWithValues: found.enumerated().map { (Int32(clamping: $1), UInt8($0)) })
        var labels: [UInt8] = []
        labels.reserveCapacity(values.count)
        values.forEachRun { labels += repeatElement(places[$0] ?? LabelMap.ignored, count: $1.count) }
        for index in undecided { labels[index] = LabelMap.ignored }
        return (labels, found)
    }

    /// The classes that the network is to learn, as stored, `[depth, height, width]`.
    ///
    /// - Parameter path: the file, for the message.
    /// - Throws: `CaseError` for values without a class.
    func classes(_ map: LabelMap, path: String) throws -> [UInt8] {
        var classes = try map.apply(to: values, extent: extent, path: path)
        for index in undecided { classes[index] = LabelMap.ignored }
        return classes
    }
}
