import Foundation

/// Times several pieces of work in turn, so that what disturbs one round disturbs all alike.
struct Measurement {
    struct Contender {
        let name: String
        let work: () throws -> Void
    }

    /// Median milliseconds of each contender.
    let medians: [String: Double]

    /// - Parameter budget: seconds; at least three rounds are run.
    init(_ contenders: [Contender], budget: Double) throws {
        for contender in contenders { try contender.work() }
        var times: [String: [Double]] = [:]
        let start = ContinuousClock.now
        var rounds = 0
        while rounds < 3 || (rounds < 200 && (ContinuousClock.now - start) / .seconds(1) < budget) {
            for contender in contenders {
                let begin = ContinuousClock.now
                try contender.work()
                times[contender.name, default: []].append((ContinuousClock.now - begin) / .milliseconds(1))
            }
            rounds += 1
        }
        medians = times.mapValues { $0.sorted()[$0.count / 2] }
    }
}

/// The process's memory, from Linux's own books.
enum Memory {
    /// Mebibytes that `work` needs at its peak beyond what is held before it; nil where the system does not tell.
    static func peak(of work: () throws -> Void) rethrows -> Double? {
        // Writing 5 sets the high-water mark back to what is held now.
        let canReset = (try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))) != nil
        let before = field("VmRSS")
        try work()
        guard canReset, let before, let peak = field("VmHWM") else { return nil }
        return max(0, peak - before)
    }

    private static func field(_ name: String) -> Double? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Double($0) }.map { $0 / 1024 }
    }
}

/// A row of `.build/bench.json`.
struct BenchmarkRow: Encodable {
    let name: String
    let shape: [Int]
    let median_ms: Double
    /// Our median divided by the peer's.
    let ratios: [String: Double]
    let peak_mebibytes: Double?
}
