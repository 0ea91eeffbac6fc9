import Foundation

/// The colours of classes and errors in every picture; those of the first seven classes and of the errors can be told apart
/// by colour-blind readers.
public enum Palette {
    /// The colour of a class; nil for class 0, the background, which stays transparent.
    ///
    /// Classes 1 to 7 have the colours of Okabe and Ito (*Color Universal Design*, 2008) without black. Later ones turn by the
    /// golden angle, so that neighbours in number are far apart in hue, through three lightnesses.
    ///
    /// - Precondition: `index` ≥ 0.
    public static func color(ofClass index: Int) -> RGB? {
        precondition(index >= 0, "no class \(index)")
        if index == 0 { return nil }
        if index <= okabeIto.count { return okabeIto[index - 1] }
        let step = index - okabeIto.count - 1
        let turn = Double(step) * 0.618_033_988_749_895
        return RGB(hue: turn - turn.rounded(.down), lightness: [0.5, 0.7, 0.35][step % 3])
    }

    /// Background that was predicted as some class.
    public static let falsePositive = RGB(213, 94, 0)
    /// A class that was predicted as background.
    public static let falseNegative = RGB(86, 180, 233)
    /// A class that was predicted as another one.
    public static let wrongClass = RGB(240, 228, 66)
    /// Pixels that take no part.
    public static let ignored = RGB(128, 128, 128)

    /// Orange, bluish green, reddish purple, blue; then yellow, sky blue, vermilion, the colours of errors, which a legend of up
    /// to four classes and errors thus shows once.
    private static let okabeIto = [
        RGB(230, 159, 0), RGB(0, 158, 115), RGB(204, 121, 167), RGB(0, 114, 178), wrongClass, falseNegative, falsePositive,
    ]
}

extension RGB {
    /// HSL to RGB at a saturation of 0.75.
    ///
    /// - Parameters:
    ///   - hue: 0 ..< 1.
    ///   - lightness: 0…1.
    fileprivate init(hue: Double, lightness: Double) {
        let reach = 0.75 * min(lightness, 1 - lightness)
        func channel(_ offset: Double) -> UInt8 {
            let k = (offset + hue * 12).truncatingRemainder(dividingBy: 12)
            return UInt8((255 * (lightness - reach * max(-1, min(k - 3, 9 - k, 1)))).rounded())
        }
        self.init(channel(0), channel(8), channel(4))
    }
}
