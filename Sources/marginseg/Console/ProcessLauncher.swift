import Foundation
import Logging
import SegTraining
import Synchronization

/// Starts this program several times on this host, as `torchrun` would, and sees to it that all end.
struct ProcessLauncher {
    let count: Int
    let logger: Logger

    /// By what a process knows who started it.
    private static let launcherVariable = "MARGINSEG_LAUNCHER"
    /// Seconds that the others have to end by themselves when one is lost.
    private static let grace = 15.0

    /// Whether whoever started this process is gone.
    static var isLauncherGone: Bool { launcher.map { getppid() != $0 } ?? false }

    /// The process that started this one; nil where none did.
    static let launcher = ProcessInfo.processInfo.environment[launcherVariable].flatMap { pid_t($0) }

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
        let requests = Mutex<[(number: Int32, at: ContinuousClock.Instant)]>([])
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let now = ContinuousClock.now
                let isRepeated = requests.withLock { requests in
                    defer { requests.append((number, now)) }
                    return requests.first.map { now - $0.at >= .seconds(1) } ?? false
                }
                for process in numbers { kill(process, isRepeated && number != SIGHUP ? SIGKILL : number) }
            }
            source.resume()
            return source
        }
        return withExtendedLifetime(sources) {
            wait(for: processes, ended, wasAsked: { requests.withLock { !$0.isEmpty } })
            for process in numbers { RunMirror.remove(of: process) }
            return code(of: processes, asked: requests.withLock { $0.first?.number })
        }
    }

    private func wait(for processes: [Process], _ ended: DispatchSemaphore, wasAsked: () -> Bool) {
        var told: Set<Int> = []
        var deadline: DispatchTime = .distantFuture
        while processes.contains(where: \.isRunning) {
            if ended.wait(timeout: deadline) == .timedOut {
                for (rank, process) in processes.enumerated() where process.isRunning {
                    logger.error("process \(rank) does not end, and is killed")
                    told.insert(rank)
                    kill(process.processIdentifier, SIGKILL)
                }
                deadline = .distantFuture
            }
            for (rank, process) in processes.enumerated() where !process.isRunning && told.insert(rank).inserted {
                guard hasFailed(process) else { continue }
                if process.terminationReason == .uncaughtSignal, !wasAsked() {
                    logger.error("process \(rank) was ended by signal \(process.terminationStatus)")
                }
                deadline = min(deadline, .now() + Self.grace)
            }
        }
    }

    private func hasFailed(_ process: Process) -> Bool {
        process.terminationReason == .uncaughtSignal || ![0, 2, 75].contains(process.terminationStatus)
    }

    /// - Parameter asked: the signal that this process got first.
    private func code(of processes: [Process], asked: Int32?) -> Int32 {
        guard let failed = processes.first(where: hasFailed) else { return processes[0].terminationStatus }
        guard failed.terminationReason == .uncaughtSignal else { return failed.terminationStatus }
        guard let asked else { return 1 }
        logger.info("ended before anything was saved, or without saving")
        // As shells say it of a program that a signal ended.
        return 128 + asked
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
