/// How a stored picture is turned so that its top is up: the eight values of the tag Orientation in EXIF and TIFF.
///
/// Pictures are read as viewers show them, because that is what labels were drawn on.
enum PictureOrientation: Int {
    case upright = 1
    case mirrored, halfTurn, flipped, transposed, quarterTurn, transversed, threeQuarterTurn

    /// Whether width and height change places.
    fileprivate var isTransposing: Bool { rawValue >= 5 }

    /// What to say of a picture that was turned.
    var note: ImageNote? {
        guard self != .upright else { return nil }
        return ImageNote(
            .orientationApplied, "it is turned upright by its orientation tag (\(rawValue)), as viewers show it")
    }

    /// The stored place of an upright pixel. Source: TIFF 6.0, "Orientation".
    fileprivate func source(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> (x: Int, y: Int) {
        switch self {
        case .upright: (x, y)
        case .mirrored: (width - 1 - x, y)
        case .halfTurn: (width - 1 - x, height - 1 - y)
        case .flipped: (x, height - 1 - y)
        case .transposed: (y, x)
        case .quarterTurn: (y, height - 1 - x)
        case .transversed: (width - 1 - y, height - 1 - x)
        case .threeQuarterTurn: (width - 1 - y, x)
        }
    }
}

extension Samples {
    /// The samples of an upright picture: any number of planes one after another, stored as `height × width` each.
    consuming func turned(_ orientation: PictureOrientation, width: Int, height: Int) -> Samples {
        orientation == .upright ? self : rearranged(by: Turning(orientation: orientation, width: width, height: height))
    }
}

extension Extent {
    /// The size of the upright picture.
    func turned(_ orientation: PictureOrientation) -> Extent {
        guard orientation.isTransposing else { return self }
        return Extent(width: height, height: width, depth: depth, channels: channels)
    }
}

private struct Turning: SampleRearrangement {
    let orientation: PictureOrientation
    let width, height: Int

    func callAsFunction<T>(_ planes: [T]) -> [T] {
        let (rows, columns) = orientation.isTransposing ? (width, height) : (height, width)
        return [T](unsafeUninitializedCapacity: planes.count) { result, count in
            planes.withUnsafeBufferPointer { planes in
                var next = 0
                for start in stride(from: 0, to: planes.count, by: width * height) {
                    for row in 0..<rows {
                        for column in 0..<columns {
                            let (x, y) = orientation.source(column, row, width, height)
                            result.initializeElement(at: next, to: planes[start + y * width + x])
                            next += 1
                        }
                    }
                }
            }
            count = planes.count
        }
    }
}
