import ArgumentParser
import SegMetrics

/// What a search among decisions is to raise, and how its intervals are found.
struct SearchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What is to be largest over all cases: miou_foreground, miou_all, dice_foreground, dice_all, or the IoU or Dice of one class.",
            valueName: "name|iou:class"))
    var metric = MetricName.miouForeground.rawValue

    @Option(help: "Resamples of the intervals.")
    var resamples = 2000

    @Option(help: "Seed of the parts and the intervals.")
    var seed: UInt64 = 0

    @Flag(help: "Print what is stored, as JSON.")
    var json = false

    func validate() throws {
        guard resamples > 0 else { throw ValidationError("--resamples needs 1 or more, found \(resamples).") }
    }

    var bootstrap: Bootstrap { Bootstrap(resamples: resamples, seed: seed) }
}
