import Foundation
import TestSupport

/// `fuzz [COUNT] [SEED]`: damages sound files of every format COUNT times and reads them. Each must be read or refused with
/// an error that names it, within 2 seconds and 4 times the memory of the sound file; the first that is not is reported
/// with its number, and `fuzz --only NUMBER SEED FILE` makes it again.
@main
struct Fuzz {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "--batch" where arguments.count == 5:
            let (first, last, seed) = (Int(arguments[1])!, Int(arguments[2])!, UInt64(arguments[3])!)
            let batch = Batch(seed: seed, numbers: first..<last, folder: URL(filePath: arguments[4]))
            if let fault = try batch.run() {
                print(fault)
                exit(1)
            }
        case "--only" where arguments.count == 4:
            guard let number = Int(arguments[1]), let seed = UInt64(arguments[2]) else { usage() }
            let mutation = Mutation(number: number, seed: seed, of: try Specimen.all())
            try Data(mutation.bytes).write(to: URL(filePath: arguments[3]))
            print("\(mutation.specimen.name): \(mutation.damage)")
        default:
            let numbers = arguments.map { UInt64($0) }
            guard numbers.count <= 2, !numbers.contains(nil) else { usage() }
            exit(
                try run(count: Int(numbers.first.flatMap(\.self) ?? 20_000), seed: numbers.dropFirst().first.flatMap(\.self) ?? 1)
            )
        }
    }

    private static func usage() -> Never {
        FileHandle.standardError.write(Data("usage: fuzz [COUNT] [SEED], or fuzz --only NUMBER SEED FILE\n".utf8))
        exit(64)
    }

    /// Mutations of one process: many, because starting one takes longer than reading a file.
    private static let batchSize = 2000
    /// After so many faults there is enough to mend.
    private static let mostFaults = 20

    /// - Returns: the exit status.
    private static func run(count: Int, seed: UInt64) throws -> Int32 {
        var next = 0
        var faults = 0
        while next < count, faults < mostFaults {
            let end = min(count, next + batchSize)
            guard let fault = try faultOfBatch(next..<end, seed: seed) else {
                next = end
                continue
            }
            print("fuzz: \(fault.reason); make the file again by: fuzz --only \(fault.number) \(seed) FILE")
            faults += 1
            next = fault.number + 1
        }
        print("fuzz: \(next) mutations of seed \(seed), \(faults) faults")
        return faults == 0 ? 0 : 1
    }

    private static func faultOfBatch(_ numbers: Range<Int>, seed: UInt64) throws -> (number: Int, reason: String)? {
        try withTemporaryFolder { folder in
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(filePath: CommandLine.arguments[0])
            process.arguments = ["--batch", "\(numbers.lowerBound)", "\(numbers.upperBound)", "\(seed)", folder.path]
            process.standardOutput = output
            try process.run()
            let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let isSignal = process.terminationReason == .uncaughtSignal
            guard isSignal || process.terminationStatus != 0 else { return nil }
            let mark = (try? Data(contentsOf: folder.appending(path: "mark"))) ?? Data()
            guard mark.count == MemoryLayout<Int>.size else {
                return (numbers.lowerBound, "the batch ended before its first mutation: \(said)")
            }
            let number = mark.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
            let reason =
                switch process.terminationStatus {
                case SIGPROF where isSignal, SIGALRM where isSignal: "it takes more than 2 seconds"
                case let signal where isSignal: "the reader ends by signal \(signal)"
                default: said.trimmingCharacters(in: .whitespacesAndNewlines)
                }
            let mutation = Mutation(number: number, seed: seed, of: try Specimen.all())
            return (number, "\(mutation.specimen.name) (\(mutation.damage)): \(reason)")
        }
    }
}
