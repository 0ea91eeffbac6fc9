import Foundation

extension Augmentation {
    /// min + (max − min) · ((x − min) / (max − min))^γ over a plane: its darkest and brightest values stay where they are.
    static func raise(_ plane: inout ArraySlice<Float>, to exponent: Float) {
        guard let low = plane.min(), let high = plane.max(), high > low else { return }
        for index in plane.indices { plane[index] = low + (high - low) * powf((plane[index] - low) / (high - low), exponent) }
    }
}
