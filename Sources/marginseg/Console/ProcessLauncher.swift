import Foundation
import Logging
import SegTraining
import Synchronization

/// Starts this program several times on this host, as `torchrun` would, and sees to it that all end.
struct ProcessLauncher {
    let count: Int
    let logger: Logger

    /// By what a process knows who started it.
    static let launcherVariable = "MARGINSEG_LAUNCHER"
    /// Seconds that the others have to end by themselves when one is lost.
    private static let grace = 30.0

    /// Whether whoever started this process is gone.
    static var isLauncherGone: Bool {
        guard let launcher = ProcessInfo.processInfo.environment[launcherVariable].flatMap(Int32.init) else { return false }
        return getppid() != launcher
    }

    /// Runs the command line in every process.
    ///
    /// - Returns: the exit code of the first process, or a failure where another one failed.
    func run(_ arguments: [String]) throws -> Int32 {
        guard let program = Bundle.main.executableURL else { throw LauncherError("the program does not find its own file") }
        var environment = ProcessInfo.processInfo.environment
        environment.merge([
            "WORLD_SIZE": "\(count)", "LOCAL_WORLD_SIZE": "\(count)", "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": "\(try Self.freePort())", Self.launcherVariable: "\(getpid())",
        ]) { $1 }
        let ended = DispatchSemaphore(value: 0)
        let processes = try (0..<count).map { rank in
            let process = Process()
            process.executableURL = program
            process.arguments = arguments
            process.environment = environment.merging(["RANK": "\(rank)", "LOCAL_RANK": "\(rank)"]) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.terminationHandler = { _ in ended.signal() }
            try process.run()
            return process
        }
        let numbers = processes.map(\.processIdentifier)
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { for process in numbers { kill(process, number) } }
            source.resume()
            return source
        }
        return withExtendedLifetime(sources) {
            wait(for: processes, ended)
            return code(of: processes)
        }
    }

    private func wait(for processes: [Process], _ ended: DispatchSemaphore) {
        var told: Set<Int> = []
        var deadline: DispatchTime = .distantFuture
        while processes.contains(where: \.isRunning) {
            if ended.wait(timeout: deadline) == .timedOut {
                for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) }
                deadline = .distantFuture
            }
            for (rank, process) in processes.enumerated() where !process.isRunning && told.insert(rank).inserted {
                guard process.terminationReason == .uncaughtSignal || ![0, 2, 75].contains(process.terminationStatus) else {
                    continue
                }
                if process.terminationReason == .uncaughtSignal {
                    logger.error("process \(rank) was ended by signal \(process.terminationStatus)")
                }
                deadline = min(deadline, .now() + Self.grace)
            }
        }
    }

    private func code(of processes: [Process]) -> Int32 {
        let failed = processes.first { $0.terminationReason == .uncaughtSignal || ![0, 2, 75].contains($0.terminationStatus) }
        guard let failed else { return processes[0].terminationStatus }
        return failed.terminationReason == .uncaughtSignal ? 1 : failed.terminationStatus
    }

    /// A port of this host that nobody listens at now.
    private static func freePort() throws -> UInt16 {
        #if os(Linux)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutableBytes(of: &address) { bytes in
            let place = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return bind(descriptor, place, length) == 0 && getsockname(descriptor, place, &length) == 0
        }
        guard isBound else { throw LauncherError("no free port on 127.0.0.1: \(String(cString: strerror(errno)))") }
        return UInt16(bigEndian: address.sin_port)
    }
}

/// Processes that could not be started.
struct LauncherError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// An error of one of several processes, which says of which.
struct ProcessError: Error, CustomStringConvertible {
    let place: ProcessPlace
    let error: any Error

    var description: String { "\(place.name): \(error)" }
}
