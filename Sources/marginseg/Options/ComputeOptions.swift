import ArgumentParser
import Foundation
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
    /// - Throws: `TorchError` for a device that is not there.
    func prepare() throws -> Device {
        let device = try Device(named: device)
        try device.prepare()
        if let threads { try TorchLibrary.setThreadCount(threads) }
        return device
    }
}
