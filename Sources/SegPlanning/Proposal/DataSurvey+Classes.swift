import Sampling
import SegConfiguration

/// Which classes the label values stand for.
extension DataSurvey {
    /// Those that the data set names, with a word on values that it does not.
    func classes(stated: [ClassConfiguration], ignoring ignored: [Int]) -> Choice<[ClassConfiguration]> {
        let strange = strangeValues(stated: stated, ignoring: ignored)
        let values = strange.prefix(12).map(String.init).joined(separator: ", ") + (strange.count > 12 ? ", …" : "")
        let doubt =
            switch strange.count {
            case 0: ""
            case 1: "; the label value \(values) has none and is ignored below: give it to a class if it is one"
            default: "; the label values \(values) have none and are ignored below: give them to classes if they are some"
            }
        return Choice(stated, "as the data set names them" + doubt)
    }

    /// Label values that are neither of a class nor ignored, which training would stop at.
    func strangeValues(stated: [ClassConfiguration], ignoring ignored: [Int]) -> [Int] {
        let known = Set(stated.flatMap(\.values) + ignored)
        return labelValues().map(\.value).filter { !known.contains($0) }
    }

    /// What the label values scatter about; nil where they are exact.
    var lossyLabels: LossyLabels? {
        LossyLabels(
            Dictionary(labelValues().map { ($0.value, $0.voxels) }) { $1 },
            areCompressed: cases.contains(where: \.areLabelsCompressed))
    }

    /// One class for each value, the proposed background first; the user names them.
    ///
    /// - Throws: `ProposalError` for labels that are none.
    func classes() throws -> Choice<[ClassConfiguration]> {
        let values = labelValues()
        guard values.count >= 2 else { throw ProposalError.oneLabelValue(values.first?.value) }
        let counts = Dictionary(values.map { ($0.value, $0.voxels) }) { $1 }
        if let lossy = lossyLabels {
            let proposed = ClassConfiguration.proposed(pixels: counts, border: borderCounts, lossy: lossy)
            return Choice(proposed.classes, "ranges to give names to: the \(lossy.remark)")
        }
        guard values.count <= Self.mostValues else {
            throw ProposalError.tooManyLabelValues(
                count: values.count, least: values[0].value, largest: values[values.count - 1].value)
        }
        let proposed = ClassConfiguration.proposed(pixels: counts, border: borderCounts)
        return Choice(proposed.classes, "one for each label value: give them names")
    }

    /// The background among the classes, as `data.background` names it.
    ///
    /// - Parameter areStated: whether the user gave the names, so that they mean something.
    func background(of classes: [ClassConfiguration], areStated: Bool) -> Choice<String> {
        let (pixels, border) = (labelValues(), borderCounts)
        let proposal = BackgroundProposal(
            classes.map { item in
                BackgroundProposal.Candidate(
                    name: areStated ? item.name : "", values: item.values,
                    pixels: pixels.reduce(0) { item.values.contains($1.value) ? $0 + $1.voxels : $0 },
                    border: item.values.reduce(0) { $0 + (border[$1] ?? 0) })
            })
        return Choice(proposal.index.map { classes[$0].name } ?? DataConfiguration.noBackground, proposal.reason)
    }

    /// Over all cases.
    private var borderCounts: [Int: Int] {
        cases.reduce(into: [:]) { sums, item in sums.merge(item.border, uniquingKeysWith: +) }
    }

    /// More are a picture, not labels.
    private static let mostValues = 100
}

/// Why no configuration can be proposed for a data set.
public enum ProposalError: Error, Equatable, Sendable, CustomStringConvertible {
    /// nil where there is no label at all.
    case oneLabelValue(Int?)
    case tooManyLabelValues(count: Int, least: Int, largest: Int)
    /// The numbers of channels that were found, each with one of the cases.
    case channels([Int: String])
    /// All cases are of one patient or video, or there is one case.
    case oneGroup(cases: Int)

    public var description: String {
        switch self {
        case .oneLabelValue(nil): "no case has labels; expected a label file for each image to learn from"
        case .oneLabelValue(let value?): "every label is \(value); expected the background and at least one class"
        case .tooManyLabelValues(let count, let least, let largest):
            "the label files hold \(count) values from \(least) to \(largest), which looks like pictures, not labels; "
                + "save masks without smoothing or JPEG compression, one value a class"
        case .oneGroup(let cases):
            "\(cases == 1 ? "there is one case" : "all \(cases) cases are of one patient or video"); expected two or more, one to "
                + "train on and one to validate on"
        case .channels(let counts):
            "the images have "
                + counts.sorted { $0.key < $1.key }.map { "\($0.key) channel\($0.key == 1 ? "" : "s") (\($0.value))" }
                .joined(separator: ", ") + "; expected the same number in all"
        }
    }
}
