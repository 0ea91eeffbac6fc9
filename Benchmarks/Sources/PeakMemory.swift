import Foundation

/// Memory that an objective takes at its peak beyond logits and gradient.
///
/// Measured in a process of its own, whose allocator maps every larger block and returns it at once, so that what the process
/// holds is what is in use. In a process that is timed, freed memory stays and would hide the peak.
struct PeakMemory {
    static let argument = "peak-memory"

    /// Megabytes by shape and objective; empty where the system does not tell.
    private let megabytes: [String: Double]

    init() {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [Self.argument]
        process.environment = ProcessInfo.processInfo.environment.merging(["MALLOC_MMAP_THRESHOLD_": "65536"]) { _, own in own }
        let pipe = Pipe()
        process.standardOutput = pipe
        guard (try? process.run()) != nil else {
            megabytes = [:]
            return
        }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        megabytes = (try? JSONDecoder().decode([String: Double].self, from: output)) ?? [:]
    }

    func megabytes(_ problem: LossProblem, _ objective: String) -> Double? { megabytes["\(problem.title) \(objective)"] }

    /// What the process of its own prints.
    static func measured() throws -> String {
        var found: [String: Double] = [:]
        for shape in LossProblem.shapes {
            let problem = try LossProblem(shape)
            for objective in LossProblem.objectives {
                let loss = try problem.loss(objective)
                let work = { try problem.pass { try loss(logits: problem.logits, labels: problem.labels) } }
                try work()  // what is set up once stays
                try problem.logits.setGradient(nil)
                guard let before = ProcessMemory.kilobytes("VmRSS"), ProcessMemory.resetPeak() else { continue }
                try work()
                guard let peak = ProcessMemory.kilobytes("VmHWM") else { continue }
                let gradient = problem.logits.count * 4
                found["\(problem.title) \(objective)"] = max(0, Double(peak - before) * 1024 - Double(gradient)) / 1e6
            }
        }
        return String(decoding: try JSONEncoder().encode(found), as: UTF8.self)
    }
}
