import SegInference

/// How classes follow from scores s, or from their softmax p: the class of the largest s_k + offsets[k], or of the largest
/// Σ_j slopes[k][j] p_j + constants[k]; of the largest score where there is neither.
struct DescribedDecision: Encodable {
    let name: DecisionName
    let offsets: [Double]?
    let slopes: [[Float]]?
    let constants: [Float]?

    init(_ decision: Decision, classCount: Int) {
        switch decision {
        case .argmax: (name, offsets, slopes, constants) = (.argmax, nil, nil, nil)
        case .offsets(let values): (name, offsets, slopes, constants) = (.calibrated, values, nil, nil)
        case .iou(let gains):
            let linear = gains.linear(classCount: classCount)
            (name, offsets, slopes, constants) = (.iou, nil, linear.slopes, linear.constants)
        }
    }
}
