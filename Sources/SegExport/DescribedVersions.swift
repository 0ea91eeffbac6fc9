import SegInference
import Torch

/// What wrote the files, and what trained the weights.
struct DescribedVersions: Encodable {
    /// Name and version of the program that wrote the files.
    let program = "marginseg \(Version.current)"
    /// The same of those that trained the weights.
    let trainedBy: [String]
    let libtorch = TorchLibrary.version
    let opset = ONNXGraph.opset

    enum CodingKeys: String, CodingKey {
        case program, libtorch, opset
        case trainedBy = "trained_by"
    }
}

/// What every export says of its use.
let licenceNote =
    "Whoever trained the weights says who may use them; marginseg, which is under Apache 2.0, claims no right to them. The terms of the "
    + "data that they were trained on may bind. Not a medical device; not for clinical use."
