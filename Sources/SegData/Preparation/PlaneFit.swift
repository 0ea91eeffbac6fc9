import MedicalImages

/// How planes of any size become planes of the size that a network sees, and predictions go back.
public enum PlaneFit: Sendable, Hashable {
    /// Images are interpolated, labels take the nearest pixel.
    case resize(to: PlaneSize, by: Interpolation)
    /// Planes keep their pixels, in the middle of a frame of their own least value; the frame's labels are ignored.
    case pad(to: PlaneSize)
    /// Planes keep their pixels. Training sees random windows of this size, of which the share `foreground` has its middle near
    /// a pixel of a class other than 0; predictions see whole planes. Smaller planes are framed as by `pad`.
    case crop(to: PlaneSize, foreground: Double)

    /// How images are resized.
    public enum Interpolation: String, Sendable, Codable, CaseIterable {
        case bilinear, bicubic
    }

    /// The size that training sees.
    public var size: PlaneSize {
        switch self {
        case .resize(let size, _), .pad(let size), .crop(let size, _): size
        }
    }

    /// The size that a whole plane has before the network: larger than `size` where training sees windows of it.
    public func inputSize(of source: PlaneSize) -> PlaneSize {
        guard case .crop(let size, _) = self else { return size }
        return PlaneSize(height: max(size.height, source.height), width: max(size.width, source.width))
    }

    /// - Throws: `SettingError` for a share that is none.
    public func validate() throws {
        guard case .crop(_, let foreground) = self else { return }
        try SettingError.require((0...1).contains(foreground), "crop foreground", found: "\(foreground)", expected: "0 to 1")
    }

    /// - Parameter path: the file, for the message.
    /// - Throws: `CaseError.planeTooLarge` where planes of this size would have to be cut.
    public func check(_ source: PlaneSize, path: String) throws {
        guard case .pad(let room) = self else { return }
        guard source.height <= room.height, source.width <= room.width else {
            throw CaseError.planeTooLarge(path: path, plane: source, room: room)
        }
    }

    /// An image plane in the network's size.
    ///
    /// - Parameter plane: `[source.height, source.width]`.
    /// - Precondition: `check` passed for this size.
    public func apply(to plane: [Float], of source: PlaneSize) -> [Float] {
        precondition(plane.count == source.count, "a plane of \(source)")
        switch self {
        case .resize(let size, let interpolation):
            guard size != source else { return plane }
            return PlaneResampling.resize(
                plane, width: source.width, height: source.height, toWidth: size.width, toHeight: size.height,
                filter: interpolation.filter)
        case .pad, .crop:
            return Self.padded(plane, from: source, to: inputSize(of: source), with: plane.min() ?? 0)
        }
    }

    /// A label plane in the network's size.
    ///
    /// - Parameter labels: `[source.height, source.width]`.
    /// - Precondition: `check` passed for this size.
    public func apply(toLabels labels: [UInt8], of source: PlaneSize) -> [UInt8] {
        precondition(labels.count == source.count, "a plane of \(source)")
        switch self {
        case .resize(let size, _):
            guard size != source else { return labels }
            return PlaneResampling.resizeNearest(
                labels, width: source.width, height: source.height, toWidth: size.width, toHeight: size.height)
        case .pad, .crop:
            return Self.padded(labels, from: source, to: inputSize(of: source), with: LabelMap.ignored)
        }
    }

    /// A plane of logits or probabilities, back in the size of its source: bilinear, or the frame cut off.
    ///
    /// - Parameter plane: of `inputSize`.
    public func restore(_ plane: [Float], to source: PlaneSize) -> [Float] {
        precondition(plane.count == inputSize(of: source).count, "a plane of \(size)")
        switch self {
        case .resize(let size, _):
            guard size != source else { return plane }
            // Bicubic overshoot could turn a class over that bilinear interpolation keeps.
            return PlaneResampling.resize(
                plane, width: size.width, height: size.height, toWidth: source.width, toHeight: source.height, filter: .bilinear)
        case .pad, .crop:
            return Self.cropped(plane, from: inputSize(of: source), to: source)
        }
    }

    /// A plane of labels, back in the size of its source: the nearest pixel, or the frame cut off.
    ///
    /// - Parameter labels: of `inputSize`.
    public func restore(labels: [UInt8], to source: PlaneSize) -> [UInt8] {
        precondition(labels.count == inputSize(of: source).count, "a plane of \(size)")
        switch self {
        case .resize(let size, _):
            guard size != source else { return labels }
            return PlaneResampling.resizeNearest(
                labels, width: size.width, height: size.height, toWidth: source.width, toHeight: source.height)
        case .pad, .crop:
            return Self.cropped(labels, from: inputSize(of: source), to: source)
        }
    }

    /// Rows and columns before the plane in its frame; an odd rest goes behind.
    private static func margin(_ source: PlaneSize, in frame: PlaneSize) -> (top: Int, left: Int) {
        ((frame.height - source.height) / 2, (frame.width - source.width) / 2)
    }

    private static func padded<Value>(_ plane: [Value], from source: PlaneSize, to frame: PlaneSize, with value: Value) -> [Value]
    {
        guard source != frame else { return plane }
        let (top, left) = margin(source, in: frame)
        precondition(top >= 0 && left >= 0, "a plane of \(source) does not fit into \(frame)")
        var result = [Value](repeating: value, count: frame.count)
        for row in 0..<source.height {
            let start = (top + row) * frame.width + left
            result.replaceSubrange(start..<start + source.width, with: plane[row * source.width..<(row + 1) * source.width])
        }
        return result
    }

    private static func cropped<Value>(_ plane: [Value], from frame: PlaneSize, to source: PlaneSize) -> [Value] {
        guard source != frame else { return plane }
        let (top, left) = margin(source, in: frame)
        return (0..<source.height).flatMap { row in
            let start = (top + row) * frame.width + left
            return plane[start..<start + source.width]
        }
    }
}

extension PlaneFit.Interpolation {
    fileprivate var filter: PlaneResampling.Filter {
        switch self {
        case .bilinear: .bilinear
        case .bicubic: .bicubic
        }
    }
}
