import Foundation
import SegConfiguration
import Torch

/// The processes that train one run together, as one of them sees them.
///
/// Each has a part of every batch, whose objective is that of the whole (`SharedBatches`), and the gradients of the parts are added
/// up. So all hold the same weights, optimiser and random numbers at every step, and the run is that of one process but for the last
/// bits of sums.
///
/// Where one is lost the others end too, with what happened to it.
public final class TrainingProcesses {
    public let place: ProcessPlace
    let group: ProcessGroup
    private let notes: Notes
    /// Whether there is a checkpoint to go on from.
    var isSaved = false

    var isFirst: Bool { place.isFirst }
    var count: Int { place.count }

    /// Waits until all are there.
    ///
    /// - Parameter timeout: seconds that one waits for another, here and later.
    /// - Throws: `ProcessesError` where they do not come together.
    public init(_ place: ProcessPlace, timeout: Double) throws {
        self.place = place
        let meeting = place.meeting(timeout: timeout)
        do {
            group = try ProcessGroup(meeting)
        } catch {
            if error.kind == .notImplemented || error.kind == .notLoaded { throw error }
            throw ProcessesError(
                "could not meet the others at \(meeting.host):\(meeting.port) within \(Int(timeout)) s: \(Self.words(error))",
                meeting.serves
                    ? "see whether all \(place.count) were started, and whether the port is free (MASTER_PORT)"
                    : "see whether process 0 runs, and whether that address can be reached from here (MASTER_ADDR, MASTER_PORT, "
                        + "GLOO_SOCKET_IFNAME)")
        }
        notes = Notes(group)
        notes.beginPulse()
    }

    // MARK: Agreement

    /// Whether a condition holds in one process or more.
    func any(_ holds: Bool) throws -> Bool {
        let count = try Tensor([holds ? 1 : 0] as [Float])
        try explaining { try group.sum(count) }
        return try count.item() > 0
    }

    /// The values of all processes, by rank.
    func gather<Value: Codable>(_ value: Value) throws -> [Value] {
        let bytes = Array(try JSONEncoder().encode(value))
        return try explaining { try group.gather(bytes) }.map { try JSONDecoder().decode(Value.self, from: Data($0)) }
    }

    /// The files of the first process's folder, as the others get them: a name and what is in it.
    func share(_ files: [(name: String, content: Data)]) throws -> [(name: String, content: Data)] {
        let names = try JSONDecoder().decode(
            [String].self, from: Data(explaining { try group.broadcast(Array(JSONEncoder().encode(files.map(\.name)))) }))
        return try names.enumerated().map { index, name in
            let own = isFirst ? Array(files[index].content) : []
            return (name, Data(try explaining { try group.broadcast(own) }))
        }
    }

    /// Overwrites tensors by the first process's.
    func share(_ tensors: [Tensor]) throws {
        for tensor in tensors { try explaining { try group.broadcast(tensor) } }
    }

    /// Stops a process that would train something else than the first.
    ///
    /// - Parameter labels: pixels of the classes in the training split.
    /// - Throws: `ProcessesError` with the keys that differ.
    func requireSame(_ configuration: RunConfiguration, labels: [Int], version: String) throws {
        struct Terms: Codable, Equatable {
            var configuration: RunConfiguration
            let labels: [Int]
            let version: String
        }
        let all = try gather(Terms(configuration: configuration, labels: labels, version: version))
        for (rank, other) in all.enumerated().dropFirst() {
            var differences = try ConfigurationChange.all(from: all[0].configuration, to: other.configuration)
                .filter { $0.key != ["data", "folder"] }.map(\.description)
            if other.labels != all[0].labels {
                differences.append("other training data: \(other.labels) pixels of the classes, not \(all[0].labels)")
            }
            if other.version != all[0].version { differences.append("\(other.version), not \(all[0].version)") }
            guard differences.isEmpty else {
                throw ProcessesError(
                    "process \(rank) would train something else than process 0: \(differences.joined(separator: ", "))",
                    "start all with the same command on the same data")
            }
        }
    }

    /// Stops batches that cannot be cut into equal parts.
    func requireParts(ofBatches size: Int) throws {
        guard size % count != 0 else { return }
        let fitting = (1...size).filter { size % $0 == 0 }.map(String.init).joined(separator: ", ")
        throw ProcessesError(
            "training.batch_size is \(size), which \(count) processes cannot share evenly",
            "take a multiple of \(count), or another number of processes: \(fitting)")
    }

    /// Fewer samples than a batch make one of all.
    ///
    /// - Parameters:
    ///   - samples: of the training split.
    ///   - size: of a batch.
    func requireParts(of samples: Int, inBatchesOf size: Int) throws {
        guard samples < size, samples % count != 0 else { return }
        let fitting = (1...samples).last { $0 % count == 0 }
        throw ProcessesError(
            "the training split has \(samples) samples, fewer than training.batch_size (\(size)), and \(count) processes cannot share them "
                + "evenly",
            fitting.map { "take batches of \($0) or fewer, or one process" } ?? "take one process")
    }

    // MARK: A step

    /// The scores of the whole batch, with the gradient of the own part.
    ///
    /// - Parameter own: [B, C, …] in the graph.
    /// - Returns: [B·processes, C, …]
    func whole(_ own: Tensor) throws -> Tensor {
        let all = try explaining { try group.gather(own) }
        let parts = try (0..<count).map { try $0 == place.rank ? own : all.selected(0, $0) }
        return try .concatenated(parts, 0)
    }

    /// The same of numbers that have no gradient.
    func whole<Element: TensorElement>(_ own: [Element]) throws -> [Element] {
        try explaining { try group.gather(Tensor(own)) }.elements()
    }

    /// Adds up a tensor of all, in place.
    func sum(_ tensor: Tensor) throws { try explaining { try group.sum(tensor) } }

    /// The sums of numbers of all.
    func sum(_ counts: [Int]) throws -> [Int] {
        let all = try Tensor(counts.map(Int64.init))
        try sum(all)
        let sums: [Int64] = try all.elements()
        return sums.map(Int.init)
    }

    // MARK: Ends

    /// Until all have come so far.
    public func finish() throws {
        _ = try any(false)
        notes.endPulse()
    }

    /// Tells the others why this process ends before them.
    public func leave(because error: any Error) {
        notes.endPulse()
        // A process that has lost another has nothing of its own to tell.
        if !(error is ProcessesError) { try? notes.post("\(error)", as: Notes.failure(place.rank)) }
        group.disconnect()
        // Those who notice by that ask the store why, which may end with this process.
        if group.place.serves { Thread.sleep(forTimeInterval: 2 * Notes.interval) }
    }

    /// What `body` throws; where that comes of another process's end, with which and why.
    func explaining<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as TorchError where error.kind != .outOfMemory {
            throw try lost(error) ?? error
        }
    }

    /// What Gloo says, without where its source stands and whom to ask.
    private static func words(_ cause: TorchError) -> String {
        let text = cause.message.prefix { $0 != "\n" }
        let end = text.range(of: ". This is typically")?.lowerBound ?? text.endIndex
        let start = text.hasPrefix("[") ? text.range(of: "] ")?.upperBound ?? text.startIndex : text.startIndex
        return text[min(start, end)..<end].trimmingCharacters(in: CharacterSet(charactersIn: ". "))
    }

    private func lost(_ cause: TorchError) throws -> ProcessesError? {
        let others = (0..<count).filter { $0 != place.rank }
        let remedy = isSaved ? "the last checkpoint stands: go on with --resume" : "mend that, and start all again"
        do {
            for rank in others {
                if let reason = try notes.posted(Notes.failure(rank)) {
                    return ProcessesError("process \(rank) failed: \(reason)", remedy)
                }
            }
            let before = try others.map { try notes.posted(Notes.pulse($0)) }
            Thread.sleep(forTimeInterval: 3 * Notes.interval)
            let silent = try zip(others, before).filter { try notes.posted(Notes.pulse($0)) == $1 }.map(\.0)
            guard !silent.isEmpty else { return nil }
            let names = silent.map(String.init).joined(separator: ", ")
            return ProcessesError(
                "process\(silent.count > 1 ? "es" : "") \(names) ended, hangs or cannot be reached (\(Self.words(cause)))",
                remedy)
        } catch {
            // Without the store nothing is known of anybody but its keeper.
            return ProcessesError(
                "process 0 ended, hangs or cannot be reached at \(place.address):\(place.port) (\(Self.words(cause)))",
                remedy)
        }
    }
}
