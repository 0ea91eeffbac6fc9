import CZlib
import Foundation
import MedicalImages

/// Reading a packed volume beside zlib alone, which inflates the same bytes into memory and does nothing else.
struct ImageBenchmark {
    /// Width, height, depth: a brain at 1 mm.
    static let shape = [240, 240, 155]

    /// Seconds for the whole comparison.
    let budget: Double
    let report: (String) -> Void

    func run() throws -> [BenchmarkRow] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "volume.nii.gz")
        let size = try Self.writeVolume(to: url)
        let measured = try Measurement(
            [
                .init(name: "ours") {
                    let count = try NIfTI.read(url).samples.count
                    precondition(4 * count == size)
                },
                .init(name: "zlib") { try Self.inflate(url, expecting: size) },
            ], budget: budget)
        guard let ours = measured.medians["ours"], let zlib = measured.medians["zlib"] else { return [] }
        let row = BenchmarkRow(
            name: "read float32 .nii.gz", shape: Self.shape, median_ms: ours,
            ratios: ["zlib": ours / zlib, "decoded_size": try memory(of: url) / Double(size)])
        report("\n\(row.name), \(Self.shape.map(String.init).joined(separator: "×"))")
        report(String(format: "ours %.1f ms, zlib alone %.1f ms, ratio %.3f", ours, zlib, ours / zlib))
        report(String(format: "memory while reading / decoded volume: %.3f", row.ratios["decoded_size"] ?? .nan))
        return [row]
    }

    /// A smooth head with noise in its last digits, as scanners give; outside, zeros.
    private static func writeVolume(to url: URL) throws -> Int {
        let (width, height, depth) = (shape[0], shape[1], shape[2])
        var state: UInt32 = 1
        var values = [Float](repeating: 0, count: width * height * depth)
        for z in 0..<depth {
            for y in 0..<height {
                for x in 0..<width {
                    let (u, v, w) = (Float(x) / 120 - 1, Float(y) / 120 - 1, Float(z) / 77 - 1)
                    let radius = u * u + v * v + w * w
                    state = state &* 1_664_525 &+ 1_013_904_223
                    if radius < 0.8 { values[(z * height + y) * width + x] = (1 - radius) * 900 + Float(state >> 24) }
                }
            }
        }
        try NIfTI.write(
            .float32(values), extent: Extent(width: width, height: height, depth: depth),
            geometry: VoxelGeometry(spacing: [1, 1, 1]), to: url)
        return 4 * values.count
    }

    private static func inflate(_ url: URL, expecting size: Int) throws {
        var packed = Array(try Data(contentsOf: url))
        // Behind the header there is nothing but voxels.
        let content = UnsafeMutableRawBufferPointer.allocate(byteCount: size + 352, alignment: 16)
        defer { content.deallocate() }
        var stream = z_stream()
        precondition(inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
        defer { inflateEnd(&stream) }
        packed.withUnsafeMutableBufferPointer { packed in
            stream.next_in = packed.baseAddress
            stream.avail_in = uInt(packed.count)
            stream.next_out = content.baseAddress?.assumingMemoryBound(to: Bytef.self)
            stream.avail_out = uInt(content.count)
            precondition(CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END)
        }
    }

    /// The most memory that a process of its own takes while it reads, in bytes.
    private func memory(of url: URL) throws -> Double {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: CommandLine.arguments[0])
        process.arguments = [Self.memoryOption, url.path]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Double(text.trimmingCharacters(in: .newlines)) ?? .nan
    }

    /// The argument under which `bench` prints the milliseconds in which a DICOM series is read.
    static let seriesOption = "--series"

    static func printTime(ofSeries folder: URL) throws {
        let clock = ContinuousClock()
        let time = try clock.measure { _ = try ImageFile.read(folder) }
        print(time / .milliseconds(1))
    }

    /// The argument under which `bench` prints what `printMemory` does.
    static let memoryOption = "--memory-of"

    /// Reads a file and prints by how many bytes that raised the process's largest memory.
    static func printMemory(of url: URL) throws {
        let before = peak
        let samples = try NIfTI.read(url).samples
        print(peak - before)
        withExtendedLifetime(samples) {}
    }

    /// The largest memory that this program has had, in bytes. Linux hands `ru_maxrss` on from the process that started it.
    private static var peak: Int {
        #if os(Linux)
            let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
        #else
            var usage = rusage()
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #endif
    }
}
