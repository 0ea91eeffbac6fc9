import Foundation

/// A sample that was put away, in memory or in a scratch file; any part of it can be taken.
public struct StoredSample: Sendable {
    /// A sample without its pixels.
    struct Outline: Sendable {
        let id: SampleID
        let channels: Int
        let size: GridSize
        let sourceSize: GridSize
    }

    private enum Values: Sendable {
        case memory(image: [Float], labels: [UInt8])
        /// Where the values of image and labels begin.
        case scratch(ScratchFile, image: Int, labels: Int)
    }

    let outline: Outline
    /// Nil where no window is placed about foreground.
    let foreground: ForegroundPlaces?
    private let values: Values

    /// - Parameters:
    ///   - file: where its pixels are put; nil: they stay in memory.
    ///   - crop: what places windows in it.
    /// - Throws: `FileError`.
    init(_ sample: Sample, in file: ScratchFile? = nil, for crop: RandomCrop? = nil) throws {
        outline = Outline(id: sample.id, channels: sample.channels, size: sample.size, sourceSize: sample.sourceSize)
        foreground = crop?.places(in: sample.labels)
        if let file {
            let start = try sample.image.withUnsafeBytes { try file.append($0) }
            values = .scratch(file, image: start, labels: try sample.labels.withUnsafeBytes { try file.append($0) })
        } else {
            values = .memory(image: sample.image, labels: sample.labels)
        }
    }

    /// All of it.
    ///
    /// - Throws: `FileError`.
    func whole() throws -> Sample {
        switch values {
        case .memory(let image, let labels): made(image, labels, outline.size)
        case .scratch(let file, let image, let labels):
            made(
                try Self.values(outline.channels * outline.size.count, at: image, in: file),
                try Self.values(outline.size.count, at: labels, in: file), outline.size)
        }
    }

    /// What lies in a box.
    ///
    /// - Throws: `FileError`.
    func cut(_ box: GridBox) throws -> Sample {
        guard box.size != outline.size else { return try whole() }
        let (size, channels) = (outline.size, 0..<outline.channels)
        switch values {
        case .memory(let image, let labels):
            return made(
                channels.flatMap { box.cut(image, of: size, from: $0 * size.count) }, box.cut(labels, of: size), box.size)
        case .scratch(let file, let image, let labels):
            let rows = box.starts(in: size)
            func row<Value: BitwiseCopyable>(_ start: Int, at place: Int) throws -> [Value] {
                try Self.values(box.size.width, at: place + start * MemoryLayout<Value>.stride, in: file)
            }
            return made(
                try channels.flatMap { channel in try rows.flatMap { try row(channel * size.count + $0, at: image) } },
                try rows.flatMap { try row($0, at: labels) }, box.size)
        }
    }

    /// Labels by their places, as far as there are any.
    ///
    /// - Throws: `FileError`.
    func labels(in range: Range<Int>) throws -> [UInt8] {
        let range = range.clamped(to: 0..<outline.size.count)
        return switch values {
        case .memory(_, let labels): Array(labels[range])
        case .scratch(let file, _, let labels): try Self.values(range.count, at: labels + range.lowerBound, in: file)
        }
    }

    private func made(_ image: [Float], _ labels: [UInt8], _ size: GridSize) -> Sample {
        Sample(
            id: outline.id, image: image, labels: labels, channels: outline.channels, size: size, sourceSize: outline.sourceSize)
    }

    private static func values<Value: BitwiseCopyable>(_ count: Int, at start: Int, in file: ScratchFile) throws -> [Value] {
        try [Value](unsafeUninitializedCapacity: count) { buffer, filled in
            try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: start)
            filled = count
        }
    }
}
