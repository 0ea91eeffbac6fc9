import Foundation

/// Why no network can be planned for a data set.
public enum PlanError: Error, Equatable, Sendable, CustomStringConvertible {
    /// With the median shape.
    case tooSmall([Double])
    /// In GB.
    case memory(gigabytes: Double, needed: Double)
    /// In minutes.
    case time(minutes: Double, needed: Double, secondsPerStep: Double, steps: Int)
    case noVolumes

    public var description: String {
        switch self {
        case .tooSmall(let shape):
            "the cases are too small for a network of volumes: their median shape is "
                + shape.map { String(format: "%g", $0) }.joined(separator: "×")
                + " voxels, expected 8 or more along two axes, or 12 along one"
        case .memory(let gigabytes, let needed):
            String(
                format: "no network fits into %.3g GB of memory: the smallest takes about %.2g GB; give --memory %.2f or more",
                gigabytes, needed, (needed * 100).rounded(.up) / 100)
        case .time(let minutes, let needed, let seconds, let steps):
            String(
                format:
                    "no network learns anything in %.3g minutes on this machine: the smallest takes %.2g s a step, and %d steps are "
                    + "the least; give --minutes %.0f or more", minutes, seconds, steps, needed.rounded(.up))
        case .noVolumes:
            "the data set holds planes, for which --residual and --memory plan nothing; expected volumes; leave these options out"
        }
    }
}
