import Foundation

/// A segmentation object as labels: each segment by its number, and of segments that overlap the one with the higher number.
///
/// Binary, fractional (from half of the largest value on) and label maps; planes that it leaves out are background.
///
/// Source: DICOM PS3.3, A.51 and C.8.20.
struct DICOMSegmentation {
    let url: URL
    private let planes: [DICOMPlane]
    private let type: String
    private let largest: Double
    /// The segment of each frame; nil in a label map.
    private let segments: [Int?]
    /// What stands for a segment in label files, where its description states it.
    private let values: [Int: Int32]
    /// As stored: bits least significant first across frame borders, bytes or words.
    private let pixels: [UInt8]

    /// - Throws: `ImageFileError` where it is damaged or packed in a way that is not read; `FileError`.
    init(_ file: DICOMFile, _ header: DICOMHeader) throws {
        url = file.url
        let root = file.elements
        planes = header.planes
        guard let storage = planes.first?.storage else { throw ImageFileError.corrupt(url, "it holds no frames") }
        type = root.text(.segmentationType) ?? "BINARY"
        largest = Double(root.integer(.largestFraction) ?? 255)
        let shared = root.items(.sharedGroups).first?.items(.segmentIdentification).first?.integer(.referencedSegment)
        let groups = root.items(.frameGroups)
        segments = (0..<planes.count).map { index in
            (index < groups.count ? groups[index].items(.segmentIdentification).first?.integer(.referencedSegment) : nil)
                ?? shared
        }
        values = Dictionary(
            root.items(.segments).compactMap { segment in
                guard let number = segment.integer(.segmentNumber), let text = segment.text(.segmentDescription) else {
                    return nil
                }
                return DICOMSegment.value(of: text).map { (number, $0) }
            }
        ) { first, _ in first }
        let isLabelMap = type == "LABELMAP"
        guard isLabelMap || !segments.contains(nil) else {
            throw ImageFileError.corrupt(url, "not all of its frames say of which segment they are")
        }
        guard [1, 8, 16].contains(storage.bitsAllocated), storage.samplesPerPixel == 1 else {
            throw ImageFileError(
                url, .unsupported, "its frames have \(storage.bitsAllocated) bits a pixel",
                advice: "save it as a binary segmentation")
        }
        let count = planes.count.multipliedReportingOverflow(by: storage.rows * storage.columns * storage.bitsAllocated)
        guard !count.overflow else { throw ImageFileError.corrupt(url, "it states \(planes.count) frames") }
        let needed = (count.partialValue + 7) / 8
        pixels = try Self.pixels(file, storage, planes.count, needed)
    }

    private static func pixels(
        _ file: DICOMFile, _ storage: DICOMPlane.Storage, _ frames: Int, _ needed: Int
    ) throws -> [UInt8] {
        func filled(_ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws -> [UInt8] {
            try Memory.require(count, for: file.url)
            return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                try fill(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
                filled = count
            }
        }
        guard file.syntax.isPacked else {
            try file.requirePixels(needed)
            return try filled(needed) { try file.fill($0, from: 0) }
        }
        guard storage.bitsAllocated > 1 else {
            throw ImageFileError(
                file.url, .unsupported, "its bits are packed in a way that is not read", advice: "save it without compression")
        }
        let packed = try DICOMPixels(file.url, as: storage)
        return try filled(needed) { all in
            let size = needed / frames
            for frame in 0..<frames {
                try packed.read(
                    frame: frame, into: UnsafeMutableRawBufferPointer(rebasing: all[frame * size..<(frame + 1) * size]))
            }
        }
    }

    /// Calls `body` with each pixel that is part of a segment.
    private func forEachPixel(of frame: Int, _ body: (_ pixel: Int, _ label: Int32) -> Void) {
        let storage = planes[frame].storage
        let size = storage.rows * storage.columns
        let start = frame * size
        let segment = Int32(clamping: segments[frame] ?? 0)
        func value(_ index: Int) -> Int {
            storage.bitsAllocated == 16 ? Int(pixels[2 * index]) | Int(pixels[2 * index + 1]) << 8 : Int(pixels[index])
        }
        for pixel in 0..<size {
            switch type {
            case "LABELMAP":
                let label = value(start + pixel)
                if label != 0 { body(pixel, Int32(label)) }
            case "FRACTIONAL": if Double(value(start + pixel)) * 2 >= largest { body(pixel, segment) }
            default:
                let bit = start + pixel
                let isSet = storage.bitsAllocated == 1 ? pixels[bit >> 3] >> UInt8(bit & 7) & 1 != 0 : value(bit) != 0
                if isSet { body(pixel, segment) }
            }
        }
    }

    /// The labels on the grid of an image, `[depth, height, width]`, whichever way its axes run.
    ///
    /// - Throws: `ImageFileError` where a frame with pixels lies on no plane of the image.
    func labels(on extent: Extent, _ geometry: VoxelGeometry?, imagePath: String) throws -> [Int32] {
        guard let geometry, geometry.source != .pixdim, let own = DICOMVolume.geometry(of: planes[0]), own.source != .pixdim
        else {
            return try numbers(on: extent, geometry, imagePath: imagePath).map(value)
        }
        let order = AxisOrder(towards: own.orientation, from: geometry.orientation)
        let turned = try numbers(
            on: order.extent(of: extent.ofOneChannel), order.geometry(of: geometry, extent: extent), imagePath: imagePath)
        return order.inverse.apply(to: turned.map(value), of: order.extent(of: extent.ofOneChannel))
    }

    private func value(_ number: Int32) -> Int32 { values[Int(number)] ?? number }

    /// The numbers of segments on a grid along whose rows and columns the frames run; the higher where segments overlap.
    private func numbers(on extent: Extent, _ geometry: VoxelGeometry?, imagePath: String) throws -> [Int32] {
        guard planes.allSatisfy({ $0.storage.columns == extent.width && $0.storage.rows == extent.height }) else {
            let storage = planes[0].storage
            throw misplaced(
                "its frames are \(storage.columns)×\(storage.rows), and the planes of \(imagePath) \(extent.width)×\(extent.height)"
            )
        }
        var labels = [Int32](repeating: 0, count: extent.voxelCount)
        for frame in planes.indices {
            var plane: Int?
            var isLost = false
            forEachPixel(of: frame) { pixel, number in
                plane = plane ?? place(of: planes[frame], extent, geometry)
                guard let plane else {
                    isLost = true
                    return
                }
                let index = plane * extent.planeSize + pixel
                labels[index] = max(labels[index], number)
            }
            if isLost { throw misplaced("its frame \(frame + 1) lies on no plane of \(imagePath)") }
        }
        return labels
    }

    private func misplaced(_ problem: String) -> ImageFileError {
        ImageFileError(url, .unsupported, problem, advice: "give the object that was drawn on this series")
    }

    /// The plane of a grid on which a frame lies, pixel upon pixel; nil where there is none.
    private func place(of plane: DICOMPlane, _ extent: Extent, _ geometry: VoxelGeometry?) -> Int? {
        guard extent.depth > 1 || plane.position != nil, let geometry, geometry.source != .pixdim else {
            // A picture has no place; the only plane is meant.
            return extent.depth == 1 ? 0 : nil
        }
        guard let position = plane.position, let spacing = plane.spacing ?? Optional(Array(geometry.spacing[..<2])),
            let orientation = plane.orientation
        else { return nil }
        let affine = geometry.affine
        let step = (0..<3).map { affine[$0, 2] }
        let length = step.reduce(0) { $0 + $1 * $1 }
        let ras = [-position[0], -position[1], position[2]]
        let origin = affine.applied(to: [0, 0, 0])
        let index = (zip(zip(ras, origin), step).reduce(0) { $0 + ($1.0.0 - $1.0.1) * $1.1 } / length).rounded()
        guard index >= 0, index < Double(extent.depth) else { return nil }
        // Its far corner too: other spacing or direction would part there.
        let far = (0..<3).map { axis in
            let sign: Double = axis < 2 ? -1 : 1
            return ras[axis] + sign
                * (orientation[axis] * spacing[0] * Double(extent.width - 1)
                    + orientation[3 + axis] * spacing[1] * Double(extent.height - 1))
        }
        let tolerance = max(0.05, 0.05 * (geometry.spacing.min() ?? 0))
        func isAt(_ place: [Double], _ voxel: [Double]) -> Bool {
            zip(affine.applied(to: voxel), place).allSatisfy { abs($0 - $1) <= tolerance }
        }
        let isThere =
            isAt(ras, [0, 0, index]) && isAt(far, [Double(extent.width - 1), Double(extent.height - 1), index])
        return isThere ? Int(index) : nil
    }

    // MARK: By itself

    /// The grid that the frames of objects span together, with the planes between them.
    ///
    /// - Throws: `ImageFileError` where they span none.
    static func grid(of objects: [DICOMSegmentation]) throws -> ImageGrid {
        let first = objects[0]
        for other in objects where !other.planes[0].liesAs(first.planes[0]) {
            throw ImageFileError(
                other.url, .unsupported, "its frames are of another size or direction than those of \(first.url.path)",
                advice: "give objects that were drawn on one series")
        }
        let (extent, geometry) = try grid(of: objects.flatMap(\.planes), first.url)
        return ImageGrid(extent, geometry, path: first.url.path)
    }

    private func grid() throws -> (extent: Extent, geometry: VoxelGeometry?) { try Self.grid(of: planes, url) }

    private static func grid(of planes: [DICOMPlane], _ url: URL) throws -> (extent: Extent, geometry: VoxelGeometry?) {
        let storage = planes[0].storage
        var places: [DICOMPlane] = []
        for plane in planes.sorted(by: { ($0.height ?? 0) < ($1.height ?? 0) }) {
            if let last = places.last?.height, let height = plane.height, height - last < 1e-3 { continue }
            places.append(plane)
        }
        guard places.count > 1 else {
            return (Extent(width: storage.columns, height: storage.rows), DICOMVolume.geometry(of: places[0]))
        }
        guard let low = places.first?.height, let high = places.last?.height else {
            throw ImageFileError(
                url, .unsupported, "its frames state no position", advice: "give the series that it was drawn on too")
        }
        let gaps = zip(places, places.dropFirst()).map { $1.height! - $0.height! }  // heights are there
        let step = [
            places[0].thickness.flatMap { thickness in gaps.allSatisfy { $0 > thickness * 0.9 } ? thickness : nil }, gaps.min(),
        ]
        .compactMap(\.self)[0]
        let count = Int(((high - low) / step).rounded()) + 1
        guard count <= 1 << 16, gaps.allSatisfy({ abs($0 / step - ($0 / step).rounded()) < 0.05 }) else {
            throw ImageFileError(
                url, .unsupported, "its frames lie \(gaps.min() ?? 0) to \(gaps.max() ?? 0) mm apart, so they span no grid",
                advice: "give the series that it was drawn on too")
        }
        let (start, end) = (places[0].position!, places[places.count - 1].position!)  // a height has a position
        let geometry = DICOMVolume.geometry(first: places[0], step: (0..<3).map { (end[$0] - start[$0]) / Double(count - 1) })
        return (Extent(width: storage.columns, height: storage.rows, depth: count), geometry)
    }

    func info() throws -> ImageInfo {
        let (extent, geometry) = try grid()
        return Self.info(extent, geometry)
    }

    func image() throws -> MedicalImage {
        let (extent, geometry) = try grid()
        return image(try labels(on: extent, geometry, imagePath: url.path), extent, geometry)
    }

    static func info(_ extent: Extent, _ geometry: VoxelGeometry?) -> ImageInfo {
        ImageInfo(
            format: "DICOM segmentation", extent: extent.ofOneChannel, voxelType: .int32, scaling: .identity, geometry: geometry)
    }

    func image(_ labels: [Int32], _ extent: Extent, _ geometry: VoxelGeometry?) -> MedicalImage {
        MedicalImage(
            path: url.path, extent: extent.ofOneChannel, samples: .int32(labels), scaling: .identity, geometry: geometry,
            source: .segmentation)
    }
}

extension Extent {
    fileprivate var ofOneChannel: Extent { Extent(width: width, height: height, depth: depth) }
}
