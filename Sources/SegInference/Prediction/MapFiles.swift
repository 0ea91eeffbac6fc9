import Foundation
import MedicalImages
import Sampling

/// Writes the maps of a case, class by class, on the exact grid of its image.
enum MapFiles {
    /// - Parameter source: what the image's format said.
    /// - Throws: `FileError` where a file cannot be written, or the disk fails.
    static func write(
        _ store: ProbabilityStore, _ legend: LabelLegend, of source: ImageSource, on grid: CaseGrid,
        to files: PredictionMaps.Files
    ) throws {
        let plain = grid.storedPlain
        if let url = files.probabilities {
            var extent = plain
            extent.channels = store.classCount
            if url.pathExtension == "npz" {
                let shape = [extent.channels, extent.depth, extent.height, extent.width]
                try NumPyArchive.write("probabilities", shape: shape, to: url) { append in
                    for k in 0..<store.classCount { try append(store.probabilities(of: k)) }
                }
            } else if url.pathExtension == "dcm", case .dicom(let series) = source {
                let classes = legend.segmentNumbers.enumerated().filter { $0.element > 0 }.map(\.offset)
                try series.writeProbabilities(segments: legend.segments, algorithm: LabelLegend.algorithm, to: url) { segment in
                    try store.probabilities(of: classes[segment - 1])
                }
            } else if let header = source.niftiHeader {
                try NIfTI.write(.float32, extent: extent, like: header, to: url) { append in
                    for k in 0..<store.classCount { try store.probabilities(of: k).withUnsafeBytes(append) }
                }
            }
        }
        if let url = files.entropy {
            let values = try store.entropy()
            switch source {
            case .nifti, .dicom, .segmentation:
                if let header = source.niftiHeader { try NIfTI.write(.float32(values), extent: plain, like: header, to: url) }
            case .picture:
                // 0 to 1 in the whole range of 16 bits.
                try PNG.write(
                    gray16: values.map { UInt16(($0 * 65535).rounded()) }, width: plain.width, height: plain.height, to: url)
            }
        }
    }
}

extension ImageSource {
    /// Of volumes on the same grid; nil for pictures.
    fileprivate var niftiHeader: NIfTIHeader? {
        switch self {
        case .nifti(let header): header
        case .dicom(let series): series.niftiHeader
        case .picture, .segmentation: nil
        }
    }
}
