import Foundation
import MedicalImages
import Sampling

/// The sizes and spacings of a data set along the axes that a network sees: planes, rows and columns.
struct PlanGeometry: Sendable {
    let plane: Choice<AnatomicalPlane>
    /// Nil where a file states no spacing: then sizes are the files' own.
    let target: TargetSpacing?
    /// Median size of the cases, cropped and resampled.
    let medianShape: [Double]
    /// About all voxels of the data set so.
    let voxels: Double
    /// What its user should look at.
    let warnings: [String]

    init(_ fingerprint: Fingerprint, plane: Choice<AnatomicalPlane>) {
        self.plane = plane
        let sizes = fingerprint.cases.map { Self.ordered($0.croppedSize, plane.value) }
        let spacings = fingerprint.cases.compactMap(\.spacing).map { Self.ordered($0, plane.value) }
        let target = spacings.count == sizes.count ? TargetSpacing(spacings: spacings, sizes: sizes) : nil
        let shapes = target.map { target in zip(sizes, spacings).map { target.size(of: $0, at: $1) } } ?? sizes
        medianShape = (0..<3).map { axis in shapes.map { Double($0[axis]) }.percentile(50) }
        voxels = medianShape.reduce(1, *) * Double(sizes.count)
        self.target = target
        warnings = target == nil ? [] : Self.warnings(fingerprint, spacings, shapes)
    }

    /// Along planes, rows and columns in mm; equal lengths where none is stated.
    var spacing: [Double] { target?.lengths ?? [1, 1, 1] }

    /// Lengths along axial planes, rows and columns as those of other planes.
    static func ordered<Value>(_ axial: [Value], _ plane: AnatomicalPlane) -> [Value] {
        // Which axis is which, told by sizes that differ.
        plane.extent(fromAxial: Extent(width: 3, height: 2, depth: 1)).volume.lengths.map { axial[$0 - 1] }
    }

    private static func warnings(_ fingerprint: Fingerprint, _ spacings: [[Double]], _ shapes: [[Int]]) -> [String] {
        var warnings: [String] = []
        for (axis, word) in ["planes", "rows", "columns"].enumerated() {
            let order = spacings.indices.sorted { spacings[$0][axis] < spacings[$1][axis] }
            guard let low = order.first, let high = order.last, spacings[high][axis] > widest * spacings[low][axis] else {
                continue
            }
            warnings.append(
                String(
                    format:
                        "%@ lie from %.3g mm (%@) to %.3g mm (%@) apart, more than %.0f-fold: is a header wrong, or in another unit?",
                    word, spacings[low][axis], fingerprint.cases[low].id, spacings[high][axis], fingerprint.cases[high].id, widest
                ))
        }
        let medianVoxels = shapes.map { Double($0.reduce(1, *)) }.percentile(50)
        for (item, shape) in zip(fingerprint.cases, shapes) where Double(shape.reduce(1, *)) > 50 * medianVoxels {
            warnings.append(
                "\(item.id) becomes \(PlanComment.sizes(shape)) voxels at the spacing of the plan, more than 50 times the median; "
                    + "look at its header, or leave it out")
        }
        return warnings
    }

    /// Scanners differ less.
    private static let widest = 20.0
}
