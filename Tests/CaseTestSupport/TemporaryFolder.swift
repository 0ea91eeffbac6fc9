import DataSets
import DurableFiles
import Foundation
import MedicalImages

/// A folder that is removed with the value that made it.
package final class TemporaryFolder {
    package let url: URL

    package init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("marginseg-tests-\(UUID().uuidString)")
        try FileSystem.makeFolder(url)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    package func callAsFunction(_ path: String) -> URL {
        url.appendingPathComponent(path)
    }

    /// Text at a path, with the folders above it.
    package func write(_ text: String, to path: String) throws {
        try FileSystem.makeFolder(self(path).deletingLastPathComponent())
        try DurableFile.write(text, to: self(path))
    }

    /// A grey picture, with the folders above it.
    package func write(gray: [UInt8], width: Int, to path: String) throws {
        try FileSystem.makeFolder(self(path).deletingLastPathComponent())
        try PNG.write(gray: gray, width: width, height: gray.count / width, to: self(path))
    }

    /// A volume with a geometry, with the folders above it.
    package func write(
        _ samples: Samples, _ extent: Extent, geometry: VoxelGeometry = VoxelGeometry(spacing: [1, 1, 1]), to path: String
    ) throws {
        try FileSystem.makeFolder(self(path).deletingLastPathComponent())
        try NIfTI.write(samples, extent: extent, geometry: geometry, to: self(path))
    }

    /// What an error says, with this folder's path as `DIR`.
    package func message(of body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)".replacingOccurrences(of: url.path, with: "DIR")
        }
    }
}

/// The data set in a folder, as its layout has it.
package func dataSet(at folder: URL, classNames: [String], _ settings: LayoutSettings = LayoutSettings()) throws -> DataSet {
    let (listing, layout) = try DataSetFolder(folder).open(settings)
    return try SplitRule.own.dataSet(of: listing, layout: layout, classNames: classNames, root: folder, seed: 0)
}

/// What an error says.
package func message(of body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}
