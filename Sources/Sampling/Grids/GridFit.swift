import DataSets

/// How planes or volumes of any size become those of the size that a network sees, and predictions go back.
public enum GridFit: Sendable, Hashable {
    /// Images are interpolated, labels take the nearest pixel.
    case resize(to: GridSize, by: Interpolation)
    /// Pixels are kept, in the middle of a frame of their own least value; the frame's labels are ignored.
    case pad(to: GridSize)
    /// Pixels are kept. Training sees random windows of this size, each of which has its middle near a pixel of the foreground with
    /// probability `foreground`; predictions see all. What is smaller stands in the middle of a frame, whose labels are ignored.
    case crop(to: GridSize, foreground: Double, about: Focus = .pixel, frame: Frame = .least)

    /// About which pixels of a sample's foreground windows are placed.
    public enum Focus: String, Sendable, Codable, CaseIterable {
        /// Each pixel is as likely, so that a class comes as often as it is large.
        case pixel
        /// Each class that the sample has is as likely, and each pixel of that class: nnU-Net's rule.
        case `class`
    }

    /// What stands around an image that is smaller than a window.
    public enum Frame: String, Sendable, Codable, CaseIterable {
        /// The image's own least value.
        case least
        /// 0, which is the mean after a z-score: nnU-Net's rule.
        case zero
    }

    /// How images are resized.
    public enum Interpolation: String, Sendable, Codable, CaseIterable {
        case bilinear, bicubic
    }

    /// The size that training sees.
    public var size: GridSize {
        switch self {
        case .resize(let size, _), .pad(let size), .crop(let size, _, _, _): size
        }
    }

    /// The size that a whole plane or volume has before the network: larger than `size` where training sees windows of it.
    public func inputSize(of source: GridSize) -> GridSize {
        guard case .crop(let size, _, _, _) = self else { return size }
        return size.zip(source, max)
    }

    /// - Throws: `SettingError` for a share outside 0…1.
    public func validate() throws {
        guard case .crop(_, let foreground, _, _) = self else { return }
        try SettingError.require("crop foreground", foreground, in: 0...1)
    }

    /// What stands around an image.
    ///
    /// - Parameter least: its least value.
    func outside(_ least: Float) -> Float {
        if case .crop(_, _, _, .zero) = self { 0 } else { least }
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
            return GridResampling.resize(image, from: source, to: size, interpolation == .bilinear ? .linear : .cubic)
        case .pad, .crop:
            return Self.padded(image, from: source, to: inputSize(of: source), with: outside(image.min() ?? 0))
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

/// Written as a person would: `{resize: [rows, columns]}` (bicubic), `{resize: [rows, columns], by: bilinear}`,
/// `{pad: [rows, columns]}`, `{crop: [rows, columns], foreground: 0.33, about: class, frame: zero}` (0.33, pixel and least unless they
/// are said); of volumes with `[planes, rows, columns]`.
extension GridFit: Codable {
    private enum Keys: String, CodingKey { case resize, pad, crop, by, foreground, about, frame }

    private static let expected =
        "expected resize, pad or crop with [rows, columns] of 1 or more, or for networks of 3 dimensions [planes, rows, columns]"

    /// nnU-Net's share of windows about foreground.
    private static let usualForeground = 0.33

    public init(from decoder: any Decoder) throws {
        guard let container = try? decoder.container(keyedBy: Keys.self) else { throw decoder.mismatch(Self.expected) }
        let kinds = [Keys.resize, .pad, .crop].filter(container.contains)
        guard kinds.count == 1, let sizes = try? container.decode([Int].self, forKey: kinds[0]), [2, 3].contains(sizes.count),
            sizes.allSatisfy({ $0 > 0 })
        else { throw decoder.mismatch(Self.expected) }
        let size = GridSize(sizes)
        switch kinds[0] {
        case .resize: self = .resize(to: size, by: try container.decodeIfPresent(Interpolation.self, forKey: .by) ?? .bicubic)
        case .pad: self = .pad(to: size)
        default:
            self = .crop(
                to: size, foreground: try container.decodeIfPresent(Double.self, forKey: .foreground) ?? Self.usualForeground,
                about: try container.decodeIfPresent(Focus.self, forKey: .about) ?? .pixel,
                frame: try container.decodeIfPresent(Frame.self, forKey: .frame) ?? .least)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        let sizes = size.lengths
        switch self {
        case .resize(_, let interpolation):
            try container.encode(sizes, forKey: .resize)
            try container.encode(interpolation, forKey: .by)
        case .pad: try container.encode(sizes, forKey: .pad)
        case .crop(_, let foreground, let about, let frame):
            try container.encode(sizes, forKey: .crop)
            try container.encode(foreground, forKey: .foreground)
            // What is not said stays unsaid: label counts are remembered by the recipe as it is written.
            if about != .pixel { try container.encode(about, forKey: .about) }
            if frame != .least { try container.encode(frame, forKey: .frame) }
        }
    }
}
