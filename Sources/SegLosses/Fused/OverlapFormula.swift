import CKernels

/// A loss as a function of soft counts, for each image a row with those of each class, with its derivatives.
///
/// The same formula as in the loss's composed form: on so few numbers libtorch's operations would take longer than the kernels
/// take on the pixels.
typealias OverlapFormula = (_ images: [[ck_overlap]]) -> LinearizedOverlap

/// The value of a loss at soft counts, and its slopes there.
struct LinearizedOverlap {
    /// d value / d sum, of an image and class.
    struct Slopes {
        var overlap = 0.0
        var predicted = 0.0
        var squared = 0.0
        var noise = 0.0
    }

    let value: Double
    /// For each image a row with those of each class.
    let slopes: [[Slopes]]
}

extension [[ck_overlap]] {
    /// The counts of each class over the whole batch.
    func overBatch() -> [ck_overlap] {
        dropFirst().reduce(into: self[0]) { sums, image in
            for (k, of) in image.enumerated() {
                sums[k].overlap += of.overlap
                sums[k].predicted += of.predicted
                sums[k].squared += of.squared
                sums[k].noise += of.noise
                sums[k].labelled += of.labelled
            }
        }
    }
}

extension LinearizedOverlap {
    /// Of a formula on the counts over the whole batch, to which each image adds its own.
    ///
    /// - Parameter slopes: of each class.
    init(value: Double, slopes: [Slopes], images: Int) {
        self.init(value: value, slopes: Array(repeating: slopes, count: images))
    }
}
