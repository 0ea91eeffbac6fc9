/// The standard's own terms for what was acquired: what a list of series can say without a word that a person typed.
enum DICOMTerms {
    /// Source: DICOM PS3.3, C.7.3.1.1.1.
    private static let modalities: Set = [
        "CT", "MR", "PT", "NM", "US", "CR", "DX", "MG", "XA", "RF", "OT", "SEG", "RTSTRUCT", "RTDOSE", "RTPLAN", "RTIMAGE", "SR",
        "PR", "KO", "REG", "ES", "GM", "SM", "OP", "OPT", "OCT", "IO", "PX", "DOC", "ECG", "XC", "BI", "IVUS", "IVOCT", "M3D",
    ]
    private static let imageTypes: Set = [
        "AXIAL", "LOCALIZER", "MPR", "REFORMATTED", "PROJECTION", "DERIVED", "SECONDARY", "MIP",
    ]
    /// Source: DICOM PS3.16, Annex L.
    private static let bodyParts: Set = [
        "ABDOMEN", "ANKLE", "BLADDER", "BRAIN", "BREAST", "CHEST", "CSPINE", "ELBOW", "FOOT", "HAND", "HEAD", "HEADNECK", "HEART",
        "HIP", "KIDNEY", "KNEE", "LIVER", "LSPINE", "LUNG", "NECK", "PANCREAS", "PELVIS", "PROSTATE", "SHOULDER", "SKULL",
        "SPINE",
        "TSPINE", "WHOLEBODY", "WRIST",
    ]
    /// Spin echo, inversion recovery, gradient recalled, echo planar, research mode.
    private static let sequences: Set = ["SE", "IR", "GR", "EP", "RM"]

    static func modality(_ text: String?) -> String { text.flatMap { modalities.contains($0) ? $0 : nil } ?? "unknown" }

    /// Such as `AXIAL`, `CHEST`, `120 kV`.
    static func acquisition(_ root: DICOMElements) -> [String] {
        let words = root.texts(.imageType).filter(imageTypes.contains) + root.texts(.bodyPart).filter(bodyParts.contains)
        let amounts = [
            amount(root, .tubeVoltage, "", "kV"), amount(root, .repetitionTime, "TR ", "ms"),
            amount(root, .echoTime, "TE ", "ms"),
        ]
        return words + root.texts(.scanningSequence).filter(sequences.contains) + amounts.compactMap(\.self)
    }

    private static func amount(_ root: DICOMElements, _ tag: DICOMTag, _ name: String, _ unit: String) -> String? {
        guard let number = root.number(tag), number > 0, number < 1e6 else { return nil }
        let rounded = (number * 10).rounded() / 10
        return name + (rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") + " " + unit
    }
}
