import ArgumentParser
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
