/// How a stored picture is turned so that its top is up: the eight values of the tag Orientation in EXIF and TIFF.
///
/// Pictures are read as viewers show them, because that is what labels were drawn on.
enum PictureOrientation: Int {
    case upright = 1
    case mirrored, halfTurn, flipped, transposed, quarterTurn, transversed, threeQuarterTurn

    /// Whether width and height change places.
    var isTransposing: Bool { rawValue >= 5 }

    /// - Parameter planes: any number of stored planes, one after another.
    /// - Returns: the planes upright; as many samples, `height × width` each where the orientation transposes.
    func apply<T>(to planes: [T], width: Int, height: Int) -> [T] {
        guard self != .upright else { return planes }
        let (rows, columns) = isTransposing ? (width, height) : (height, width)
        return [T](unsafeUninitializedCapacity: planes.count) { result, count in
            planes.withUnsafeBufferPointer { planes in
                var next = 0
                for start in stride(from: 0, to: planes.count, by: width * height) {
                    for row in 0..<rows {
                        for column in 0..<columns {
                            let (x, y) = source(column, row, width, height)
                            result.initializeElement(at: next, to: planes[start + y * width + x])
                            next += 1
                        }
                    }
                }
            }
            count = planes.count
        }
    }

    /// The stored place of an upright pixel. Source: TIFF 6.0, "Orientation".
    private func source(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> (x: Int, y: Int) {
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
