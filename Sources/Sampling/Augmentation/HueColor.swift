/// A colour as hue, saturation and value (HSV).
struct HueColor {
    /// In turns: 0 is red, ⅓ green, ⅔ blue; whole turns do not count.
    var hue: Float
    let saturation: Float
    let value: Float

    init(red: Float, green: Float, blue: Float) {
        let largest = max(red, green, blue)
        let spread = largest - min(red, green, blue)
        value = largest
        saturation = largest > 0 ? spread / largest : 0
        guard spread > 0 else {
            hue = 0
            return
        }
        let sixths: Float =
            if largest == red {
                (green - blue) / spread
            } else if largest == green {
                2 + (blue - red) / spread
            } else {
                4 + (red - green) / spread
            }
        hue = sixths / 6
    }

    var rgb: (Float, Float, Float) {
        /// Source: Wikipedia, "HSL and HSV", alternative HSV to RGB.
        func channel(_ shift: Float) -> Float {
            let sixths = (shift + 6 * (hue - hue.rounded(.down))).truncatingRemainder(dividingBy: 6)
            return value - value * saturation * max(0, min(sixths, 4 - sixths, 1))
        }
        return (channel(5), channel(3), channel(1))
    }
}
