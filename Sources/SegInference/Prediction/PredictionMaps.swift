import DataSets
import DurableFiles
import Foundation
import MedicalImages

/// The maps that are written beside each label file.
public struct PredictionMaps: Sendable, Hashable {
    /// How the probabilities of the classes are kept.
    public enum Probabilities: String, Sendable, CaseIterable {
        /// `NAME_probabilities.nii.gz`, float32 `(x, y, z, class)` on the image's grid: the fourth axis is where nibabel, FSL and
        /// ITK-SNAP look for several volumes of one grid.
        case nifti
        /// `NAME.npz` with the array `probabilities`, float32 `[class, z, y, x]`, as nnU-Net writes it.
        case npz
        /// `NAME_probabilities.dcm`, a fractional segmentation object that refers to the image's series, without the background.
        case dicomSegmentation = "dicom-seg"
    }

    /// How sure the model is of each voxel.
    public enum Uncertainty: String, Sendable, CaseIterable {
        /// The entropy of the probabilities over the logarithm of their number: from 0, certain, to 1.
        case entropy
    }

    public var probabilities: Probabilities?
    public var uncertainty: Uncertainty?

    public init(probabilities: Probabilities? = nil, uncertainty: Uncertainty? = nil) {
        self.probabilities = probabilities
        self.uncertainty = uncertainty
    }

    /// Where the maps of a case stand, beside its label file.
    struct Files: Sendable, Equatable {
        var probabilities: URL?
        var entropy: URL?

        var all: [URL] { [probabilities, entropy].compactMap(\.self) }
    }

    /// - Parameter name: of the case's files, without an ending.
    /// - Throws: `FileError` for probabilities as NIfTI of an image that is none.
    func files(named name: String, beside labels: URL, of image: URL) throws -> Files {
        let folder = labels.deletingLastPathComponent()
        let isVolume = PredictionFile.ending(for: image).hasPrefix(".nii")
        var files = Files()
        switch probabilities {
        case .nifti:
            guard isVolume else {
                throw FileError(
                    image, "has no probabilities as NIfTI", reason: "it is a picture; ask for them as npz (--probabilities npz)")
            }
            files.probabilities = folder.appending(path: "\(name)_probabilities.nii.gz")
        case .dicomSegmentation:
            guard DICOMPlaces.isPlace(image) else {
                throw FileError(
                    image, "has no probabilities as DICOM", reason: "it is no DICOM series; ask for them as nifti or npz")
            }
            files.probabilities = folder.appending(path: "\(name)_probabilities.dcm")
        case .npz: files.probabilities = folder.appending(path: "\(name).npz")
        case nil: break
        }
        if uncertainty == .entropy { files.entropy = folder.appending(path: "\(name)_entropy" + (isVolume ? ".nii.gz" : ".png")) }
        return files
    }
}
