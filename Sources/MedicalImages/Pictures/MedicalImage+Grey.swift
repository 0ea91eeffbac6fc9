import Foundation

extension MedicalImage {
    /// Whether this is a picture of three channels that are equal: a grey one stored as RGB.
    public var isGreyInColour: Bool {
        guard case .picture = source, extent.channels == 3 else { return false }
        return samples.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            let size = bytes.count / 3
            return memcmp(start, start + size, size) == 0 && memcmp(start, start + 2 * size, size) == 0
        }
    }

    /// Leaves out two of three equal channels.
    ///
    /// - Precondition: `isGreyInColour`.
    public mutating func makeGrey() {
        precondition(isGreyInColour, "three equal channels")
        removeChannels(2, .greyInColour)
    }
}
