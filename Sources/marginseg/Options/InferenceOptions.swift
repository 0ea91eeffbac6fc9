import ArgumentParser
import Foundation
import Sampling
import SegConfiguration
import SegInference

/// How a trained network is asked for scores.
struct InferenceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Move a window over each input and average its scores, or show the whole input at once.",
            discussion: """
                Rows and columns, as in 256x256, for volumes planes before them, as in 64x128x128; trained, the size of the windows \
                of training (input.fit.crop); or whole. The network's memory is that of a window. Default: trained for volumes, whole \
                for planes.
                """, valueName: "size|trained|whole"),
        transform: window(argument:))
    var window: InferenceSettings.Window?

    @Option(help: "By how much of itself a window moves at most, above 0, up to 1. Default: 0.5.")
    var step: Double?

    @Option(
        help: ArgumentHelp(
            "Average the scores of mirror images too, which take as much time each: horizontal, vertical, depth, trained, or none.",
            discussion: """
                n axes are 2^n passes. trained: the axes that training's augmentation flipped, which are safe; a network that has never \
                seen left as right may lose by it. Default: what marginseg select stored, else inference.mirror of the training, else none.
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
        guard let step else { return }
        guard step > 0, step <= 1 else { throw ValidationError("--step needs a number above 0, up to 1, found \(step).") }
    }

    /// Refuses what a model of other dimensions cannot do, and says where its training has no windows.
    ///
    /// - Parameter model: its file, for messages.
    /// - Throws: `ValidationError`.
    func check(_ configuration: RunConfiguration, of model: URL) throws {
        let dimensions = configuration.input.fit.size.dimensions
        let trained = "\(shown(model)) was trained on \(dimensions == 3 ? "volumes" : "planes")"
        if case .size(let size) = window, size.dimensions != dimensions {
            let expected = dimensions == 3 ? "planes, rows and columns, as in 64x128x128" : "rows and columns, as in 256x256"
            throw ValidationError(
                "--window \(size.lengths.map(String.init).joined(separator: "x")): \(trained); expected \(expected), or trained.")
        }
        if case .axes(let axes) = mirror, axes.contains(.depth), dimensions == 2 {
            throw ValidationError("--mirror depth: \(trained); expected horizontal, vertical, or trained.")
        }
        if step != nil, settings.windowSize(configuration) == nil {
            throw ValidationError("--step is that of a window, and \(shown(model)) sees whole inputs; add --window.")
        }
        if case .trained = window {
            if case .crop = configuration.input.fit { return }
            Terminal.write(
                "note: \(shown(model)) was trained on whole inputs, which are used for --window trained; a size moves a window\n")
        }
    }

    /// Says how often networks will be asked, where windows make that very many.
    func warnOfManyPasses(_ sizes: @autoclosure () -> CaseSizes, of model: SegmentationModel) {
        guard window != nil else { return }
        let passes = sizes().passes(settings, of: model)
        guard passes.ofOne > Self.manyPasses else { return }
        Terminal.write(
            "note: these windows make up to \(passes.ofOne) passes through the network for one case, \(passes.all) for all; a larger "
                + "--window or --step makes fewer\n")
    }

    /// For one case: a whole body of 800 planes takes 20 000 windows of 192×192, and a thousand of 64×128×128.
    private static let manyPasses = 50_000

    var settings: InferenceSettings { settings(over: nil) }

    /// - Parameter selection: what holds where no option is named.
    func settings(over selection: Selection?) -> InferenceSettings {
        InferenceSettings(
            window: window ?? .usual, step: step ?? InferenceSettings.usualStep,
            mirroring: mirror ?? selection?.settings.mirroring ?? .usual, memory: maxMemory.map { Int($0 * 1e9) })
    }

    private static func window(argument: String) throws -> InferenceSettings.Window {
        if argument == "trained" { return .trained }
        if argument == "whole" { return .whole }
        let lengths = argument.split(omittingEmptySubsequences: false) { "xX×".contains($0) }.map { Int($0) ?? 0 }
        guard [2, 3].contains(lengths.count), lengths.allSatisfy({ (1...65536).contains($0) }) else {
            throw ValidationError("expected rows and columns such as 256x256, planes before them for volumes, trained, or whole")
        }
        return .size(GridSize(lengths))
    }

    private static func mirroring(argument: String) throws -> InferenceSettings.Mirroring {
        guard let mirroring = InferenceSettings.Mirroring(text: argument), mirroring != .usual else {
            throw ValidationError("expected horizontal, vertical, depth, some of them with commas between, trained, or none")
        }
        return mirroring
    }
}

/// Models whose scores are averaged with those of the one that is named first.
struct EnsembleOptions: ParsableArguments {
    @Option(
        name: .customLong("with"),
        help: ArgumentHelp(
            "Average the scores with those of this run, or of the runs in this folder, too; may be given several times.",
            valueName: "run|file"))
    var others: [String] = []
}
