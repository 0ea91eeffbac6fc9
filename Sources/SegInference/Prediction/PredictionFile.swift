import DurableFiles
import Foundation
import MedicalImages
import Sampling

/// What the labels of DICOM are written as.
public enum LabelFormat: String, Sendable, CaseIterable {
    /// On the grid of the series.
    case nifti
    /// A segmentation object that refers to the series.
    case dicomSegmentation = "dicom-seg"
    /// The same as a label map, which programs read that know the standard of 2024.
    case dicomLabelMap = "dicom-labelmap"
}

/// Writes predicted classes as a label file on the exact grid of the image they belong to.
enum PredictionFile {
    /// - Parameters:
    ///   - classes: [depth, height, width], class indices.
    ///   - legend: the file's value for each class, and the classes as segments.
    ///   - url: NIfTI for a NIfTI image (size, sform, qform and codes are the image's); for a picture PNG, or TIFF, which
    ///     holds the pages of a TIFF volume too; for DICOM NIfTI, or a segmentation object.
    /// - Throws: `FileError` for a name or values that do not go with the image's format, and where nothing can be written.
    static func write(_ classes: [UInt8], _ legend: LabelLegend, like prepared: PreparedCase, to url: URL) throws {
        try check(values: legend.values, like: prepared, to: url)
        try write(classes, legend, on: prepared.grid, of: prepared.source, to: url)
    }

    /// The same without the image's samples, which need not stay in memory until its labels are written.
    ///
    /// - Parameter format: of a segmentation object.
    static func write(
        _ classes: [UInt8], _ legend: LabelLegend, on grid: CaseGrid, of source: ImageSource, as format: LabelFormat = .nifti,
        to url: URL
    ) throws {
        let (classes, extent, values) = (grid.onFileGrid(classes, outside: 0), grid.storedPlain, legend.values)
        switch source {
        case .nifti(let header):
            try NIfTI.write(samples(classes, values), extent: extent, like: header, to: url)
        case .picture:
            let gray = classes.map { UInt8(values[Int($0)]) }
            if isTIFF(url) {
                try TIFF.write(gray: gray, width: extent.width, height: extent.height, pages: extent.depth, to: url)
            } else {
                try PNG.write(gray: gray, width: extent.width, height: extent.height, to: url)
            }
        case .dicom(let series):
            guard isDICOM(url) else {
                return try NIfTI.write(samples(classes, values), extent: extent, like: series.niftiHeader, to: url)
            }
            try series.writeSegmentation(
                classes.map { legend.segmentNumbers[Int($0)] }, segments: legend.segments,
                algorithm: LabelLegend.algorithm, as: format == .dicomLabelMap ? .labelMap : .binary, to: url)
        case .segmentation: preconditionFailure("no image is a segmentation object")
        }
    }

    /// Refuses what could not be written, before there is anything to write.
    ///
    /// - Throws: `FileError` for a name or values that do not go with the image's format.
    static func check(values: [Int], like prepared: PreparedCase, to url: URL) throws {
        switch prepared.source {
        case .nifti: try requireName(url, ofVolume: true)
        case .dicom(let series) where isDICOM(url): try series.requireReferences()
        case .dicom: try requireName(url, ofVolume: true)
        case .segmentation: preconditionFailure("no image is a segmentation object")
        case .picture:
            try requireName(url, ofVolume: false)
            guard prepared.grid.stored.depth == 1 || isTIFF(url) else {
                throw FileError(
                    url.path, "cannot be written",
                    reason: "the labels of \(prepared.grid.stored.depth) pages are TIFF; end the name in .tif")
            }
            guard values.allSatisfy({ (0...255).contains($0) }) else {
                throw FileError(
                    url.path, "cannot be written",
                    reason: "label files of pictures hold values from 0 to 255, the classes need \(values)")
            }
        }
    }

    /// The same by the names alone, before anything is read.
    ///
    /// - Throws: `FileError` for a name that does not go with the image's format.
    static func checkName(_ url: URL, of image: URL) throws {
        if isDICOM(url), DICOMPlaces.isPlace(image) { return }
        try requireName(url, ofVolume: ending(for: image).hasPrefix(".nii"))
    }

    private static func requireName(_ url: URL, ofVolume isVolume: Bool) throws {
        let name = url.lastPathComponent.lowercased()
        if isVolume {
            guard name.hasSuffix(".nii") || name.hasSuffix(".nii.gz") else {
                throw FileError(
                    url.path, "cannot be written",
                    reason: "the labels of a volume are NIfTI; end the name in .nii or .nii.gz, or for a DICOM series in .dcm")
            }
        } else {
            guard name.hasSuffix(".png") || isTIFF(url) else {
                throw FileError(
                    url.path, "cannot be written", reason: "the labels of a picture are PNG or TIFF; end the name in .png or .tif"
                )
            }
        }
    }

    /// The narrowest whole-number type that holds all values.
    private static func samples(_ classes: [UInt8], _ values: [Int]) -> Samples {
        func mapped<Value: FixedWidthInteger>(_: Value.Type) -> [Value] {
            let table = values.map { Value($0) }
            return classes.map { table[Int($0)] }
        }
        if values.allSatisfy({ (0...255).contains($0) }) { return .uint8(mapped(UInt8.self)) }
        if values.allSatisfy({ Int16(exactly: $0) != nil }) { return .int16(mapped(Int16.self)) }
        return .int32(mapped(Int32.self))
    }

    /// The ending of the label file for an image: NIfTI for NIfTI and DICOM, with `.hdr`/`.img` pairs joined; TIFF for TIFF,
    /// whose pages may be a volume's; PNG for other pictures, because JPEG would blur labels.
    ///
    /// - Parameter format: of the labels of DICOM.
    static func ending(for image: URL, _ format: LabelFormat = .nifti) -> String {
        if DICOMPlaces.isPlace(image) { return format == .nifti ? ".nii.gz" : ".dcm" }
        if isTIFF(image) { return ".tif" }
        let name = image.lastPathComponent.lowercased()
        if name.hasSuffix(".gz") { return ".nii.gz" }
        return [".nii", ".hdr", ".img"].contains { name.hasSuffix($0) } ? ".nii" : ".png"
    }

    private static func isDICOM(_ url: URL) -> Bool { url.pathExtension.lowercased() == "dcm" }

    private static func isTIFF(_ url: URL) -> Bool { ["tif", "tiff"].contains(url.pathExtension.lowercased()) }
}
