/// What a segmentation object needs of the series that it refers to.
struct DICOMReferences {
    let orientation: [Double]
    let spacing: [Double]
    let geometry: VoxelGeometry
    let study: String
    let series: String

    /// - Throws: `ImageFileError` that names what the series lacks.
    init(of volume: DICOMVolume) throws {
        let first = volume.planes[0]
        func missing(_ words: String) -> ImageFileError {
            ImageFileError(
                first.file, .unsupported, "a segmentation object cannot refer to its series: \(words)",
                advice: "write NIfTI: name the output .nii.gz")
        }
        let elements = try DICOMFile(first.file).elements
        func required<Value>(_ value: Value?, _ name: String) throws -> Value {
            guard let value else { throw missing("it has no \(name)") }
            return value
        }
        study = try required(elements.text(.study), "StudyInstanceUID")
        series = try required(elements.text(.series), "SeriesInstanceUID")
        _ = try required(first.position, "ImagePositionPatient")
        orientation = try required(first.orientation, "ImageOrientationPatient")
        spacing = try required(first.spacing, "PixelSpacing")
        geometry = try required(volume.geometry, "place")
        guard volume.planes.allSatisfy({ !$0.sopInstance.isEmpty && !$0.sopClass.isEmpty }) else {
            throw missing("not all of its files have a SOPInstanceUID and a SOPClassUID")
        }
        let files = Dictionary(grouping: volume.planes, by: \.sopInstance).mapValues { Set($0.map(\.file)).count }
        guard files.values.allSatisfy({ $0 == 1 }) else { throw missing("several of its files have one SOPInstanceUID") }
    }
}

extension DICOMSource {
    /// Whether a segmentation object can be written, before there is anything to write.
    ///
    /// - Throws: `ImageFileError` that names what the series lacks.
    package func requireReferences() throws { _ = try DICOMReferences(of: volume) }
}
