import DurableFiles
import Foundation
import MedicalImages
import Sampling

extension CTPhantom {
    /// Writes the data set: `images/case_01.nii.gz` (HU, Int16), `labels/case_01.nii.gz` (0 and 1), …, `split.csv` and
    /// `README.txt`.
    ///
    /// - Parameters:
    ///   - folder: missing or empty.
    ///   - workers: volumes made at the same time; the bytes do not depend on it.
    /// - Throws: `PhantomFolderError` where the folder holds something; `FileError`.
    public func write(to folder: URL, workers: Int = 2) throws {
        let place = try PhantomFolder(making: folder)
        let digits = max(2, String(cases).count)
        let names = (1...cases).map { number in
            "case_" + String(repeating: "0", count: digits - String(number).count) + "\(number)"
        }
        let extent = Extent(width: width, height: height, depth: depth)
        _ = try concurrentMap(Array(names.enumerated()).map { ($0.offset, $0.element) }, workers: workers) { index, name in
            let volume = volume(index)
            let geometry = volume.geometry(extent)
            let image = place.images.appendingPathComponent("\(name).nii.gz")
            let label = place.labels.appendingPathComponent("\(name).nii.gz")
            try NIfTI.write(.int16(volume.hounsfield), extent: extent, geometry: geometry, to: image)
            try NIfTI.write(.uint8(volume.labels), extent: extent, geometry: geometry, to: label)
        }
        try place.finish(
            rows: names.enumerated().map { ("\($1).nii.gz", "patient_" + $1.dropFirst(5), PhantomFolder.split($0, of: cases)) },
            note: """
                Synthetic chest CT. Nothing here comes from a patient, and nothing here is fit for any clinical use.
                Made by MarginSeg: \(cases) volumes of \(width)x\(height)x\(depth), seed \(seed).
                images/ Hounsfield units, labels/ 0 background and 1 lesion, split.csv which patient trains, validates and tests.
                The outlines err by a pixel in places, on purpose.

                """)
    }
}

extension CTPhantom.Volume {
    /// The grid in the patient: columns run to the left, rows to the back or to the front, slices to the head; the origin in the
    /// middle.
    func geometry(_ extent: Extent) -> VoxelGeometry {
        let (x, y, z) = (-spacing.x, rowsRunForward ? spacing.y : -spacing.y, spacing.z)
        func origin(_ step: Double, _ count: Int) -> Double { -step * Double(count - 1) / 2 }
        return VoxelGeometry(
            affine: Affine(rowMajor: [
                x, 0, 0, origin(x, extent.width),
                0, y, 0, origin(y, extent.height),
                0, 0, z, origin(z, extent.depth),
                0, 0, 0, 1,
            ]), source: .sform(code: 1))
    }
}
