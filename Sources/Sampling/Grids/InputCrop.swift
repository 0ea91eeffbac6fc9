import DataSets
import MedicalImages

/// What is left of every image before anything else is done to it.
public enum InputCrop: Sendable, Hashable {
    /// The same rectangle of every plane.
    case box(PixelBox)
    /// Of each case the smallest box that holds every voxel whose intensity is not 0 in some channel. Scanners and skull
    /// stripping leave such zeros; predictions have the background there. An image of zeros alone stays whole.
    ///
    /// Source: nnU-Net, `crop_to_nonzero`.
    case nonzero
}

/// Written as `[x, y, width, height]`, or `nonzero`.
extension InputCrop: Codable {
    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            guard word == "nonzero" else { throw decoder.mismatch(Self.expected) }
            self = .nonzero
            return
        }
        guard let box = try? PixelBox(from: decoder) else { throw decoder.mismatch(Self.expected) }
        self = .box(box)
    }

    private static let expected = "expected [x, y, width, height] in pixels, or nonzero"

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .box(let box): try box.encode(to: encoder)
        case .nonzero:
            var container = encoder.singleValueContainer()
            try container.encode("nonzero")
        }
    }
}
