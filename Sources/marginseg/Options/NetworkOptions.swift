import ArgumentParser
import SegConfiguration
import SegModels

/// Who computes the network.
struct ExecutionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Who computes the network: fused, kernels for the CPU, or composed, libtorch operation by operation.",
            discussion: """
                Default: what network.execution of the configuration says, which is fused if nobody wrote another. Both give the same \
                numbers to rounding; composed is the definition, slower and larger. Other devices than cpu always compose.
                """))
    var execution: Execution?
}

extension Execution: ExpressibleByArgument {}

/// What a trained network computes in.
struct PrecisionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What the network computes in: float32, tf32, bfloat16 or float16.",
            discussion: """
                tf32 is float32 whose products an NVIDIA GPU makes with 10 bits of mantissa. On the CPU float16 has no kernels. \
                bfloat16 takes about three quarters of the time and half of the memory for activations; scores move by about a \
                hundredth of their size, so that single pixels at borders take another class.
                """))
    var precision = TrainingConfiguration.Precision.float32
}

extension TrainingConfiguration.Precision: ExpressibleByArgument {}
