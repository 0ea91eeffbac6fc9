import DataSets
import Foundation
import MedicalImages

/// The classes of a label file, on the file's own grid.
public struct LabelVolume: Sendable {
    /// The file.
    public let path: String
    /// The size of the grid, one channel.
    public let extent: Extent
    /// Where the voxels lie; nil where the file does not say so.
    public let geometry: VoxelGeometry?
    /// Classes and `LabelMap.ignored`, `[depth, height, width]`.
    public let classes: [UInt8]
    /// What reading the file decided.
    public let notes: [ImageNote]

    /// - Throws: `ImageFileError`, `FileError` for a file that cannot be read as labels; `CaseError` for values of no class.
    public init(contentsOf url: URL, map: LabelMap) throws {
        try self.init(contentsOf: url, map: map, on: nil)
    }

    /// The same in the order of an image's grid.
    package init(contentsOf url: URL, map: LabelMap, on grid: ImageGrid?) throws {
        let reading = try LabelReading(LabelSource(file: url), on: grid)
        path = url.path
        extent = reading.extent
        geometry = reading.geometry
        classes = try reading.classes(map, path: url.path)
        notes = reading.notes
    }

    /// Two label files in the order of one grid: that of the second, or of the first where the second alone is a segmentation
    /// object, which has no grid but that of what it was drawn on; of two such objects the grid that they span together.
    package static func pair(_ first: URL, _ second: URL, map: LabelMap, grid: LabelGrid) throws -> (LabelVolume, LabelVolume) {
        if let both = try ImageFile.grid(ofSegments: first, second) {
            return (
                try LabelVolume(contentsOf: first, map: map, on: both), try LabelVolume(contentsOf: second, map: map, on: both)
            )
        }
        func read(_ url: URL, on other: LabelVolume?) throws -> LabelVolume {
            try LabelVolume(contentsOf: url, map: map, on: other.map { grid.of($0.extent, $0.geometry, path: $0.path) })
        }
        if ImageFile.holdsSegments(second), !ImageFile.holdsSegments(first) {
            let one = try read(first, on: nil)
            return (one, try read(second, on: one))
        }
        let two = try read(second, on: nil)
        return (try read(first, on: two), two)
    }

    /// The values that a label file holds, with the voxels of each.
    ///
    /// - Throws: `ImageFileError`, `FileError` for a file that cannot be read as labels; `CaseError` for channels that differ.
    public static func valueCounts(of url: URL) throws -> [Int: Int] {
        try LabelReading(LabelSource(file: url)).counts
    }

    /// Whether the voxels of two files lie on the same places; a file that states no geometry has only its size compared.
    ///
    /// - Parameter grid: `fromImage` compares the sizes alone, for headers that are known to be wrong.
    /// - Throws: `LabelGridMismatch`.
    public func requireSameGrid(as other: LabelVolume, grid: LabelGrid = .own) throws {
        guard extent == other.extent else {
            throw LabelGridMismatch(
                path: path, other: other.path, found: "\(extent.sizeText) voxels", expected: other.extent.sizeText)
        }
        guard grid == .own, let geometry, let theirs = other.geometry else { return }
        let grids = GridComparison(geometry, with: theirs, extent: extent)
        guard grids.areEqual else {
            throw LabelGridMismatch(
                path: path, other: other.path, found: "a grid that lies up to \(grids.words.distance) off",
                expected: "\(grids.words.allowed) at most", mayBeWrongHeader: true)
        }
    }
}

/// Two label files whose voxels cannot be compared one by one.
public struct LabelGridMismatch: Error, CustomStringConvertible, Equatable, Sendable {
    public let path: String
    public let other: String
    public let found: String
    public let expected: String
    /// Whether the sizes agree, so that only a header may be wrong.
    public var mayBeWrongHeader = false

    public var description: String {
        "\(path): \(found), expected \(expected) as \(other); resample one onto the other's grid"
            + (mayBeWrongHeader ? ", or, where one's header is wrong, compare voxel by voxel: --label-grid fromImage" : "")
    }
}
