import Foundation

/// The frames of a segmentation object that is written, and their pixels.
struct SegmentationFrames {
    /// As the standard's defined terms.
    enum Packing: String {
        case binary = "BINARY"
        case fractional = "FRACTIONAL"
        case labelMap = "LABELMAP"
    }

    let packing: Packing
    /// In the order of their segments, then of their planes; without a segment in a label map.
    let frames: [(segment: Int?, plane: Int)]
    /// Of an even number.
    let pixels: [UInt8]

    /// A length has 32 bits, of which the largest number is no length.
    private static let mostBytes = Int(UInt32.max) - 1

    /// Of labels, each frame that has a pixel.
    init(_ labels: [UInt8], of extent: Extent, as type: DICOMSegmentationType) {
        let size = extent.planeSize
        var frames: [(segment: Int?, plane: Int)] = []
        for plane in 0..<extent.depth {
            let found = Set(labels[plane * size..<(plane + 1) * size]).subtracting([0])
            switch type {
            case .binary: frames += found.map { (Int($0), plane) }
            case .labelMap: if !found.isEmpty { frames.append((nil, plane)) }
            }
        }
        // An object has a frame at least: that of nothing found, on the first plane.
        if frames.isEmpty { frames = [(type == .binary ? 1 : nil, 0)] }
        frames.sort { ($0.segment ?? 0, $0.plane) < ($1.segment ?? 0, $1.plane) }
        var bytes = [UInt8](repeating: 0, count: type == .binary ? (frames.count * size + 7) / 8 : frames.count * size)
        for (number, frame) in frames.enumerated() {
            for place in 0..<size {
                let (pixel, label) = (number * size + place, labels[frame.plane * size + place])
                if type == .labelMap {
                    bytes[pixel] = label
                } else if Int(label) == frame.segment {
                    bytes[pixel >> 3] |= 1 << UInt8(pixel & 7)
                }
            }
        }
        self.init(type == .binary ? .binary : .labelMap, frames, bytes)
    }

    /// Of probabilities, each frame in which one is not 0 of 255.
    ///
    /// - Throws: `ImageFileError` for more bytes than an element holds; what `probability` throws.
    init(
        probabilitiesOf segments: Int, on extent: Extent, for url: URL, _ probability: (_ segment: Int) throws -> [Float]
    ) throws {
        let size = extent.planeSize
        var frames: [(segment: Int?, plane: Int)] = []
        var bytes: [UInt8] = []
        for segment in 1...segments {
            let values = try probability(segment)
            precondition(values.count == extent.voxelCount, "as many probabilities as voxels")
            for plane in 0..<extent.depth {
                let frame = values[plane * size..<(plane + 1) * size].map { UInt8(min(1, max(0, $0)) * 255 + 0.5) }
                guard frame.contains(where: { $0 != 0 }) else { continue }
                frames.append((segment, plane))
                bytes += frame
            }
            guard bytes.count < Self.mostBytes else {
                throw ImageFileError(
                    url, .unsupported, "the probabilities take more than the 4 GB that a file of DICOM holds",
                    advice: "write them as nifti or npz")
            }
        }
        if frames.isEmpty { (frames, bytes) = ([(1, 0)], [UInt8](repeating: 0, count: size)) }
        self.init(.fractional, frames, bytes)
    }

    private init(_ packing: Packing, _ frames: [(segment: Int?, plane: Int)], _ bytes: [UInt8]) {
        (self.packing, self.frames) = (packing, frames)
        pixels = bytes + [UInt8](repeating: 0, count: bytes.count % 2)
    }
}
