import DurableFiles
import Foundation

/// The elements of a segmentation object.
///
/// Source: DICOM PS3.3, A.51 (the object), C.8.20.2 (its image), C.7.6.16 (frames), C.7.6.17 (dimensions).
struct SegmentationObject {
    private let root: MadeDataSet
    private let url: URL

    init(
        _ volume: DICOMVolume, _ content: SegmentationFrames, segments: [DICOMSegment],
        algorithm: (name: String, version: String), for url: URL
    ) throws {
        let first = volume.planes[0]
        let source = try DICOMFile(first.file).elements
        let references = try DICOMReferences(of: volume)
        self.url = url
        root = try MadeDataSet(for: url)
        let now = Date()
        root.put(0x0008_0008, .codeString, "DERIVED\\PRIMARY")
        root.put(.sopClass, content.packing == .labelMap ? "1.2.840.10008.5.1.4.1.1.66.7" : "1.2.840.10008.5.1.4.1.1.66.4")
        root.put(.sopInstance, UniqueIdentifier.make())
        root.put(0x0008_0023, .date, now.dicomDate)
        root.put(0x0008_0033, .time, now.dicomTime)
        root.put(.modality, "SEG")
        root.put(0x0008_0070, .longString, "MarginSeg")
        root.put(0x0008_1090, .longString, algorithm.name)
        root.put(0x0018_1000, .longString, "0")
        root.put(0x0018_1020, .longString, algorithm.version)
        for (code, representation, isRequired) in Self.takenOver {
            if isRequired { root.put(code, representation, "") }
            root.copy(source, code, representation)
        }
        root.put(.study, references.study)
        root.put(.series, UniqueIdentifier.make())
        root.put(.seriesNumber, "300")
        root.put(.instanceNumber, "1")
        root.put(0x0008_103e, .longString, "Segmentation")
        root.put(.frameOfReference, first.frameOfReference ?? UniqueIdentifier.make())
        root.put(0x0020_1040, .longString, "")
        root.put(0x0070_0080, .codeString, "SEGMENTATION")
        root.put(0x0070_0081, .longString, "")
        root.put(0x0070_0084, .personName, "")

        root.put(.samplesPerPixel, UInt16(1))
        root.put(.photometric, "MONOCHROME2")
        root.put(.frameCount, "\(content.frames.count)")
        root.put(.rows, UInt16(first.storage.rows))
        root.put(.columns, UInt16(first.storage.columns))
        let bits: UInt16 = content.packing == .binary ? 1 : 8
        root.put(.bitsAllocated, bits)
        root.put(.bitsStored, bits)
        root.put(.highBit, bits - 1)
        root.put(.pixelRepresentation, UInt16(0))
        root.put(0x0028_2110, .codeString, "00")
        root.put(.segmentationType, content.packing.rawValue)
        switch content.packing {
        case .binary: root.put(0x0062_0013, .codeString, "NO")
        case .fractional:
            // What overlaps at all is not said.
            root.put(0x0062_0013, .codeString, "UNDEFINED")
            root.put(0x0062_0010, .codeString, "PROBABILITY")
            root.put(.largestFraction, UInt16(255))
        case .labelMap: break
        }

        addSegments(segments, algorithm: algorithm, isLabelMap: content.packing == .labelMap)
        addReferences(volume, series: references.series)
        let organization = UniqueIdentifier.make()
        addDimensions(organization, hasSegments: content.packing != .labelMap)
        addShared(references)
        addFrames(content.frames, of: volume)
        root.put(.pixelData, content.pixels)
    }

    /// What a segmentation has of its source: patient and study as they are, whoever they name; and whether it stands in every
    /// object, empty if need be.
    private static let takenOver: [(code: UInt32, representation: DICOMTag.Representation, isRequired: Bool)] = [
        (0x0008_0005, .codeString, false),
        (0x0010_0010, .personName, true), (0x0010_0020, .longString, true), (0x0010_0030, .date, true),
        (0x0010_0040, .codeString, true), (0x0010_1010, .ageString, false), (0x0010_1020, .decimalString, false),
        (0x0010_1030, .decimalString, false), (0x0008_0020, .date, true), (0x0008_0030, .time, true),
        (0x0008_0050, .shortString, true), (0x0008_0090, .personName, true), (0x0008_1030, .longString, false),
        (0x0020_0010, .shortString, true),
    ]

    private func addSegments(_ segments: [DICOMSegment], algorithm: (name: String, version: String), isLabelMap: Bool) {
        for (index, segment) in segments.enumerated() {
            let item = root.add(.segments)
            item.put(.segmentNumber, UInt16(index + 1))
            item.put(0x0062_0005, .longString, Self.text(segment.label, 64))
            if let value = segment.value, value != index + 1 {
                item.put(.segmentDescription, DICOMSegment.description(ofValue: value))
            }
            item.put(0x0062_0008, .codeString, "AUTOMATIC")
            item.put(0x0062_0009, .longString, "\(algorithm.name) \(algorithm.version)")
            item.put(code: segment.code == nil ? .tissue : .structure, at: 0x0062_0003)
            item.put(
                code: segment.code
                    ?? .init(scheme: "99MARGINSEG", value: "CLASS\(index + 1)", meaning: Self.text(segment.label, 64)),
                at: 0x0062_000f)
            item.put(0x0062_000d, CIELab.color(index))
        }
        if isLabelMap {
            // What the others are not.
            let item = root.add(.segments)
            item.put(.segmentNumber, UInt16(0))
            item.put(0x0062_0005, .longString, "Background")
            item.put(0x0062_0008, .codeString, "AUTOMATIC")
            item.put(0x0062_0009, .longString, "\(algorithm.name) \(algorithm.version)")
            let background = DICOMSegment.Code(scheme: "DCM", value: "125040", meaning: "Background")
            item.put(code: background, at: 0x0062_0003)
            item.put(code: background, at: 0x0062_000f)
        }
    }

    /// Every instance of the series.
    private func addReferences(_ volume: DICOMVolume, series: String) {
        let item = root.add(0x0008_1115)
        item.put(.series, series)
        var seen: Set<String> = []
        for plane in volume.planes where seen.insert(plane.sopInstance).inserted {
            let instance = item.add(0x0008_114a)
            instance.put(0x0008_1150, .uniqueIdentifier, plane.sopClass)
            instance.put(0x0008_1155, .uniqueIdentifier, plane.sopInstance)
        }
    }

    /// Frames are told apart by their segment and their place.
    private func addDimensions(_ organization: String, hasSegments: Bool) {
        root.add(0x0020_9221).put(0x0020_9164, .uniqueIdentifier, organization)
        root.put(0x0020_9311, .codeString, "3D")
        func add(_ pointer: DICOMTag, in group: DICOMTag, _ name: String) {
            let item = root.add(.dimensionIndices)
            item.put(0x0020_9164, .uniqueIdentifier, organization)
            item.put(tag: .dimensionIndexPointer, pointer.code)
            item.put(tag: DICOMTag(0x0020_9167, .attributeTag), group.code)
            item.put(0x0020_9421, .longString, name)
        }
        if hasSegments { add(.referencedSegment, in: .segmentIdentification, "Segment") }
        add(.position, in: .planePosition, "Position")
    }

    private func addShared(_ references: DICOMReferences) {
        let shared = root.add(.sharedGroups)
        let measures = shared.add(.pixelMeasures)
        measures.put(.sliceThickness, Self.decimals([references.geometry.spacing[2]]))
        measures.put(.spacingBetweenSlices, Self.decimals([references.geometry.spacing[2]]))
        measures.put(.pixelSpacing, Self.decimals(references.spacing.reversed()))
        shared.add(.planeOrientation).put(.orientation, Self.decimals(references.orientation))
    }

    private func addFrames(_ frames: [(segment: Int?, plane: Int)], of volume: DICOMVolume) {
        let counts = Dictionary(grouping: volume.planes, by: \.sopInstance).mapValues(\.count)
        let isMultiFrame = volume.planes.map { $0.frame > 0 || counts[$0.sopInstance, default: 1] > 1 }
        for (segment, plane) in frames {
            let source = volume.planes[plane]
            let group = root.add(.frameGroups)
            let derivation = group.add(0x0008_9124)
            let image = derivation.add(0x0008_2112)
            image.put(0x0008_1150, .uniqueIdentifier, source.sopClass)
            image.put(0x0008_1155, .uniqueIdentifier, source.sopInstance)
            if isMultiFrame[plane] {
                image.put(0x0008_1160, .integerString, "\(source.frame + 1)")
            }
            image.put(
                code: .init(scheme: "DCM", value: "121322", meaning: "Source image for image processing operation"),
                at: 0x0040_a170)
            derivation.put(code: .init(scheme: "DCM", value: "113076", meaning: "Segmentation"), at: 0x0008_9215)
            let content = group.add(.frameContent)
            content.put(.dimensionIndexValues, ([segment].compactMap(\.self) + [plane + 1]).map { UInt32($0) })
            group.add(.planePosition).put(.position, Self.decimals(source.position ?? []))
            if let segment { group.add(.segmentIdentification).put(.referencedSegment, UInt16(segment)) }
        }
    }

    /// - Throws: `FileError` where the file cannot be written.
    func write() throws {
        let bytes = try root.bytes(for: url)
        try DurableFile.write(to: url) { writer in try bytes.withUnsafeBytes(writer.append) }
    }

    /// A name in the letters that every character set has, which the patient's may not share with ours: accents are left out, and
    /// what else is beyond becomes `_`. A backslash would part values.
    private static func text(_ name: String, _ length: Int) -> String {
        let plain = name.folding(options: .diacriticInsensitive, locale: Locale(identifier: "en_US_POSIX"))
        return String(plain.map { $0.isASCII && $0 != "\\" && $0 >= " " ? $0 : "_" }.prefix(length))
    }

    /// Numbers as the standard's decimal strings: 16 characters at most.
    private static func decimals(_ numbers: [Double]) -> String {
        numbers.map { number in
            for digits in stride(from: 15, through: 1, by: -1) {
                let text = String(format: "%.\(digits)g", locale: Locale(identifier: "en_US_POSIX"), number == 0 ? 0 : number)
                if text.count <= 16 { return text }
            }
            return "0"
        }.joined(separator: "\\")
    }
}

/// Colours of segments, far apart in hue.
private enum CIELab {
    /// L* from 0 to 100, a* and b* from −128 to 127, as 16 bits each.
    static func color(_ index: Int) -> [UInt16] {
        let hue = Double(index) * 2.399963  // the golden angle
        let (lightness, a, b) = (65.0, 60 * cos(hue), 60 * sin(hue))
        return [UInt16(lightness / 100 * 65535), UInt16((a + 128) / 255 * 65535), UInt16((b + 128) / 255 * 65535)]
    }
}

/// Identifiers that no one else makes.
enum UniqueIdentifier {
    /// Of a random UUID (DICOM PS3.5, B.2).
    static func make() -> String {
        let bytes = withUnsafeBytes(of: UUID().uuid) { Array($0) }
        return "2.25.\(bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })"
    }
}

extension Date {
    private func components() -> DateComponents {
        Calendar(identifier: .gregorian).dateComponents(in: .current, from: self)
    }

    fileprivate var dicomDate: String {
        let parts = components()
        return String(format: "%04d%02d%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }

    fileprivate var dicomTime: String {
        let parts = components()
        return String(format: "%02d%02d%02d", parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
    }
}
