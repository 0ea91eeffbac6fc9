import Foundation
import MedicalImages

/// What one image or volume file holds.
public struct ImageCensus: Encodable, Sendable {
    public let file: String
    /// What the file says of its samples and of where they lie, with the notes that a user should see.
    public let info: ImageInfo
    /// Of the scaled values.
    public let statistics: IntensityStatistics

    /// Reads the whole file.
    ///
    /// - Throws: `ImageFileError` for a file that cannot be used; `FileError`.
    public init(of url: URL) throws {
        let image = try ImageFile.read(url)
        file = url.path
        info = try ImageFile.readInfo(url)
        statistics = image.statistics()
    }

    enum CodingKeys: String, CodingKey {
        case file, format, shape, channels, slope, intercept, spacing, affine, orientation, minimum, maximum, mean, infinite,
            notes
        case type = "dtype"
        case geometrySource = "geometry_source"
        case notNumbers = "nan"
    }

    /// Flat, for scripts: every key is always there, and null stands for what the file does not say.
    ///
    /// `shape` is `[x, y, z]` and `affine` the four rows of the map from voxel indices to RAS+ millimetres; `minimum`, `maximum`
    /// and `mean` are those of the finite scaled values, and `nan` and `infinite` count the others.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(file, forKey: .file)
        try values.encode(info.format, forKey: .format)
        try values.encode([info.extent.width, info.extent.height, info.extent.depth], forKey: .shape)
        try values.encode(info.extent.channels, forKey: .channels)
        try values.encode(info.voxelType.rawValue, forKey: .type)
        try values.encode(info.scaling.slope, forKey: .slope)
        try values.encode(info.scaling.intercept, forKey: .intercept)
        try values.encode(info.geometry?.spacing, forKey: .spacing)
        try values.encode(
            info.geometry.map { geometry in (0..<4).map { row in (0..<4).map { geometry.affine[row, $0] } } }, forKey: .affine)
        try values.encode(info.geometry?.orientation, forKey: .orientation)
        try values.encode(info.geometry?.source.word, forKey: .geometrySource)
        try values.encode(statistics.minimum, forKey: .minimum)
        try values.encode(statistics.maximum, forKey: .maximum)
        try values.encode(statistics.mean, forKey: .mean)
        try values.encode(statistics.notNumbers, forKey: .notNumbers)
        try values.encode(statistics.infinite, forKey: .infinite)
        try values.encode(info.notes, forKey: .notes)
    }
}

extension VoxelGeometry.Source {
    /// The part of the header that gave the geometry, in one word.
    fileprivate var word: String {
        switch self {
        case .sform: "sform"
        case .qform: "qform"
        case .pixdim: "pixdim"
        case .positions: "positions"
        }
    }
}
