import DurableFiles
import Foundation
import MedicalImages

@testable import SegData

/// A folder that is removed with the value that made it.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("SegDataTests-\(UUID().uuidString)")
        try FileSystem.makeFolder(url)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func callAsFunction(_ path: String) -> URL {
        url.appendingPathComponent(path)
    }

    /// Text at a path, with the folders above it.
    func write(_ text: String, to path: String) throws {
        try FileSystem.makeFolder(self(path).deletingLastPathComponent())
        try DurableFile.write(text, to: self(path))
    }

    /// A grey picture, with the folders above it.
    func write(gray: [UInt8], width: Int, to path: String) throws {
        try FileSystem.makeFolder(self(path).deletingLastPathComponent())
        try PNG.write(gray: gray, width: width, height: gray.count / width, to: self(path))
    }

    /// A volume with a geometry, with the folders above it.
    func write(
        _ samples: Samples, _ extent: Extent, geometry: VoxelGeometry = VoxelGeometry(spacing: [1, 1, 1]), to path: String
    ) throws {
        try FileSystem.makeFolder(self(path).deletingLastPathComponent())
        try NIfTI.write(samples, extent: extent, geometry: geometry, to: self(path))
    }

    /// What an error says, with this folder's path as `DIR`.
    func message(of body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)".replacingOccurrences(of: url.path, with: "DIR")
        }
    }
}

/// What an error says.
func message(of body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}

/// FNV-1a over 64 bits, to compare contents.
func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

func hash(_ volume: CTPhantom.Volume) -> UInt64 {
    hash(volume.hounsfield.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] } + volume.labels)
}

func hash(_ frames: [SurgicalPhantom.Frame]) -> UInt64 {
    hash(frames.flatMap { $0.colours + $0.labels })
}

/// Samples in memory: sample i is filled with i and named `case_i`.
struct NumberedSource: SampleSource {
    var count: Int
    var channels = 1
    var size = GridSize(height: 2, width: 3)
    /// The sample that cannot be made.
    var broken: Int?

    struct Broken: Error, Equatable { var index: Int }

    func sample(at index: Int) throws -> Sample {
        if index == broken { throw Broken(index: index) }
        return Sample(
            id: SampleID(caseID: "case_\(index)", plane: 0),
            image: [Float](repeating: Float(index), count: channels * size.count),
            labels: [UInt8](repeating: UInt8(index % 256), count: size.count), channels: channels, size: size, sourceSize: size)
    }
}

/// The data set in a folder, as its layout has it.
func dataSet(at folder: URL, classNames: [String], _ settings: LayoutSettings = LayoutSettings()) throws -> DataSet {
    let (listing, layout) = try DataSetFolder(folder).open(settings)
    return try SplitRule.own.dataSet(of: listing, layout: layout, classNames: classNames, root: folder, seed: 0)
}
