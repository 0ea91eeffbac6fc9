import Foundation

/// The memory of this process and of the machine, as the system counts it.
package enum ProcessMemory {
    /// Makes the peak start anew where the system can do that: on Linux. Elsewhere it only ever rises.
    package static func resetPeak() {
        #if os(Linux)
            // proc(5): 5 sets the peak resident set to the current one.
            try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
        #endif
    }

    /// The largest resident set so far, in bytes.
    package static var peak: Int? {
        #if os(Linux)
            field("VmHWM:", of: "/proc/self/status")
        #else
            var usage = rusage()
            return getrusage(RUSAGE_SELF, &usage) == 0 ? Int(usage.ru_maxrss) : nil
        #endif
    }

    /// The resident set, in bytes; nil where the system does not say it.
    package static var resident: Int? {
        #if os(Linux)
            field("VmRSS:", of: "/proc/self/status")
        #else
            nil
        #endif
    }

    /// Bytes that programs can still take, within the limit of a container too.
    package static var available: Int? {
        #if os(Linux)
            let machine = field("MemAvailable:", of: "/proc/meminfo")
            guard let limit = number(in: "/sys/fs/cgroup/memory.max"), let used = number(in: "/sys/fs/cgroup/memory.current")
            else { return machine }
            return min(machine ?? .max, max(0, limit - used))
        #else
            // What else runs is not known: half of the machine.
            return Int(ProcessInfo.processInfo.physicalMemory / 2)
        #endif
    }

    /// A line `name   12345 kB`, in bytes.
    private static func field(_ name: String, of file: String) -> Int? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) })
        else { return nil }
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }

    private static func number(in file: String) -> Int? {
        (try? String(contentsOfFile: file, encoding: .utf8)).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
}
