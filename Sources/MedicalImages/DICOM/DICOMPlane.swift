import Foundation

/// One plane of pixels in a DICOM file: how it is stored, and where it lies.
struct DICOMPlane: Sendable {
    /// How pixels are stored.
    struct Storage: Sendable, Hashable {
        var rows, columns: Int
        var samplesPerPixel: Int
        var bitsAllocated, bitsStored, highBit: Int
        var isSigned: Bool
        /// As the standard's defined terms, such as `MONOCHROME2`.
        var photometric: String

        /// Grey that counts from white.
        var isInverted: Bool { photometric == "MONOCHROME1" }
        var isGrey: Bool { samplesPerPixel == 1 && photometric.hasPrefix("MONOCHROME") }
    }

    let file: URL
    /// Within the file, from 0.
    let frame: Int
    let storage: Storage
    let scaling: IntensityScaling
    /// Whether slope and intercept are stated.
    let statesScaling: [Bool]
    /// Of the first pixel's middle, LPS mm.
    let position: [Double]?
    /// The directions along a row and along a column, LPS.
    let orientation: [Double]?
    /// Between columns and between rows, mm.
    let spacing: [Double]?
    /// Between planes, where nothing else tells it.
    let thickness: Double?
    let sopClass: String
    let sopInstance: String
    let frameOfReference: String?
    /// Whether it shows where other planes lie.
    let isLocalizer: Bool
    /// What tells volumes of one place apart, the clearest first: time, echo, diffusion, acquisition.
    let moments: [String]

    /// The direction in which planes follow each other: row × column, of length 1; nil where these are not at right angles.
    var normal: [Double]? {
        guard let orientation else { return nil }
        let (row, column) = (orientation[0..<3].map(\.self), orientation[3..<6].map(\.self))
        let normal = [
            row[1] * column[2] - row[2] * column[1], row[2] * column[0] - row[0] * column[2],
            row[0] * column[1] - row[1] * column[0],
        ]
        func length(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        // At right angles, of length 1: numbers in headers are rounded.
        let areUnits = [row, column, normal].allSatisfy { abs(length($0) - 1) < 0.01 }
        return areUnits ? normal.map { $0 / length(normal) } : nil
    }

    /// How far along the normal it lies, mm.
    var height: Double? {
        guard let position, let normal else { return nil }
        return zip(position, normal).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Whether it can be of one volume with another by all but its position.
    func isLike(_ other: DICOMPlane) -> Bool {
        storage == other.storage && isLocalizer == other.isLocalizer && sopClass == other.sopClass && liesAs(other)
    }

    /// Whether size, direction and spacing are another's: numbers in headers are rounded to a few digits.
    func liesAs(_ other: DICOMPlane) -> Bool {
        func isClose(_ one: [Double]?, _ two: [Double]?, _ tolerance: Double) -> Bool {
            guard let one, let two else { return (one == nil) == (two == nil) }
            return zip(one, two).allSatisfy { abs($0 - $1) <= tolerance }
        }
        return storage.rows == other.storage.rows && storage.columns == other.storage.columns
            && isClose(orientation, other.orientation, 1e-3) && isClose(spacing, other.spacing, 1e-3)
            && frameOfReference == other.frameOfReference
    }
}
