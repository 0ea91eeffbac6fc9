import DataSets

/// How planes or volumes of any size become those of the size that a network sees, and predictions go back.
public enum GridFit: Sendable, Hashable {
    /// Images are interpolated, labels take the nearest pixel.
    case resize(to: GridSize, by: Interpolation)
    /// Pixels are kept, in the middle of a frame of their own least value; the frame's labels are ignored.
    case pad(to: GridSize)
    /// Pixels are kept. Training sees random windows of this size, of which the share `foreground` has its middle near a pixel of
    /// a class other than 0; predictions see all. What is smaller is framed as by `pad`.
    case crop(to: GridSize, foreground: Double)

    /// How images are resized.
    public enum Interpolation: String, Sendable, Codable, CaseIterable {
        case bilinear, bicubic
    }

    /// The size that training sees.
    public var size: GridSize {
        switch self {
        case .resize(let size, _), .pad(let size), .crop(let size, _): size
        }
    }

    /// The size that a whole plane or volume has before the network: larger than `size` where training sees windows of it.
    public func inputSize(of source: GridSize) -> GridSize {
        guard case .crop(let size, _) = self else { return size }
        return size.zip(source, max)
    }

    /// - Throws: `SettingError` for a share that is none.
    public func validate() throws {
        guard case .crop(_, let foreground) = self else { return }
        try SettingError.require((0...1).contains(foreground), "crop foreground", found: "\(foreground)", expected: "0 to 1")
    }

    /// - Parameter path: the file, for the message.
    /// - Throws: `CaseError.tooLarge` where something of this size would have to be cut.
    public func check(_ source: GridSize, path: String) throws {
        guard case .pad(let room) = self else { return }
        guard source.fits(into: room) else { throw CaseError.tooLarge(path: path, found: source, room: room) }
    }

    /// An image in the network's size.
    ///
    /// - Parameter image: of `source`, one channel.
    /// - Precondition: `check` passed for this size.
    public func apply(to image: [Float], of source: GridSize) -> [Float] {
        precondition(image.count == source.count, "an image of \(source)")
        switch self {
        case .resize(let size, let interpolation):
            return GridResampling.resize(image, from: source, to: size, interpolation.filter)
        case .pad, .crop:
            return Self.padded(image, from: source, to: inputSize(of: source), with: image.min() ?? 0)
        }
    }

    /// Labels in the network's size.
    ///
    /// - Parameter labels: of `source`.
    /// - Precondition: `check` passed for this size.
    public func apply(toLabels labels: [UInt8], of source: GridSize) -> [UInt8] {
        precondition(labels.count == source.count, "labels of \(source)")
        switch self {
        case .resize(let size, _): return GridResampling.resizeNearest(labels, from: source, to: size)
        case .pad, .crop: return Self.padded(labels, from: source, to: inputSize(of: source), with: LabelMap.ignored)
        }
    }

    /// Logits or probabilities of one class, back in the size of their source: linear, or the frame cut off.
    ///
    /// - Parameter scores: of `inputSize`.
    public func restore(_ scores: [Float], to source: GridSize) -> [Float] {
        precondition(scores.count == inputSize(of: source).count, "scores of \(size)")
        switch self {
        // Bicubic overshoot could turn a class over that linear interpolation keeps.
        case .resize(let size, _): return GridResampling.resize(scores, from: size, to: source, .linear)
        case .pad, .crop: return Self.cut(scores, from: inputSize(of: source), to: source)
        }
    }

    /// Labels, back in the size of their source: the nearest pixel, or the frame cut off.
    ///
    /// - Parameter labels: of `inputSize`.
    public func restore(labels: [UInt8], to source: GridSize) -> [UInt8] {
        precondition(labels.count == inputSize(of: source).count, "labels of \(size)")
        switch self {
        case .resize(let size, _): return GridResampling.resizeNearest(labels, from: size, to: source)
        case .pad, .crop: return Self.cut(labels, from: inputSize(of: source), to: source)
        }
    }

    private static func padded<Value>(
        _ values: [Value], from source: GridSize, to frame: GridSize, with value: Value
    ) -> [Value] {
        guard source != frame else { return values }
        return GridBox(source, inMiddleOf: frame).paste(values, into: frame, outside: value)
    }

    private static func cut<Value>(_ values: [Value], from frame: GridSize, to source: GridSize) -> [Value] {
        guard source != frame else { return values }
        return GridBox(source, inMiddleOf: frame).cut(values, of: frame)
    }
}

extension GridFit.Interpolation {
    fileprivate var filter: GridResampling.Filter {
        switch self {
        case .bilinear: .linear
        case .bicubic: .cubic
        }
    }
}
