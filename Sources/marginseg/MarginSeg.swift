import ArgumentParser
import SegTraining
import Torch

@main
struct MarginSeg: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "marginseg",
        abstract:
            "Trains, evaluates and applies segmentation models of medical images whose objective is the Jaccard index (IoU).",
        discussion: """
            Typical use, for data in DATA/images, DATA/labels and DATA/split.csv:

              marginseg inspect DATA                                  what is there, and the offsets that follow
              marginseg train my.yaml --data DATA --output runs/a     two stages: cross-entropy, then margin calibration
              marginseg evaluate runs/a --data DATA                   IoU, Dice, recall on the test split
              marginseg predict scan.nii.gz --model runs/a            labels on the scan's own grid

            `marginseg demo` does all of it on generated data in a few minutes. `marginseg help SUBCOMMAND` explains one.
            Results go to standard output, messages to standard error. Exit codes: 0 done, 1 failed, 64 wrong usage.
            """,
        version: "marginseg \(Version.current) (libtorch \(TorchLibrary.version))",
        subcommands: [
            DemoCommand.self, PhantomCommand.self, InspectCommand.self, MarginsCommand.self, LossCommand.self, TrainCommand.self,
            EvaluateCommand.self, PredictCommand.self,
        ])

    static func main() {
        TorchLibrary.keepFreedMemory()
        main(nil)
    }
}
