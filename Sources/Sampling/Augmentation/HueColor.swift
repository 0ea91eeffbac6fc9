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
        let sixths = (hue - hue.rounded(.down)) * 6
        let sector = sixths.rounded(.down)
        let rest = sixths - sector
        let low = value * (1 - saturation)
        let falling = value * (1 - saturation * rest)
        let rising = value * (1 - saturation * (1 - rest))
        return switch Int(sector) % 6 {
        case 0: (value, rising, low)
        case 1: (falling, value, low)
        case 2: (low, value, rising)
        case 3: (low, falling, value)
        case 4: (rising, low, value)
        default: (value, low, falling)
        }
    }
}
