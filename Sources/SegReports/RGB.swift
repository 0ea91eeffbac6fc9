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

    /// The colour with `share` (0…1) of another laid over it.
    func mixed(with other: RGB, share: Float) -> RGB {
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Float(a) * (1 - share) + Float(b) * share).rounded()) }
        return RGB(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
    }
}
