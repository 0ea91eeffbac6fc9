/// Written as a person would: `{resize: [rows, columns]}` (bicubic), `{resize: [rows, columns], by: bilinear}`,
/// `{pad: [rows, columns]}`, `{crop: [rows, columns], foreground: 0.33}`; of volumes with `[planes, rows, columns]`.
extension GridFit: Codable {
    private enum Keys: String, CodingKey { case resize, pad, crop, by, foreground }

    private static let expected =
        "expected resize, pad or crop with [rows, columns] of 1 or more, or for networks of 3 dimensions [planes, rows, columns]"

    /// nnU-Net's share of windows about foreground.
    private static let usualForeground = 0.33

    public init(from decoder: any Decoder) throws {
        func fail() -> DecodingError { .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: Self.expected)) }
        guard let container = try? decoder.container(keyedBy: Keys.self) else { throw fail() }
        let kinds = [Keys.resize, .pad, .crop].filter(container.contains)
        guard kinds.count == 1, let sizes = try? container.decode([Int].self, forKey: kinds[0]), [2, 3].contains(sizes.count),
            sizes.allSatisfy({ $0 > 0 })
        else { throw fail() }
        let size = GridSize(sizes)
        switch kinds[0] {
        case .resize: self = .resize(to: size, by: try container.decodeIfPresent(Interpolation.self, forKey: .by) ?? .bicubic)
        case .pad: self = .pad(to: size)
        default:
            self = .crop(
                to: size, foreground: try container.decodeIfPresent(Double.self, forKey: .foreground) ?? Self.usualForeground)
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
        case .crop(_, let foreground):
            try container.encode(sizes, forKey: .crop)
            try container.encode(foreground, forKey: .foreground)
        }
    }
}
