import MarginCalibration
import SegMetrics

/// What a process makes of its cases of the validation split: the first and every so manyeth after it, by rank.
struct ValidationPart: Codable {
    /// The images of each case.
    let cases: [ConfusionStore]
    let loss: ValidationLoss.Total
    let margins: ClassMargins

    init(cases: [ConfusionStore], loss: ValidationLoss.Total, margins: ClassMargins) {
        self.cases = cases
        self.loss = loss
        self.margins = margins
    }

    /// The whole of the parts of all processes, by rank, with the cases in the order of the split.
    init(_ parts: [ValidationPart]) {
        let longest = parts.map(\.cases.count).max() ?? 0
        cases = (0..<longest).flatMap { place in parts.compactMap { $0.cases.dropFirst(place).first } }
        var (loss, margins) = (parts[0].loss, parts[0].margins)
        for part in parts.dropFirst() {
            loss += part.loss
            margins += part.margins
        }
        (self.loss, self.margins) = (loss, margins)
    }
}
