import DataSets
import Foundation
import MedicalImages

/// Why a case cannot be made into planes: which file, what was expected, what was found.
public enum CaseError: Error, Equatable, Sendable {
    case unknownLabels(path: String, found: [LabelCensus], unknown: [LabelCensus], expected: [Int], classCount: Int)
    case labelChannels(path: String, channels: Int, first: VoxelPosition)
    case overlapSum(path: String, value: Int32, sum: Int32, first: String, place: VoxelPosition)
    case sizes(label: String, labelExtent: Extent, image: String, imageExtent: Extent)
    case channelSizes(path: String, extent: Extent, first: String, firstExtent: Extent)
    case grids(label: String, image: String, found: String, allowed: String)
    case channelGrids(path: String, first: String, found: String, allowed: String)
    case sheared(path: String, degrees: Double)
    case palette(path: String)
    case segments(path: String)
    case notFinite(path: String, count: Int, first: VoxelPosition)
    case channels(path: String, found: Int, expected: Int, reason: String)
    case notEightBit(path: String, found: ClosedRange<Float>)
    case tooLarge(path: String, found: GridSize, room: GridSize)
    case crop(path: String, box: PixelBox, extent: Extent)
    case noSpacing(path: String)
    case noLabel(path: String)
    case nothingLeft(cases: Int)
    case nothingReadable([UnreadableCase])
}

/// How often a value stands in a label file, and where first.
public struct LabelCensus: Sendable, Hashable {
    public let value: Int
    public let count: Int
    public let first: VoxelPosition
}

extension CaseError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownLabels(let path, let found, let unknown, let expected, let classCount):
            let values = unknown.prefix(5).map {
                "\($0.value) on \($0.count) pixel\($0.count == 1 ? "" : "s"), first at \($0.first)"
            }
            return "\(path): \(unknown.count) label value\(unknown.count == 1 ? "" : "s") without a class: "
                + values.joined(separator: "; ") + (unknown.count > 5 ? "; …" : "")
                + "; expected \(Self.listed(expected)); " + Self.proposal(found, path, classCount: classCount)
        case .labelChannels(let path, let channels, let first):
            return "\(path): \(channels) channels that differ, first at \(first); expected one label a pixel; "
                + "save the labels with one channel"
        case .overlapSum(let path, let value, let sum, let first, let place):
            return
                "\(path): its \(value) and the \(sum) of the masks before it, from \(first) on, add up to more than 32 bits at "
                + "\(place); give the masks smaller values, or another rule by data.overlaps"
        case .sizes(let label, let labelExtent, let image, let imageExtent):
            return "\(label): \(labelExtent.sizeText) voxels, but its image \(image) has \(imageExtent.sizeText); "
                + "give the label that was drawn on this image"
        case .channelSizes(let path, let extent, let first, let firstExtent):
            return "\(path): \(extent.sizeText) voxels, but \(first) of the same case has \(firstExtent.sizeText); "
                + "resample the channels to one grid"
        case .channelGrids(let path, let first, let found, let allowed):
            return "\(path): its grid lies up to \(found) off that of \(first) of the same case, allowed are \(allowed); "
                + "resample the channels to one grid, or mend the header that is wrong"
        case .grids(let label, let image, let found, let allowed):
            return "\(label): its grid lies up to \(found) off that of its image \(image), "
                + "allowed are \(allowed); resample the label, "
                + "or take the grid from the image if the label's header is wrong: data.label_grid=fromImage"
        case .sheared(let path, let degrees):
            return
                "\(path): its axes are up to \((degrees * 10).rounded() / 10)° from right angles, as a tilted gantry leaves them; "
                + "resample it to a grid of right angles, or train on planes as they are stored: input.plane=file"
        case .palette(let path):
            return "\(path): its pixels are palette indices, expected intensities; save the image as grey or RGB"
        case .segments(let path):
            return "\(path): it holds segments, expected an image; give the series that they were drawn on"
        case .notFinite(let path, let count, let first):
            return "\(path): \(count) voxel\(count == 1 ? "" : "s") NaN or infinite, first at \(first); "
                + "expected finite intensities; repair the file"
        case .channels(let path, let found, let expected, let reason):
            return "\(path): \(found) channel\(found == 1 ? "" : "s"), expected \(expected) \(reason)"
        case .notEightBit(let path, let found):
            return "\(path): intensities from \(found.lowerBound) to \(found.upperBound); expected those of bytes, 0 to 255, for "
                + "ImageNet's statistics; save the image with 8 bits a channel, or normalise otherwise"
        case .tooLarge(let path, let found, let room):
            return "\(path): \(found.dimensions == 3 ? "a volume" : "planes") of \(found) "
                + "\(found.dimensions == 3 ? "does" : "do") not fit into \(room); pad to at least that size, or resize"
        case .crop(let path, let box, let extent):
            return "\(path): \(extent.width)×\(extent.height) pixels, but it is to be cropped to \(box.width)×\(box.height) at "
                + "x \(box.x), y \(box.y); crop less, or not at all"
        case .noSpacing(let path):
            return "\(path): this file states no spacing in mm, and planes are to be resampled to one; leave input.spacing out"
        case .noLabel(let path):
            return "\(path): this image has no label, and one is needed here; add it to the data set"
        case .nothingReadable(let cases):
            return
                "none of \(cases.count) case\(cases.count == 1 ? "" : "s") can be read; the first: \(cases.first?.problem ?? "")"
        case .nothingLeft(let cases):
            return "no plane with foreground in \(cases) case\(cases == 1 ? "" : "s"); keep all planes, or check the label map"
        }
    }

    /// A map to confirm, never one that is taken silently.
    private static func proposal(_ census: [LabelCensus], _ path: String, classCount: Int) -> String {
        let counts = Dictionary(census.map { ($0.value, $0.count) }) { $1 }
        if let lossy = LossyLabels(counts, areCompressed: ImageFile.isLossy(URL(filePath: path))) {
            let ranges = lossy.ranges.map { "[\($0.map(\.description).joined(separator: ", "))]" }
            return "\(lossy.remark); give the classes ranges: values \(ranges.joined(separator: " and "))"
        }
        let found = census.map(\.value)
        if found.count == classCount {
            let map = found.enumerated().map { "\($1): \($0)" }.joined(separator: ", ")
            return "if the order is right, map {\(map)}"
        }
        return "the file holds \(listed(found)): give each a class, or ignore it"
    }

    private static func listed(_ values: [Int]) -> String {
        values.prefix(12).map(String.init).joined(separator: ", ") + (values.count > 12 ? ", …" : "")
    }
}
