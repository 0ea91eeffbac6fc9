import DurableFiles
import Foundation
import MedicalImages
import Torch

/// Reads mutations one after another in this process, which a bug in a reader may end: the caller sees where by the mark.
struct Batch {
    let seed: UInt64
    let numbers: Range<Int>
    let folder: URL

    #if SANITIZED
        // The time and memory of a sanitizer are none of the reader's; and it finds races only where there are threads.
        private static let processorSeconds = 60, clockSeconds: UInt32 = 120, slack = 16 << 30, readers = 2
    #else
        /// Seconds of processor time that a mutation may take, and of time by the clock.
        private static let processorSeconds = 2, clockSeconds: UInt32 = 30
        /// What the process itself takes on the way, whatever it reads.
        private static let slack = 24 << 20
        /// Threads that read a file at once.
        private static let readers = 1
    #endif

    /// The file that holds the number of the mutation being read.
    var mark: URL { folder.appending(path: "mark") }

    /// - Returns: what was wrong with the first mutation that broke a promise, or nil.
    func run() throws -> String? {
        let specimens = try Specimen.all()
        try Data().write(to: mark)
        let mark = try FileHandle(forWritingTo: mark)
        // Sound files first: what the codecs and their tables take once is no mutation's fault.
        for specimen in specimens { _ = Batch.read(try file(specimen.name, specimen.bytes)) }
        let baseline = Batch.peakMemory
        var peak = baseline
        for number in numbers {
            try mark.seek(toOffset: 0)
            try mark.write(contentsOf: withUnsafeBytes(of: number) { Data($0) })
            let mutation = Mutation(number: number, seed: seed, of: specimens)
            let url = try file(mutation.specimen.name, mutation.bytes)
            Batch.setTimers(processorSeconds: Batch.processorSeconds, clockSeconds: Batch.clockSeconds)
            let fault = Batch.readByAll(url)
            Batch.setTimers(processorSeconds: 0, clockSeconds: 0)
            if let fault { return fault }
            let now = Batch.peakMemory
            let limit = 4 * mutation.specimen.honestSize + Batch.slack
            if now > peak, now - baseline > limit { return "it took \(now - baseline) bytes of memory, allowed are \(limit)" }
            peak = now
        }
        return nil
    }

    /// What is wrong with how one of the readers read or refused a file, or nil.
    private static func readByAll(_ url: URL) -> String? {
        let lock = NSLock()
        nonisolated(unsafe) var fault: String?  // under the lock
        DispatchQueue.concurrentPerform(iterations: readers) { _ in
            let found = read(url)
            lock.withLock { fault = fault ?? found }
        }
        return fault
    }

    private func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
        let url = folder.appending(path: name)
        // Not by `Data.write`, which waits for the device: that takes longer than all else.
        guard let file = fopen(url.path, "wb") else { throw Batch.unwritable(url) }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Batch.unwritable(url) }
        return url
    }

    private static func unwritable(_ url: URL) -> FileError {
        FileError(url, "cannot be written", reason: String(cString: strerror(errno)))
    }

    /// What is wrong with how a file was read or refused, or nil.
    private static func read(_ url: URL) -> String? {
        do {
            switch url.pathExtension {
            case "safetensors":
                _ = try Safetensors(contentsOf: url)
                return nil
            case "pth":
                _ = try PyTorchFile(contentsOf: url)
                return nil
            default: break
            }
            let image = try ImageFile.read(url)
            guard image.samples.count == image.extent.sampleCount else { return "it has other samples than its size says" }
            let info = try ImageFile.readInfo(url)
            guard info.extent == image.extent, info.voxelType == image.samples.type, info.notes == image.notes else {
                return "it is described otherwise than it is read"
            }
            guard image.realValues().count == image.samples.count else { return "it has other values than samples" }
            return nil
        } catch {
            let message = "\(error)"
            let isOurs = error is ImageFileError || error is FileError
            guard isOurs, message.contains(url.path), !message.contains("\n") else { return "it is refused by: \(message)" }
            return nil
        }
    }

    /// The largest memory this process has had, in bytes.
    private static var peakMemory: Int {
        var usage = rusage()
        // glibc counts in KiB, and its constants are enumerations.
        #if os(Linux)
            getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss << 10
        #else
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #endif
    }

    /// The signals of these timers end the process.
    private static func setTimers(processorSeconds: Int, clockSeconds: UInt32) {
        var timer = itimerval()
        timer.it_value.tv_sec = processorSeconds
        #if os(Linux)
            setitimer(Int32(ITIMER_PROF.rawValue), &timer, nil)
        #else
            setitimer(ITIMER_PROF, &timer, nil)
        #endif
        alarm(clockSeconds)
    }
}
