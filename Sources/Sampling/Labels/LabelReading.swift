import DataSets
import Foundation
import MedicalImages

/// Reads the files of a label source onto one plane of values.
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

    /// - Throws: `CaseError` for files of several sizes, channels that differ, or sums beyond 32 bits; `ImageFileError`,
    ///   `FileError`.
    package init(_ source: LabelSource) throws {
        var values: [Int32] = []
        var extent: Extent?
        var geometry: VoxelGeometry?
        var undecided: Set<Int> = []
        var notes: [ImageNote] = []
        for layer in source.layers {
            let image = try ImageFile.read(layer.url)
            var drawn = try Self.oneChannel(
                image.labelValues { if !notes.contains($0) { notes.append($0) } }, image.extent, layer.url)
            if let value = layer.value.map({ Int32(clamping: $0) }) {
                for index in drawn.indices where drawn[index] != 0 { drawn[index] = value }
            }
            guard let first = extent else {
                values = drawn
                extent = Extent(
                    width: image.extent.width, height: image.extent.height, depth: image.extent.depth)
                geometry = image.geometry
                continue
            }
            guard
                (first.width, first.height, first.depth) == (
                    image.extent.width, image.extent.height, image.extent.depth
                )
            else {
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
        // Label maps are long runs of one value.
        var run: (value: Int32, length: Int) = (0, 0)
        for value in values {
            if value == run.value {
                run.length += 1
            } else {
                if run.length > 0 { counts[Int(run.value), default: 0] += run.length }
                run = (value, 1)
            }
        }
        if run.length > 0 { counts[Int(run.value), default: 0] += run.length }
        for index in undecided { counts[Int(values[index]), default: 0] -= 1 }
        return counts.filter { $0.value > 0 }
    }

    /// The values as places in a list of those that occur, `LabelMap.ignored` where none was decided; nil for more than 255.
    package var codes: (labels: [UInt8], values: [Int])? {
        let found = Set(counts.keys).union(undecided.map { Int(values[$0]) }).sorted()
        guard found.count <= 255 else { return nil }
        let places = Dictionary(
            uniqueKeysWithValues: found.enumerated().map { (Int32(clamping: $1), UInt8($0)) })
        var run: (value: Int32, code: UInt8)?
        var labels = values.map { value in
            if let run, run.value == value { return run.code }
            let code = places[value] ?? LabelMap.ignored
            run = (value, code)
            return code
        }
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
