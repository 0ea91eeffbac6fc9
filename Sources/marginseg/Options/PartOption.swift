import ArgumentParser
import SegInference

/// Which part of independent work is done here.
struct PartOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Do one of N equal parts, for machines that share the work: 2/8, or auto.",
            discussion: "auto takes RANK and WORLD_SIZE, or Slurm's variables of an array or a step.", valueName: "K/N"),
        transform: {
            do {
                return try WorkPart($0)
            } catch let error as WorkPartError {
                throw ValidationError(error.description)
            }
        })
    var part: WorkPart?
}
