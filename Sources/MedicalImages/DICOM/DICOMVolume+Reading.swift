import Foundation

extension DICOMVolume {
    /// What the headers say of the volume.
    var info: ImageInfo {
        ImageInfo(format: "DICOM", extent: extent, voxelType: voxelType, scaling: scaling, geometry: geometry, notes: notes)
    }

    /// The one line from stored samples to real values; that of planes which differ is in their samples.
    private var scaling: IntensityScaling { isUniform ? planes[0].scaling : .identity }
    private var isUniform: Bool { planes.allSatisfy { $0.scaling == planes[0].scaling } }

    private var storedType: VoxelType {
        let storage = planes[0].storage
        return switch storage.bitsAllocated {
        case 8: storage.isSigned ? .int8 : .uint8
        case 16: storage.isSigned ? .int16 : .uint16
        default: storage.isSigned ? .int32 : .uint32
        }
    }

    private var voxelType: VoxelType { isUniform ? storedType : .float32 }

    /// The image, with planes of all files decoded side by side.
    ///
    /// - Throws: `ImageFileError` where pixels are damaged or not as the header states; `FileError`.
    func image(path: String) throws -> MedicalImage {
        let (extent, stored) = (extent, storedType)
        let samples = try Samples.filled(voxelType, count: extent.sampleCount, for: planes[0].file) { bytes in
            let target = SharedBytes(bytes)
            let size = bytes.count / planes.count
            let byFile = Dictionary(grouping: planes.indices) { planes[$0].file }.values.map(\.self)
            _ = try concurrentMap(byFile, workers: ProcessInfo.processInfo.activeProcessorCount) { places in
                try Self.read(places.map { (planes[$0], target.part($0 * size, size)) }, as: stored, isUniform: isUniform)
            }
        }
        return MedicalImage(
            path: path, extent: extent, samples: samples, scaling: scaling, geometry: geometry, source: .dicom(DICOMSource(self)),
            notes: notes)
    }

    /// Decodes planes of one file into their places.
    private static func read(
        _ planes: [(plane: DICOMPlane, target: UnsafeMutableRawBufferPointer)], as type: VoxelType, isUniform: Bool
    ) throws {
        let first = planes[0].plane
        let pixels = try DICOMPixels(first.file, as: first.storage)
        for (plane, target) in planes {
            if isUniform {
                try pixels.read(frame: plane.frame, into: target)
                plane.storage.repair(target)
                continue
            }
            let stored = try Samples.filled(type, count: target.count / MemoryLayout<Float>.size, for: plane.file) {
                try pixels.read(frame: plane.frame, into: $0)
                plane.storage.repair($0)
            }
            let values = stored.floats(plane.scaling)
            values.withUnsafeBytes { target.copyMemory(from: $0) }
        }
    }
}

/// A buffer whose parts are filled by several threads, each its own.
private struct SharedBytes: @unchecked Sendable {
    private let bytes: UnsafeMutableRawBufferPointer

    init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    func part(_ start: Int, _ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + count])
    }
}
