import ArgumentParser
import Foundation
import SegTraining
import Torch

/// Where and with how many threads to compute.
struct ComputeOptions: ParsableArguments {
    @Option(help: "Where to compute: cpu, cuda, cuda:N or mps.")
    var device = "cpu"

    @Option(help: ArgumentHelp("Threads of one operation on the CPU.", discussion: "Default: as many as there are cores."))
    var threads: Int?

    func validate() throws {
        if let threads { try Self.requireThreads(threads, option: "--threads") }
    }

    /// Far more threads than any machine has cores would all be started, and the program would stand still.
    static func requireThreads(_ count: Int, option: String) throws {
        guard (1...1024).contains(count) else { throw ValidationError("\(option) needs 1 to 1024, found \(count).") }
    }

    /// Applies the settings of the process.
    ///
    /// - Parameter place: among processes that share the host's devices and cores.
    /// - Throws: `TorchError` for a device that is not there.
    func prepare(at place: ProcessPlace? = nil) throws -> Device {
        var device = try Device(named: device)
        if let place, place.localCount > 1, case .cuda = device {
            guard self.device == "cuda" else {
                throw ValidationError(
                    "Each of the \(place.localCount) processes here takes a GPU of its own: say --device cuda, not \(self.device)."
                )
            }
            device = .cuda(place.localRank)
        }
        try device.prepare()
        let shared = place.map { max(1, ProcessInfo.processInfo.activeProcessorCount / $0.localCount) }
        if let count = threads ?? shared { try TorchLibrary.setThreadCount(count) }
        return device
    }
}
