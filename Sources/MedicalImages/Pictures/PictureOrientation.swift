/// How a stored picture is turned so that its top is up: the eight values of the tag Orientation in EXIF and TIFF.
///
/// Pictures are read as viewers show them, because that is what labels were drawn on.
enum PictureOrientation: Int {
    case upright = 1
    case mirrored, halfTurn, flipped, transposed, quarterTurn, transversed, threeQuarterTurn

    /// What to say of a picture that was turned.
    var note: ImageNote? {
        guard self != .upright else { return nil }
        return ImageNote(
            .orientationApplied, "it is turned upright by its orientation tag (\(rawValue)), as viewers show it")
    }

    /// From the stored axes to those of the upright picture. Source: TIFF 6.0, "Orientation".
    var order: AxisOrder {
        let isTransposing = rawValue >= 5
        let (x, y) = [(false, false), (true, false), (true, true), (false, true)][(rawValue - 1) % 4]
        return AxisOrder([
            .init(stored: isTransposing ? 1 : 0, isReversed: x), .init(stored: isTransposing ? 0 : 1, isReversed: y),
            .init(stored: 2, isReversed: false),
        ])
    }
}

extension Samples {
    /// The samples of an upright picture.
    ///
    /// - Parameter extent: as stored.
    consuming func turned(_ orientation: PictureOrientation, of extent: Extent) -> Samples {
        orientation == .upright ? self : rearranged(by: Turning(order: orientation.order, extent: extent))
    }
}

private struct Turning: SampleRearrangement {
    let order: AxisOrder
    let extent: Extent

    func callAsFunction<T>(_ values: consuming [T]) -> [T] { order.apply(to: values, of: extent) }
}
