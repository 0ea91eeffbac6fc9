/// Written as a person would: `{resize: [rows, columns]}` (bicubic), `{resize: [rows, columns], by: bilinear}`, `{pad: [rows, columns]}`.
extension PlaneFit: Codable {
    private enum Keys: String, CodingKey { case resize, pad, by }

    private static let expected = "expected resize or pad with [rows, columns] of 1 or more"

    public init(from decoder: any Decoder) throws {
        func fail() -> DecodingError { .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: Self.expected)) }
        guard let container = try? decoder.container(keyedBy: Keys.self), container.contains(.resize) != container.contains(.pad)
        else {
            throw fail()
        }
        let key: Keys = container.contains(.resize) ? .resize : .pad
        guard let sizes = try? container.decode([Int].self, forKey: key), sizes.count == 2, sizes.allSatisfy({ $0 > 0 }) else {
            throw fail()
        }
        let size = PlaneSize(height: sizes[0], width: sizes[1])
        self =
            key == .pad
            ? .pad(to: size)
            : .resize(to: size, by: try container.decodeIfPresent(Interpolation.self, forKey: .by) ?? .bicubic)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .resize(let size, let interpolation):
            try container.encode([size.height, size.width], forKey: .resize)
            try container.encode(interpolation, forKey: .by)
        case .pad(let size):
            try container.encode([size.height, size.width], forKey: .pad)
        }
    }
}
