import DataSets
import Randomness

/// Random changes of a picture's colours, red, green and blue between 0 and 1, in random order.
///
/// Formulas as torchvision's `ColorJitter` on tensors: each result is clipped to 0…1.
public struct ColorJitter: Sendable, Hashable, Codable {
    /// Factor of all values: uniform in 1 ± `brightness`.
    public var brightness = 0.0
    /// Factor about the mean grey of the picture: uniform in 1 ± `contrast`.
    public var contrast = 0.0
    /// Factor about each pixel's own grey: uniform in 1 ± `saturation`.
    public var saturation = 0.0
    /// Turn of the hue: uniform in ±`hue`, in turns of the colour circle; 0.5 is the opposite colour.
    public var hue = 0.0

    /// Colours as they are.
    public static let none = ColorJitter()

    func validate() throws {
        for (name, value) in [("brightness", brightness), ("contrast", contrast), ("saturation", saturation)] {
            try SettingError.require("augmentation color_jitter.\(name)", value, in: 0...1)
        }
        try SettingError.require("augmentation color_jitter.hue", hue, in: 0...0.5, "turns")
    }

    func apply(to sample: inout Sample, normalization: IntensityNormalization, generator: inout SeededGenerator) {
        guard self != .none else { return }
        var changes: [Change] = [
            .brightness(factor(brightness, &generator)), .contrast(factor(contrast, &generator)),
            .saturation(factor(saturation, &generator)), .hue(Float(generator.uniform(-hue, hue))),
        ]
        generator.shuffle(&changes)
        let lines = (0..<3).compactMap { normalization.unitLine(channel: $0) }
        precondition(sample.channels == 3 && lines.count == 3, "a picture in colour, whose colours can be recovered")
        let count = sample.size.count
        var picture = sample.image
        for channel in 0..<3 {
            for index in channel * count..<(channel + 1) * count {
                picture[index] = min(1, max(0, picture[index] * lines[channel].scale + lines[channel].offset))
            }
        }
        for change in changes { change.apply(to: &picture) }
        for channel in 0..<3 {
            for index in channel * count..<(channel + 1) * count {
                picture[index] = (picture[index] - lines[channel].offset) / lines[channel].scale
            }
        }
        sample.image = picture
    }

    private func factor(_ strength: Double, _ generator: inout SeededGenerator) -> Float {
        Float(generator.uniform(1 - strength, 1 + strength))
    }

    /// One change of a picture `[3, N]` with values in 0…1.
    enum Change: Equatable {
        case brightness(Float)
        case contrast(Float)
        case saturation(Float)
        case hue(Float)

        func apply(to picture: inout [Float]) {
            let count = picture.count / 3
            func gray(_ index: Int) -> Float {
                0.2989 * picture[index] + 0.587 * picture[count + index] + 0.114 * picture[2 * count + index]
            }
            func clipped(_ value: Float) -> Float { min(1, max(0, value)) }
            switch self {
            case .brightness(let factor):
                guard factor != 1 else { return }
                for index in picture.indices { picture[index] = clipped(picture[index] * factor) }
            case .contrast(let factor):
                guard factor != 1 else { return }
                let mean = Float((0..<count).reduce(0.0) { $0 + Double(gray($1)) } / Double(count))
                for index in picture.indices { picture[index] = clipped(factor * picture[index] + (1 - factor) * mean) }
            case .saturation(let factor):
                guard factor != 1 else { return }
                for index in 0..<count {
                    let own = gray(index)
                    for channel in 0..<3 {
                        let place = channel * count + index
                        picture[place] = clipped(factor * picture[place] + (1 - factor) * own)
                    }
                }
            case .hue(let turn):
                guard turn != 0 else { return }
                for index in 0..<count {
                    var color = HueColor(red: picture[index], green: picture[count + index], blue: picture[2 * count + index])
                    color.hue += turn
                    (picture[index], picture[count + index], picture[2 * count + index]) = color.rgb
                }
            }
        }
    }
}
