import Foundation

/// Times several pieces of work in turn, so that what disturbs one round disturbs all alike.
struct Measurement {
    struct Contender {
        let name: String
        let work: () throws -> Void
    }

    /// Median milliseconds of each contender.
    let medians: [String: Double]

    /// - Parameters:
    ///   - budget: seconds; at least three rounds are run.
    ///   - pause: seconds before each work, in which the threads of another process that was at it stop waiting awake.
    init(_ contenders: [Contender], budget: Double, pause: Double = 0) throws {
        for contender in contenders { try contender.work() }
        var times: [String: [Double]] = [:]
        let start = ContinuousClock.now
        var rounds = 0
        while rounds < 3 || (rounds < 200 && (ContinuousClock.now - start) / .seconds(1) < budget) {
            for contender in contenders {
                if pause > 0 { Thread.sleep(forTimeInterval: pause) }
                let begin = ContinuousClock.now
                try contender.work()
                times[contender.name, default: []].append((ContinuousClock.now - begin) / .milliseconds(1))
            }
            rounds += 1
        }
        medians = times.mapValues { $0.sorted()[$0.count / 2] }
    }
}

/// What was measured of one thing.
struct BenchmarkRow: Codable {
    let name: String
    let shape: [Int]
    let median_ms: Double
    /// Our median divided by the peer's.
    let ratios: [String: Double]
    /// Of an objective, memory beyond logits and gradient; of a training step, beyond the process before it. Nil where the
    /// system does not tell.
    var peak_megabytes: Double?
    /// Our peak divided by the peer's.
    var peak_ratios: [String: Double]?
}
