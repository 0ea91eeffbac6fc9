import Foundation

/// The colours of classes and errors in every picture: no class has an error's. Those of the first four classes and of the errors
/// can be told apart by colour-blind readers.
public enum Palette {
    /// The colour of a class; nil for class 0, the background, which stays transparent. Where no class is the background, class 0
    /// has the colour that class 1 has elsewhere, and so on.
    ///
    /// Classes 1 to 4 have colours of Okabe and Ito (*Color Universal Design*, 2008). Later ones turn by the golden angle, so that
    /// neighbours in number are far apart in hue, through three lightnesses; what is near an error's colour is passed over.
    ///
    /// - Precondition: 0 ≤ `index` < 256.
    public static func color(ofClass index: Int, hasBackground: Bool = true) -> RGB? {
        precondition((0..<256).contains(index), "no class \(index)")
        let place = hasBackground ? index - 1 : index
        return place < 0 ? nil : colors[place]
    }

    /// Background that was predicted as some class.
    public static let falsePositive = RGB.vermilion
    /// A class that was predicted as background.
    public static let falseNegative = RGB.skyBlue
    /// A class that was predicted as another one.
    public static let wrongClass = RGB.yellow
    /// Pixels that take no part.
    public static let ignored = RGB.gray

    /// Of 256 classes.
    private static let colors: [RGB] = {
        let taken = [falsePositive, falseNegative, wrongClass, ignored]
        // Vermilion, sky blue and yellow of the same set are the errors'.
        var colors = [RGB.orange, .bluishGreen, .reddishPurple, .blue]
        var step = 0
        while colors.count < 256 {
            let turn = Double(step) * 0.618_033_988_749_895
            let color = RGB(hue: turn - turn.rounded(.down), lightness: [0.5, 0.7, 0.35][step % 3])
            if taken.allSatisfy({ $0.distance(to: color) > leastDistance }) { colors.append(color) }
            step += 1
        }
        return colors
    }()

    /// Of a class's colour to an error's, over the three channels.
    private static let leastDistance = 120
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

    /// The sum of the channels' differences.
    fileprivate func distance(to other: RGB) -> Int {
        abs(Int(red) - Int(other.red)) + abs(Int(green) - Int(other.green)) + abs(Int(blue) - Int(other.blue))
    }
}
