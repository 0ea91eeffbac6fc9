import MedicalImages

/// A rectangle of pixels, the same in every plane across z: what is left of an image that is cropped.
///
/// EndoVis 2017 has its camera's picture of 1280×1024 at x 320, y 28 of black frames of 1920×1080.
public struct PixelBox: Sendable, Hashable {
    public let x: Int
    public let y: Int
    public let width: Int
    public let height: Int

    /// - Precondition: the corner is not negative and the sides are at least 1.
    public init(x: Int, y: Int, width: Int, height: Int) {
        precondition(x >= 0 && y >= 0 && width > 0 && height > 0, "a box of pixels has sides, and no negative corner")
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// What is left of a volume.
    ///
    /// - Throws: `CaseError.crop` where the box reaches out of the image.
    func box(in whole: Extent, path: String) throws -> GridBox {
        guard x <= whole.width - width, y <= whole.height - height else {
            throw CaseError.crop(path: path, box: self, extent: whole)
        }
        return GridBox(GridSize([whole.depth, height, width]), top: y, left: x)
    }
}

/// Written as `[x, y, width, height]`.
extension PixelBox: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let numbers = try? container.decode([Int].self), numbers.count == 4, numbers[0] >= 0, numbers[1] >= 0,
            numbers[2] > 0, numbers[3] > 0
        else {
            throw decoder.mismatch("expected [x, y, width, height] in pixels")
        }
        self.init(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode([x, y, width, height])
    }
}
