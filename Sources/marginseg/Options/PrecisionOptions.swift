import ArgumentParser
import SegConfiguration

/// What a trained network computes in.
struct PrecisionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What the network computes in: float32 or bfloat16.",
            discussion: """
                bfloat16 takes about three quarters of the time and half of the memory for activations; scores move by about a \
                hundredth of their size, so that single pixels at borders take another class.
                """))
    var precision = TrainingConfiguration.Precision.float32
}

extension TrainingConfiguration.Precision: ExpressibleByArgument {}
