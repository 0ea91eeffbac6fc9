/// Labels whose numbers the host knows, and what kernels of a device are told of them.
///
/// Of a batch's terms, all that follows from its labels is in these numbers: whoever has them in the device's memory can compute the
/// objective of another batch by the same calls.
struct KnownLabels: CountedLabels {
    /// The pixels of each class in each image; one image or more.
    let counts: [[Int]]

    /// Nil for no image.
    init?(_ counts: [[Int]]) {
        guard !counts.isEmpty else { return nil }
        self.counts = counts
    }

    var classCount: Int { counts[0].count }
    var pixelCount: Int { counts.joined().reduce(0, +) }

    func weight(of classes: [Float]) -> Double {
        counts.reduce(0) { sum, image in zip(image, classes).reduce(sum) { $0 + Double($1.0) * Double($1.1) } }
    }

    func takes(_ term: FusedTerm) -> Bool {
        switch term {
        case .margin, .crossEntropy, .focal: true
        case .overlap(let loss): loss.noise == 0
        case .bound, .lovasz: false
        }
    }

    /// What a kernel reads for a term.
    ///
    /// Of pixels that stand each alone: the scale, then a number or two for each class, as `ck_device_term` says. Of overlap, for each
    /// row of sums and class: Σ y, then as many weights.
    func numbers(of term: FusedTerm, weight: Double) -> [Float] {
        switch term {
        case .margin(let rhoK0, let rho0k, _, _, let scale): [Float(weight * scale)] + rhoK0 + rho0k
        case .crossEntropy(let weights, let margins, let shifts, _, let scale):
            [Float(weight * scale)] + (weights ?? margins ?? shifts ?? [])
        case .focal(_, _, let scale): [Float(weight * scale)]
        case .overlap(let loss): Self.numbers(of: loss, labelled: loss.labelled(counts))
        case .bound, .lovasz: []
        }
    }

    private static func numbers(of loss: any OverlapRatio, labelled: [[Double]]) -> [Float] {
        (labelled + loss.weights(labelled)).flatMap { $0.map(Float.init) }
    }

    func numbers(of terms: [WeightedTerm]) -> [Float] { terms.flatMap { numbers(of: $0.term, weight: $0.weight) } }
}
