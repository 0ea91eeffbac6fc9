import Foundation
import MedicalImages
import Sampling

/// How the files should become what the network sees.
extension DataSurvey {
    /// Across the axis with the coarsest spacing, along which neighbouring planes tell least of each other.
    var plane: Choice<AnatomicalPlane> {
        guard cases.contains(where: { $0.extent.depth > 1 }) else { return Choice(.axial, "single images are one plane each") }
        let spacings = cases.compactMap(\.spacing)
        guard !spacings.isEmpty else { return Choice(.axial, "no spacing is stated: across z, the axis that scanners go along") }
        let median = (0..<3).map { axis in Self.median(spacings.map { $0[axis] }) }
        let words =
            "median spacing "
            + zip(["left to right", "back to front", "feet to head"], median)
            .map { "\($0): \(String(format: "%.3g", $1))" }.joined(separator: ", ") + " mm"
        // Axial unless another axis is coarser by more than the rounding in headers and the obliqueness of slices, and its planes
        // are wide enough to show something.
        let others = [(AnatomicalPlane.sagittal, median[0]), (.coronal, median[1])].filter { plane, spacing in
            spacing > median[2] * 1.2
                && cases.allSatisfy {
                    let size = plane.extent(fromAxial: $0.extent).plane
                    return min(size.height, size.width) >= Self.smallestSide
                }
        }
        guard let coarsest = others.max(by: { $0.1 < $1.1 }) else { return Choice(.axial, words) }
        return Choice(coarsest.0, words + "; volumes are cut across the coarsest")
    }

    /// Windows of the planes' own pixels that hold all of them while they are small, the size of the paper's order beyond.
    func fit(_ plane: AnatomicalPlane) -> Choice<GridFit> {
        let sizes = cases.map { plane.extent(fromAxial: $0.extent).plane }
        let (low, high) = (Self.bounds(sizes, min), Self.bounds(sizes, max))
        let words = "planes are " + (low == high ? Self.words(low) : "\(Self.words(low)) to \(Self.words(high))")
        if max(high.height, high.width) <= Self.largestSide {
            let frame = GridSize(height: Self.roundedUp(high.height), width: Self.roundedUp(high.width))
            return Choice(
                .crop(to: frame, foreground: 0.33),
                words
                    + "; windows of multiples of 16 hold each of them whole, so that no pixel is interpolated; a larger plane of a new "
                    + "scan is predicted whole")
        }
        let height = Self.median(sizes.map { Double($0.height) }), width = Self.median(sizes.map { Double($0.width) })
        let scale = Double(Self.largestSide) / max(height, width)
        func side(_ length: Double) -> Int { max(16, Int((length * scale / 16).rounded()) * 16) }
        let size = GridSize(height: side(height), width: side(width))
        return Choice(
            .resize(to: size, by: .bicubic),
            words
                + "; resized to save time, planes of new scans as well, whatever their size: larger sees finer detail and costs in "
                + "proportion to its pixels")
    }

    /// By what the numbers look like; nothing is read from names or headers' free text.
    var normalization: Choice<IntensityNormalization> {
        let range = range
        let words = String(format: "intensities are %g to %g", range.lowerBound, range.upperBound)
        if cases.allSatisfy(\.isEightBit) {
            return channels == 3
                ? Choice(.imageNet, "8-bit colour: mean and deviation of ImageNet, as for the paper's instruments")
                : Choice(.range(low: 0, high: 255), "\(words), stored as bytes: a fixed scale")
        }
        if range.lowerBound >= 0, range.upperBound <= 1 {
            return Choice(.window(low: 0, high: 1), "\(words): scaled already; x − ½, as the paper's CT")
        }
        let deep = cases.count { $0.range.lowerBound <= -500 && $0.range.upperBound >= 100 }
        if channels == 1, deep * 2 > cases.count {
            let sample = cases.flatMap { $0.foreground.first ?? [] }.sorted()
            guard sample.count >= 100 else {
                return Choice(
                    .window(low: -1000, high: 1000),
                    "\(words), which looks like CT in Hounsfield units; narrow the window to your tissue")
            }
            let low = 50 * (Self.percentile(sample, 0.5) / 50).rounded(.down)
            // Adding 0 takes the sign off a zero.
            let high = 50 * (Self.percentile(sample, 99.5) / 50).rounded(.up) + 0
            return Choice(
                .window(low: low, high: max(high, low + 50)),
                "\(words), which looks like CT in Hounsfield units; the window holds 99 % of the labelled voxels (the paper's for lungs: [-1400, 100])"
            )
        }
        return Choice(.zScore, "\(words), a scale that differs from scan to scan, as in MR: mean 0 and deviation 1 in each image")
    }

    private static let smallestSide = 32
    /// Up to it a plane keeps its own pixels.
    private static let largestSide = 384

    private static func roundedUp(_ length: Int) -> Int { max(16, (length + 15) / 16 * 16) }

    private static func words(_ size: GridSize) -> String { "\(size.height)×\(size.width)" }

    private static func bounds(_ sizes: [GridSize], _ pick: (Int, Int) -> Int) -> GridSize {
        sizes.dropFirst().reduce(sizes[0]) {
            GridSize(height: pick($0.height, $1.height), width: pick($0.width, $1.width))
        }
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func percentile(_ sorted: [Float], _ percent: Double) -> Float {
        sorted[Int((Double(sorted.count - 1) * percent / 100).rounded())]
    }
}
