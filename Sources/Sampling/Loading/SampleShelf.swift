import Foundation

/// Prepared samples, in memory or, where they would not fit, in a scratch file.
enum SampleShelf: Sendable {
    case memory
    case scratch(ScratchFile)

    /// A sample put away.
    enum Item: Sendable {
        case sample(Sample)
        /// Where the values of image and labels begin.
        case stored(image: Int, labels: Int, Outline)
    }

    /// A sample without its pixels.
    struct Outline: Sendable {
        let id: SampleID
        let channels: Int
        let size: GridSize
        let sourceSize: GridSize
    }

    /// - Throws: `FileError`.
    func put(_ sample: Sample) throws -> Item {
        guard case .scratch(let file) = self else { return .sample(sample) }
        let start = try sample.image.withUnsafeBytes { try file.append($0) }
        let labels = try sample.labels.withUnsafeBytes { try file.append($0) }
        return .stored(
            image: start, labels: labels,
            Outline(id: sample.id, channels: sample.channels, size: sample.size, sourceSize: sample.sourceSize))
    }

    /// - Throws: `FileError`.
    func take(_ item: Item) throws -> Sample {
        switch (item, self) {
        case (.sample(let sample), _): return sample
        case (.stored(let image, let labels, let outline), .scratch(let file)):
            return Sample(
                id: outline.id, image: try Self.values(outline.channels * outline.size.count, at: image, in: file),
                labels: try Self.values(outline.size.count, at: labels, in: file), channels: outline.channels,
                size: outline.size, sourceSize: outline.sourceSize)
        case (.stored, .memory): preconditionFailure("an item belongs to the shelf that it was put on")
        }
    }

    private static func values<Value: BitwiseCopyable>(_ count: Int, at start: Int, in file: ScratchFile) throws -> [Value] {
        try [Value](unsafeUninitializedCapacity: count) { buffer, filled in
            try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: start)
            filled = count
        }
    }
}
