/// Intensities as a picture shows them, 0 dark to 1 bright.
///
/// Pictures in colour are shown as they are stored, in 0…255 or 0…1. Grey planes, and colours of another range, are stretched
/// between two percentiles of the plane, so that one bright voxel does not darken all others; all channels alike, so that grey
/// stays grey.
public enum PictureBrightness {
    /// - Parameter planes: one of grey or three of colour, in any unit.
    public static func of(_ planes: [[Float]]) -> [[Float]] {
        let sorted = planes.joined().filter(\.isFinite).sorted()
        guard let smallest = sorted.first, let largest = sorted.last else { return planes }
        if planes.count == 3, smallest >= 0, largest <= 255 + 1e-2 {
            // The normalisation is undone in Float32, which leaves a last bit.
            return largest <= 1 + 1e-4 ? planes : planes.map { $0.map { $0 / 255 } }
        }
        let tail = sorted.count / 200
        var (low, high) = (sorted[tail], sorted[sorted.count - 1 - tail])
        if low == high { (low, high) = (smallest, largest) }
        let scale = high > low ? 1 / (high - low) : 0
        return planes.map { $0.map { ($0 - low) * scale } }
    }
}
