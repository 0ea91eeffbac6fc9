/// An attribute of DICOM that is read or written here.
///
/// Those that name or date a patient are not among them: what a segmentation takes over of its source is copied below, without
/// being looked at.
///
/// Source: DICOM PS3.6, Registry of DICOM Data Elements.
struct DICOMTag: Sendable, Hashable {
    /// How a value is stored (PS3.5, 6.2).
    enum Representation: String, Sendable {
        case ageString = "AS"
        case attributeTag = "AT"
        case codeString = "CS"
        case date = "DA"
        case decimalString = "DS"
        case double = "FD"
        case integerString = "IS"
        case longString = "LO"
        case longText = "LT"
        case otherByte = "OB"
        case personName = "PN"
        case shortString = "SH"
        case shortText = "ST"
        case sequence = "SQ"
        case time = "TM"
        case uniqueIdentifier = "UI"
        case unsignedLong = "UL"
        case unsignedShort = "US"
    }

    /// Group and element.
    let code: UInt32
    let representation: Representation

    init(_ code: UInt32, _ representation: Representation) { (self.code, self.representation) = (code, representation) }

    // How the file is stored.
    static let transferSyntax = DICOMTag(0x0002_0010, .uniqueIdentifier)

    // What it is.
    static let sopClass = DICOMTag(0x0008_0016, .uniqueIdentifier)
    static let sopInstance = DICOMTag(0x0008_0018, .uniqueIdentifier)
    static let modality = DICOMTag(0x0008_0060, .codeString)
    static let imageType = DICOMTag(0x0008_0008, .codeString)
    static let bodyPart = DICOMTag(0x0018_0015, .codeString)
    static let scanningSequence = DICOMTag(0x0018_0020, .codeString)
    static let study = DICOMTag(0x0020_000d, .uniqueIdentifier)
    static let series = DICOMTag(0x0020_000e, .uniqueIdentifier)
    static let seriesNumber = DICOMTag(0x0020_0011, .integerString)
    static let acquisitionNumber = DICOMTag(0x0020_0012, .integerString)
    static let instanceNumber = DICOMTag(0x0020_0013, .integerString)
    static let tubeVoltage = DICOMTag(0x0018_0060, .decimalString)
    static let echoTime = DICOMTag(0x0018_0081, .decimalString)
    static let repetitionTime = DICOMTag(0x0018_0080, .decimalString)
    static let echoNumber = DICOMTag(0x0018_0086, .integerString)
    static let triggerTime = DICOMTag(0x0018_1060, .decimalString)
    static let temporalPosition = DICOMTag(0x0020_0100, .integerString)
    static let bValue = DICOMTag(0x0018_9087, .double)

    // Where it lies.
    static let frameOfReference = DICOMTag(0x0020_0052, .uniqueIdentifier)
    static let position = DICOMTag(0x0020_0032, .decimalString)
    static let orientation = DICOMTag(0x0020_0037, .decimalString)
    static let pixelSpacing = DICOMTag(0x0028_0030, .decimalString)
    static let imagerPixelSpacing = DICOMTag(0x0018_1164, .decimalString)
    static let sliceThickness = DICOMTag(0x0018_0050, .decimalString)
    static let spacingBetweenSlices = DICOMTag(0x0018_0088, .decimalString)

    // Its pixels.
    static let rows = DICOMTag(0x0028_0010, .unsignedShort)
    static let columns = DICOMTag(0x0028_0011, .unsignedShort)
    static let frameCount = DICOMTag(0x0028_0008, .integerString)
    static let samplesPerPixel = DICOMTag(0x0028_0002, .unsignedShort)
    static let photometric = DICOMTag(0x0028_0004, .codeString)
    static let bitsAllocated = DICOMTag(0x0028_0100, .unsignedShort)
    static let bitsStored = DICOMTag(0x0028_0101, .unsignedShort)
    static let highBit = DICOMTag(0x0028_0102, .unsignedShort)
    static let pixelRepresentation = DICOMTag(0x0028_0103, .unsignedShort)
    static let rescaleIntercept = DICOMTag(0x0028_1052, .decimalString)
    static let rescaleSlope = DICOMTag(0x0028_1053, .decimalString)
    static let pixelData = DICOMTag(0x7fe0_0010, .otherByte)

    // Frames.
    static let sharedGroups = DICOMTag(0x5200_9229, .sequence)
    static let frameGroups = DICOMTag(0x5200_9230, .sequence)
    static let planePosition = DICOMTag(0x0020_9113, .sequence)
    static let planeOrientation = DICOMTag(0x0020_9116, .sequence)
    static let pixelMeasures = DICOMTag(0x0028_9110, .sequence)
    static let pixelValueTransformation = DICOMTag(0x0028_9145, .sequence)
    static let frameContent = DICOMTag(0x0020_9111, .sequence)
    static let dimensionIndices = DICOMTag(0x0020_9222, .sequence)
    static let dimensionIndexPointer = DICOMTag(0x0020_9165, .attributeTag)
    static let dimensionIndexValues = DICOMTag(0x0020_9157, .unsignedLong)
    static let temporalPositionIndex = DICOMTag(0x0020_9128, .unsignedLong)
    static let inStackPosition = DICOMTag(0x0020_9057, .unsignedLong)
    static let stack = DICOMTag(0x0020_9056, .shortString)

    // Segments.
    static let segmentationType = DICOMTag(0x0062_0001, .codeString)
    static let segments = DICOMTag(0x0062_0002, .sequence)
    static let segmentDescription = DICOMTag(0x0062_0006, .shortText)
    static let segmentNumber = DICOMTag(0x0062_0004, .unsignedShort)
    static let segmentIdentification = DICOMTag(0x0062_000a, .sequence)
    static let referencedSegment = DICOMTag(0x0062_000b, .unsignedShort)
    static let largestFraction = DICOMTag(0x0062_000e, .unsignedShort)

    // A folder's index.
    static let directoryRecords = DICOMTag(0x0004_1220, .sequence)
    static let referencedFile = DICOMTag(0x0004_1500, .codeString)
}
