/// An 8-bit sRGB colour.
public struct RGB: Sendable, Hashable {
    /// 0…255.
    public let red: UInt8
    /// 0…255.
    public let green: UInt8
    /// 0…255.
    public let blue: UInt8

    /// A colour of red, green and blue.
    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// `#rrggbb`
    var hex: String { "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    /// The colour with `share` (0…1) of another laid over it.
    func mixed(with other: RGB, share: Float) -> RGB {
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Float(a) * (1 - share) + Float(b) * share).rounded()) }
        return RGB(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
    }
}

/// The colours of Okabe and Ito (*Color Universal Design*, 2008), which colour-blind readers tell apart.
extension RGB {
    public static let orange = RGB(230, 159, 0)
    public static let skyBlue = RGB(86, 180, 233)
    public static let bluishGreen = RGB(0, 158, 115)
    public static let yellow = RGB(240, 228, 66)
    public static let blue = RGB(0, 114, 178)
    public static let vermilion = RGB(213, 94, 0)
    public static let reddishPurple = RGB(204, 121, 167)
    /// Of none of them: it stands out on white and on black.
    public static let gray = RGB(128, 128, 128)
}
