import Foundation
import Torch

/// Where this process stands among those that a launcher started together, as the launcher says it in the environment.
///
/// `torchrun`, and whoever follows PyTorch, sets RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR and MASTER_PORT; Slurm's
/// `srun` sets SLURM_PROCID, SLURM_STEP_NUM_TASKS, SLURM_LOCALID and SLURM_STEP_NODELIST.
public struct ProcessPlace: Sendable, Hashable {
    /// 0 ..< `count`.
    public let rank: Int
    public let count: Int
    /// Of the processes on this host: 0 ..< `localCount`.
    public let localRank: Int
    public let localCount: Int
    /// The host and port where the processes meet.
    let address: String
    let port: UInt16
    /// Whether the launcher keeps the store there; otherwise the first process does.
    let isServedByLauncher: Bool
    /// Of a launcher that starts processes again: how often it has.
    let attempt: Int
    /// The network interface to be reached at; nil: the one that the host's own name leads to.
    let interface: String?

    public var isFirst: Bool { rank == 0 }
    /// Such as `process 1 of 4`.
    public var name: String { "process \(rank) of \(count)" }

    /// The place that the environment gives; nil where nobody started several.
    ///
    /// - Throws: `ProcessesError` for variables that contradict each other, or of which some are missing.
    public static func given(by environment: [String: String] = ProcessInfo.processInfo.environment) throws -> ProcessPlace? {
        if environment["WORLD_SIZE"] != nil || environment["RANK"] != nil { return try byPyTorch(environment) }
        if environment["SLURM_STEP_NUM_TASKS"] != nil { return try bySlurm(environment) }
        return nil
    }

    private static func byPyTorch(_ environment: [String: String]) throws -> ProcessPlace? {
        let count = try number("WORLD_SIZE", in: environment, 1...1_000_000)
        let rank = try number("RANK", in: environment, 0...count - 1)
        guard count > 1 else { return nil }
        let localCount = try environment["LOCAL_WORLD_SIZE"].map { _ in try number("LOCAL_WORLD_SIZE", in: environment, 1...count)
        }
        let localRank = try environment["LOCAL_RANK"].map { _ in try number("LOCAL_RANK", in: environment, 0...count - 1) }
        guard let address = environment["MASTER_ADDR"], !address.isEmpty else {
            throw ProcessesError(
                "RANK=\(rank) and WORLD_SIZE=\(count) are set, and MASTER_ADDR is not",
                "set it to the host of process 0, and MASTER_PORT to a free port there, or start with torchrun or --processes")
        }
        return ProcessPlace(
            rank: rank, count: count, localRank: localRank ?? 0, localCount: localCount ?? 1, address: address,
            port: UInt16(try number("MASTER_PORT", in: environment, 1...65535)),
            isServedByLauncher: environment["TORCHELASTIC_USE_AGENT_STORE"] == "True",
            attempt: environment["TORCHELASTIC_RESTART_COUNT"].flatMap(Int.init) ?? 0,
            interface: environment["GLOO_SOCKET_IFNAME"])
    }

    private static func bySlurm(_ environment: [String: String]) throws -> ProcessPlace? {
        let count = try number("SLURM_STEP_NUM_TASKS", in: environment, 1...1_000_000)
        guard count > 1 else { return nil }
        let rank = try number("SLURM_PROCID", in: environment, 0...count - 1)
        let hosts = environment["SLURM_STEP_NODELIST"] ?? environment["SLURM_NODELIST"] ?? ""
        guard let address = environment["MASTER_ADDR"] ?? firstHost(of: hosts) else {
            throw ProcessesError(
                "Slurm started \(count) tasks and names no hosts in SLURM_STEP_NODELIST", "set MASTER_ADDR to the host of task 0")
        }
        let nodes = environment["SLURM_STEP_NUM_NODES"].flatMap(Int.init) ?? 1
        // Two jobs may share a host.
        let port = 20_000 + (environment["SLURM_JOB_ID"].flatMap(Int.init) ?? 0) % 10_000
        return ProcessPlace(
            rank: rank, count: count, localRank: try number("SLURM_LOCALID", in: environment, 0...count - 1),
            localCount: max(1, (count + nodes - 1) / nodes), address: address,
            port: environment["MASTER_PORT"] == nil
                ? UInt16(port) : UInt16(try number("MASTER_PORT", in: environment, 1...65535)),
            isServedByLauncher: false, attempt: environment["SLURM_RESTART_COUNT"].flatMap(Int.init) ?? 0,
            interface: environment["GLOO_SOCKET_IFNAME"])
    }

    /// Of Slurm's way to write many hosts, `node[07-09,12],gpu3`, the first: `node07`.
    static func firstHost(of list: String) -> String? {
        let first = list.prefix { $0 != "[" && $0 != "," }
        guard list.dropFirst(first.count).first == "[" else { return first.isEmpty ? nil : String(first) }
        return String(first) + list.dropFirst(first.count + 1).prefix { !",-]".contains($0) }
    }

    private static func number(_ name: String, in environment: [String: String], _ range: ClosedRange<Int>) throws -> Int {
        guard let text = environment[name] else {
            let known = ["RANK", "WORLD_SIZE"].filter { environment[$0] != nil }.joined(separator: " and ")
            throw ProcessesError(
                "\(known.isEmpty ? "this process is one of several" : "\(known) is set"), and \(name) is not",
                "set it, start with torchrun, srun or --processes, or unset the others to train alone")
        }
        guard let value = Int(text), range.contains(value) else {
            throw ProcessesError(
                "\(name) is '\(text)'; expected \(range.lowerBound) to \(range.upperBound)", "see what started this process")
        }
        return value
    }

    /// - Parameter timeout: seconds that one waits for another.
    func meeting(timeout: Double) -> ProcessGroup.Place {
        ProcessGroup.Place(
            host: address, port: port, rank: rank, size: count, serves: isFirst && !isServedByLauncher,
            prefix: "marginseg/\(attempt)", interface: interface, timeout: timeout)
    }
}
