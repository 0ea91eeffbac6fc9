import DataSets
import Sampling
import SegConfiguration

/// How a trained network, or several, are asked for scores.
public struct InferenceSettings: Sendable, Hashable {
    /// What a network sees at once.
    public enum Window: Sendable, Hashable {
        /// Volumes as `trained`, because their scores need much memory; planes as a whole.
        case usual
        /// The input, whatever its size.
        case whole
        /// A window of the size that training drew; the whole input where training saw that.
        case trained
        case size(GridSize)
    }

    /// Along which axes inputs are mirrored too.
    public enum Mirroring: Sendable, Hashable {
        /// Those that the run's configuration names.
        case usual
        case none
        /// Those that training's augmentation flipped.
        case trained
        case axes(Set<MirrorAxis>)
    }

    public var window: Window
    /// By how much of itself a window moves at most.
    public var step: Double
    public var mirroring: Mirroring
    /// Bytes that the process may take in all; nil: what the machine has.
    public var memory: Int?

    public init(window: Window = .usual, step: Double = Self.usualStep, mirroring: Mirroring = .usual, memory: Int? = nil) {
        self.window = window
        self.step = step
        self.mirroring = mirroring
        self.memory = memory
    }

    /// Half of the window, as nnU-Net.
    public static let usualStep = 0.5

    /// Whether scores of a run are made so where no option says otherwise.
    func isUsual(_ configuration: RunConfiguration) -> Bool {
        window == .usual && step == Self.usualStep
            && mirrorAxes(configuration) == InferenceSettings().mirrorAxes(configuration)
    }

    /// Puts the way together that scores are made in.
    ///
    /// - Parameters:
    ///   - networks: whose scores are averaged.
    ///   - configuration: of their training.
    /// - Throws: `SettingError` for a window or axes of other dimensions.
    package func inferer(_ networks: [any Inferer], _ configuration: RunConfiguration) throws -> any Inferer {
        let dimensions = configuration.input.fit.size.dimensions
        var inferer: any Inferer = networks.count == 1 ? networks[0] : Ensemble(networks)
        let axes = try mirroredPlaces(configuration)
        if !axes.isEmpty { inferer = Mirrored(inferer, axes: axes) }
        if let size = windowSize(configuration) {
            try SettingError.require(
                size.dimensions == dimensions, "the window", found: "\(size)",
                expected: "\(dimensions == 3 ? "planes, rows and columns" : "rows and columns"), as the network has them")
            try SettingError.require(0 < step && step <= 1, "the step", found: "\(step)", expected: "above 0, up to 1")
            inferer = SlidingWindow(inferer, window: size, step: step)
        }
        return inferer
    }

    /// How often networks are asked for the scores of one input.
    ///
    /// - Parameters:
    ///   - models: whose scores are averaged.
    ///   - configuration: of their training, with as many dimensions as the input and the window.
    func passes(over input: GridSize, _ configuration: RunConfiguration, models: Int) -> Int {
        let windows = windowSize(configuration).map { window in
            zip(input.lengths, window.lengths).map { WindowPlaces.count(along: max($0, $1), window: $1, step: step) }
                .reduce(1, *)
        }
        return (windows ?? 1) * models << mirrorAxes(configuration).count
    }

    /// What is not one network on whole inputs; nil where nothing is.
    package func words(_ configuration: RunConfiguration, models: Int) -> String? {
        let axes = mirrorAxes(configuration).map(\.rawValue)
        let parts = [
            windowSize(configuration).map {
                "windows of \($0.lengths.map(String.init).joined(separator: "×")), step \(step)"
            },
            axes.isEmpty ? nil : "mirroring (\(axes.joined(separator: ", ")))", models > 1 ? "the mean of \(models) models" : nil,
        ].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// The window that moves over inputs; nil for whole inputs.
    public func windowSize(_ configuration: RunConfiguration) -> GridSize? {
        var trained: GridSize? { if case .crop(let size, _, _, _) = configuration.input.fit { size } else { nil } }
        return switch window {
        case .usual: configuration.network.dimensions == 3 ? trained : nil
        case .whole: nil
        case .size(let size): size
        case .trained: trained
        }
    }

    /// The axes along which inputs are mirrored, counted from the first one after batch and channels, rising.
    ///
    /// - Throws: `SettingError` for an axis that the network does not have.
    package func mirroredPlaces(_ configuration: RunConfiguration) throws -> [Int] {
        let dimensions = configuration.input.fit.size.dimensions
        let places = mirrorAxes(configuration).map { $0.place(dimensions: dimensions) }
        try SettingError.require(
            places.allSatisfy { $0 >= 0 }, "mirroring", found: "depth",
            expected: "horizontal and vertical: the network has planes")
        return places.sorted()
    }

    private func mirrorAxes(_ configuration: RunConfiguration) -> [MirrorAxis] {
        MirrorAxis.allCases.filter { axis in
            switch mirroring {
            case .usual: configuration.inference?.mirror?.contains(axis) ?? false
            case .none: false
            case .axes(let axes): axes.contains(axis)
            case .trained: axis.probability(in: configuration.training.augmentation) > 0
            }
        }
    }
}

extension MirrorAxis {
    /// Counted from the first axis after batch and channels; negative for one that is not there.
    fileprivate func place(dimensions: Int) -> Int {
        switch self {
        case .horizontal: dimensions - 1
        case .vertical: dimensions - 2
        case .depth: dimensions - 3
        }
    }

    fileprivate func probability(in augmentation: Augmentation) -> Double {
        switch self {
        case .horizontal: augmentation.horizontalFlip
        case .vertical: augmentation.verticalFlip
        case .depth: augmentation.depthFlip ?? 0
        }
    }
}
