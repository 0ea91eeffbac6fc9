import DurableFiles
import Foundation
import MarginCalibration
import SegInference
import SegLosses
import SegModels
import Torch

/// What a run was made with and of, beside its configuration: `run.json`.
struct RunFacts: Codable, Equatable {
    /// A process that worked on the run.
    struct Session: Codable, Equatable {
        let began: Date
        /// Where it took the run up.
        let stage: Int
        let epoch: Int
        let step: Int
        let program: String
        let libtorch: String
        let device: String
        let threads: Int
        let loaderWorkers: Int
        /// That trained together; nil: one alone.
        let processes: Int?
        let system: String
        let cores: Int
        let memoryBytes: UInt64
        /// The widest that libtorch's kernels use.
        let instructionSet: String
        /// Who computed the network; nil in files of before there was a choice. Kernels are for the CPU alone.
        let execution: Execution?
        /// Why a CUDA device does without kernels of our own for objectives; nil where it has them, and on the CPU.
        let withoutObjectiveKernels: String?

        init(
            at position: TrainingPosition, _ network: NetworkConfiguration, classes: Int, _ resources: TrainingResources,
            processes: Int?
        ) {
            let process = ProcessInfo.processInfo
            began = .now
            (stage, epoch, step) = (position.stage, position.epoch, position.step)
            program = "marginseg \(Version.current)"
            libtorch = TorchLibrary.version
            device = resources.device.description
            threads = TorchLibrary.threadCount
            loaderWorkers = resources.loaderWorkers
            self.processes = processes
            system = process.operatingSystemVersionString
            cores = process.activeProcessorCount
            memoryBytes = process.physicalMemory
            instructionSet = TorchLibrary.instructionSet
            execution = resources.device == .cpu ? network.execution : .composed
            withoutObjectiveKernels = DeviceObjectiveKernels.reason(on: resources.device, classes: classes)
        }

        enum CodingKeys: String, CodingKey {
            case began, stage, epoch, step, program, libtorch, device, threads, processes, system, cores, execution
            case loaderWorkers = "loader_workers"
            case memoryBytes = "memory_bytes"
            case instructionSet = "instruction_set"
            case withoutObjectiveKernels = "without_objective_kernels"
        }
    }

    let seed: UInt64
    let data: String
    let trainingSamples: Int
    /// Samples without foreground that the selection left out.
    let leftOut: Int
    let validationCases: Int
    /// How validation makes scores, such as `windows of 40×56×40, step 0.5`; nil: of whole samples.
    let validationScoring: String?
    let classNames: [String]
    /// Pixels of each class in the training samples, and their shares.
    let labelCounts: [Int]
    let labelFrequencies: [Double]
    let parameterCount: Int
    var sessions: [Session]

    enum CodingKeys: String, CodingKey {
        case seed, data, sessions
        case trainingSamples = "training_planes"
        case leftOut = "left_out"
        case validationCases = "validation_cases"
        case validationScoring = "validation_scoring"
        case classNames = "class_names"
        case labelCounts = "label_counts"
        case labelFrequencies = "label_frequencies"
        case parameterCount = "parameters"
    }

    /// What recording a session brought to light.
    struct Recording: Equatable {
        /// How the session differs from the first in what decides the last bits of a sum, such as `threads 4, not 2`.
        var differences: [String] = []
        /// Where a file that could not be read was put aside; nil for none.
        var damaged: URL?
    }

    /// Adds the session to those that the run's file names already.
    ///
    /// - Throws: `FileError`.
    static func record(_ facts: RunFacts, to url: URL) throws -> Recording {
        var facts = facts
        var recording = Recording()
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        if FileSystem.kind(of: url) == .file {
            if let earlier = try? decoder.decode(RunFacts.self, from: FileSystem.read(url)) {
                facts.sessions = earlier.sessions + facts.sessions
            } else {
                let aside = url.deletingPathExtension().appendingPathExtension("damaged.json")
                try DurableFile.copy(url, to: aside)
                recording.damaged = aside
            }
        }
        try DurableFile.write(try JSONEncoder.sorted(isPretty: true).encode(facts) + Data("\n".utf8), to: url)
        guard let first = facts.sessions.first, let last = facts.sessions.last else { return recording }
        recording.differences = [
            ("threads", "\(first.threads)", "\(last.threads)"),
            ("processes", "\(first.processes ?? 1)", "\(last.processes ?? 1)"), ("device", first.device, last.device),
            ("execution", (first.execution ?? last.execution)?.rawValue ?? "", last.execution?.rawValue ?? ""),
            ("instruction set", first.instructionSet, last.instructionSet), ("libtorch", first.libtorch, last.libtorch),
            ("program", first.program, last.program),
        ].filter { $0.1 != $0.2 }.map { "\($0.0) \($0.2), not \($0.1)" }
        return recording
    }
}
