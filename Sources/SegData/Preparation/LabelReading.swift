import Foundation
import MedicalImages

/// Reads the files of a label source onto one plane of values.
struct LabelReading {
    /// `[depth, height, width]`.
    let values: [Int32]
    let extent: Extent
    /// Of the first file that states one.
    let geometry: VoxelGeometry?
    /// Pixels that the rule of overlaps leaves without a value.
    let undecided: [Int]

    /// - Throws: `CaseError` for files of several sizes or channels that differ; `ImageFileError`, `FileError`.
    init(_ source: LabelSource) throws {
        var values: [Int32] = []
        var extent: Extent?
        var geometry: VoxelGeometry?
        var undecided: Set<Int> = []
        for layer in source.layers {
            let image = try ImageFile.read(layer.url)
            var drawn = try Self.oneChannel(image.labelValues(), image.extent, layer.url)
            if let value = layer.value.map({ Int32(clamping: $0) }) {
                for index in drawn.indices where drawn[index] != 0 { drawn[index] = value }
            }
            guard let first = extent else {
                values = drawn
                extent = Extent(width: image.extent.width, height: image.extent.height, depth: image.extent.depth)
                geometry = image.geometry
                continue
            }
            guard (first.width, first.height, first.depth) == (image.extent.width, image.extent.height, image.extent.depth) else {
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
                case .sum: values[index] += drawn[index]
                case _ where values[index] == drawn[index]: continue
                case .ignore: undecided.insert(index)
                case .priority(let order):
                    if Self.rank(drawn[index], order) < Self.rank(values[index], order) { values[index] = drawn[index] }
                }
            }
        }
        self.values = values
        self.extent = extent ?? Extent(width: 1, height: 1)  // a source has a layer
        self.geometry = geometry
        self.undecided = undecided.sorted()
    }

    /// The place in front; values without one come last, the smallest of them first.
    private static func rank(_ value: Int32, _ order: [Int]) -> (Int, Int32) {
        (order.firstIndex(of: Int(value)) ?? order.count, value)
    }

    /// The only channel, or the first of several that are equal, as masks saved in colour are.
    private static func oneChannel(_ values: [Int32], _ extent: Extent, _ url: URL) throws -> [Int32] {
        guard extent.channels > 1 else { return values }
        let count = extent.voxelCount
        for index in count..<values.count where values[index] != values[index % count] {
            throw CaseError.labelChannels(
                path: url.path, channels: extent.channels, first: VoxelPosition(index: index, in: extent))
        }
        return Array(values[..<count])
    }
}
