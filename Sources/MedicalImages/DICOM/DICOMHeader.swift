import Foundation

/// What a DICOM file says before its pixels: of which series it is, and its planes.
struct DICOMHeader: Sendable {
    let url: URL
    let series: String
    let seriesNumber: Int?
    let sopClass: String
    let instance: String
    let modality: String
    /// What is told of the acquisition, in the standard's own terms.
    let acquisition: [String]
    /// Empty for what holds no image.
    let planes: [DICOMPlane]

    /// Objects that hold segments; their planes are not those of an image.
    static let segmentationClasses: Set = ["1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"]

    var isSegmentation: Bool { Self.segmentationClasses.contains(sopClass) }

    /// - Throws: `ImageFileError` where it is no sound DICOM; `FileError`.
    init(_ url: URL) throws {
        try self.init(DICOMFile(url))
    }

    init(_ file: DICOMFile) throws {
        let root = file.elements
        url = file.url
        series = root.text(.series) ?? ""
        seriesNumber = root.integer(.seriesNumber)
        sopClass = root.text(.sopClass) ?? ""
        instance = root.text(.sopInstance) ?? ""
        modality = DICOMTerms.modality(root.text(.modality))
        acquisition = DICOMTerms.acquisition(root)
        planes = try Self.planes(of: root, url)
    }

    private static func known<Value>(_ url: URL, _ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch let error as MalformedElement {
            throw ImageFileError.corrupt(url, "its \(error.name) is not a number that it can be")
        }
    }

    /// How pixels are stored; nil where there are none.
    ///
    /// - Throws: `ImageFileError` for bits that cannot be.
    static func storage(of root: DICOMElements, _ url: URL) throws -> DICOMPlane.Storage? {
        guard let rows = root.integer(.rows), let columns = root.integer(.columns), rows > 0, columns > 0,
            let allocated = root.integer(.bitsAllocated), allocated > 0
        else { return nil }
        let stored = root.integer(.bitsStored) ?? allocated
        let high = root.integer(.highBit) ?? stored - 1
        let samples = root.integer(.samplesPerPixel) ?? 1
        guard (1...allocated).contains(stored), (stored - 1..<max(stored, allocated)).contains(high), samples > 0 else {
            throw ImageFileError.corrupt(
                url, "its pixels cannot be: \(samples) samples of \(stored) bits up to bit \(high) in \(allocated)")
        }
        return DICOMPlane.Storage(
            rows: rows, columns: columns, samplesPerPixel: samples, bitsAllocated: allocated,
            bitsStored: stored, highBit: high,
            isSigned: root.integer(.pixelRepresentation) == 1, photometric: root.text(.photometric) ?? "MONOCHROME2")
    }

    private static func planes(of root: DICOMElements, _ url: URL) throws -> [DICOMPlane] {
        guard let storage = try storage(of: root, url) else { return [] }
        let stated = try known(url) { try root.only(.frameCount, "NumberOfFrames") } ?? 1
        guard (1...1_048_576).contains(stated), let count = Int(exactly: stated) else {
            throw ImageFileError.corrupt(url, "its NumberOfFrames is no number of frames")
        }
        // Functional groups name each frame; a file that claims more frames than it describes is told when it is read.
        let shared = root.items(.sharedGroups).first
        let groups = root.items(.frameGroups)
        guard groups.isEmpty || groups.count >= count else {
            throw ImageFileError.corrupt(url, "it states \(count) frames and describes \(groups.count)")
        }
        let dimensions = root.items(.dimensionIndices).map { $0.tag(.dimensionIndexPointer) }
        let common = try known(url) { try FramePlace(root, shared: nil, own: nil) }
        let isLocalizer = root.texts(.imageType).contains("LOCALIZER")
        return try (0..<count).map { number in
            let place = groups.isEmpty ? common : try known(url) { try FramePlace(root, shared: shared, own: groups[number]) }
            return DICOMPlane(
                file: url, frame: number, storage: storage, scaling: place.scaling, statesScaling: place.statesScaling,
                // Frames without groups lie nowhere that is known, but for the only one.
                position: groups.isEmpty && count > 1 ? nil : place.position, orientation: place.orientation,
                spacing: place.spacing, thickness: place.thickness, sopClass: root.text(.sopClass) ?? "",
                sopInstance: root.text(.sopInstance) ?? "", frameOfReference: root.text(.frameOfReference),
                isLocalizer: isLocalizer,
                moments: groups.isEmpty ? moments(of: root) : moments(of: groups[number], dimensions: dimensions))
        }
    }

    /// Of a file of one frame.
    private static func moments(of root: DICOMElements) -> [String] {
        [.temporalPosition, .echoNumber, .bValue, .triggerTime, .echoTime, .acquisitionNumber].map { tag in
            root.number(tag).map { "\($0)" } ?? ""
        }
    }

    /// Of a frame, whatever dimensions but place its object has.
    private static func moments(of frame: DICOMElements, dimensions: [UInt32?]) -> [String] {
        let content = frame.items(.frameContent).first
        let ofPlace: Set<UInt32?> = [DICOMTag.position.code, DICOMTag.inStackPosition.code, DICOMTag.stack.code]
        let values = content?.numbers(.dimensionIndexValues) ?? []
        let others = zip(dimensions, values).filter { !ofPlace.contains($0.0) }.map { "\($0.1)" }
        return [content?.number(.temporalPositionIndex).map { "\($0)" } ?? "", others.joined(separator: " ")]
    }
}

extension DICOMHeader {
    /// What the functional groups say of a frame, its own before the shared ones, and where there are none the file's elements.
    struct FramePlace {
        let position: [Double]?
        let orientation: [Double]?
        let spacing: [Double]?
        let thickness: Double?
        let scaling: IntensityScaling
        let statesScaling: [Bool]

        /// - Throws: `MalformedElement`.
        init(_ root: DICOMElements, shared: DICOMElements?, own: DICOMElements?) throws {
            func group(_ tag: DICOMTag) -> DICOMElements? {
                guard let own else { return root }
                return own.items(tag).first ?? shared?.items(tag).first
            }
            position = group(.planePosition)?.vector(.position, 3)
            orientation = group(.planeOrientation)?.vector(.orientation, 6)
            let measures = group(.pixelMeasures)
            // Stored as between rows, then between columns.
            let spacing = (measures?.vector(.pixelSpacing, 2) ?? measures?.vector(.imagerPixelSpacing, 2))?.reversed()
            // A metre is no distance of pixels in a patient.
            self.spacing = spacing.flatMap { $0.allSatisfy { $0 > 0 && $0 < 1000 } ? Array($0) : nil }
            thickness = [measures?.number(.spacingBetweenSlices), measures?.number(.sliceThickness)].compactMap(\.self)
                .map(abs).first { $0 > 0 }
            let transformation = group(.pixelValueTransformation)
            let slope = try transformation?.only(.rescaleSlope, "RescaleSlope")
            let intercept = try transformation?.only(.rescaleIntercept, "RescaleIntercept")
            guard slope != 0 else { throw MalformedElement(name: "RescaleSlope") }
            scaling = IntensityScaling(slope: slope ?? 1, intercept: intercept ?? 0)
            statesScaling = [slope != nil, intercept != nil]
        }
    }
}
