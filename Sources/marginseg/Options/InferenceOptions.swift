import ArgumentParser
import Sampling
import SegInference

/// How a trained network is asked for scores.
struct InferenceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Move a window over each input and average its scores, instead of showing the whole input at once.",
            discussion: """
                Rows and columns, as in 256x256, for volumes planes before them, as in 64x128x128; or trained, the size of the windows \
                of training (input.fit.crop). The network's memory is then that of a window.
                """, valueName: "size|trained"),
        transform: window(argument:))
    var window: InferenceSettings.Window?

    @Option(help: "With --window: by how much of itself a window moves at most, above 0, up to 1.")
    var step = 0.5

    @Option(
        help: ArgumentHelp(
            "Average the scores of mirror images too, which take as much time each: horizontal, vertical, depth, or trained.",
            discussion: """
                n axes are 2^n passes. trained: the axes that training's augmentation flipped, which are safe; a network that has never \
                seen left as right may lose by it.
                """, valueName: "axis,…|trained"),
        transform: mirroring(argument:))
    var mirror: InferenceSettings.Mirroring?

    @Option(
        help: ArgumentHelp(
            "The memory that the program may take, in GB: fewer planes go through the network together.",
            discussion: """
                A case that needs more is refused before it starts; a volume with --window takes little beside itself and a window. \
                Default: what the machine has.
                """, valueName: "GB"))
    var maxMemory: Double?

    func validate() throws {
        if let maxMemory, !(maxMemory > 0 && maxMemory < 1e6) {
            throw ValidationError("--max-memory needs GB above 0, such as 2.5, found \(maxMemory).")
        }
        guard step > 0, step <= 1 else { throw ValidationError("--step needs a number above 0, up to 1, found \(step).") }
        if step != 0.5, window == nil { throw ValidationError("--step belongs to --window.") }
    }

    var settings: InferenceSettings {
        InferenceSettings(
            window: window ?? .whole, step: step, mirroring: mirror ?? .none, memory: maxMemory.map { Int($0 * 1e9) })
    }

    private static func window(argument: String) throws -> InferenceSettings.Window {
        if argument == "trained" { return .trained }
        let lengths = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard [2, 3].contains(lengths.count), lengths.allSatisfy({ (1...65536).contains($0) }) else {
            throw ValidationError("expected rows and columns such as 256x256, planes before them for volumes, or trained")
        }
        return .size(GridSize(lengths))
    }

    private static func mirroring(argument: String) throws -> InferenceSettings.Mirroring {
        if argument == "trained" { return .trained }
        let words = argument.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
        let axes = words.compactMap(MirrorAxis.init)
        guard axes.count == words.count, !axes.isEmpty else {
            throw ValidationError("expected horizontal, vertical, depth, some of them with commas between, or trained")
        }
        return .axes(Set(axes))
    }
}

/// Models whose scores are averaged with those of the one that is named first.
struct EnsembleOptions: ParsableArguments {
    @Option(
        name: .customLong("with"),
        help: ArgumentHelp(
            "Average the scores with those of this run too; may be given several times, as for the folds of a cross-validation.",
            valueName: "run|file"))
    var others: [String] = []
}
