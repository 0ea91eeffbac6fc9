import SegData

/// Which classes the label values stand for.
extension DataSurvey {
    /// A class a value, 0 for the background.
    ///
    /// - Parameter names: of values, where the data set states them.
    /// - Throws: `ProposalError` for labels that are none.
    func classes(names: [Int: String] = [:]) throws -> Choice<[ClassConfiguration]> {
        let values = labelValues()
        guard values.count >= 2 else { throw ProposalError.oneLabelValue(values.first?.value) }
        guard values.count <= Self.mostValues else {
            throw ProposalError.tooManyLabelValues(
                count: values.count, least: values[0].value, largest: values[values.count - 1].value)
        }
        // Without a 0, the commonest value is the background.
        let commonest = values.max { $0.voxels < $1.voxels }?.value ?? 0
        let background = values.contains { $0.value == 0 } ? 0 : commonest
        let others = values.map(\.value).filter { $0 != background }
        let classes = [background] + others
        let configured = classes.map { value in
            let name = names[value] ?? (value == background ? "background" : others.count == 1 ? "foreground" : "class_\(value)")
            return ClassConfiguration(name: name, values: [value])
        }
        let doubt = background == 0 ? "" : "; no label is 0, so that the commonest value, \(background), is the background"
        return Choice(
            configured, (names.isEmpty ? "one for each label value: give them names" : "as the data set names them") + doubt)
    }

    /// More are a picture, not labels.
    private static let mostValues = 100
}

/// Why no configuration can be proposed for a data set.
public enum ProposalError: Error, Equatable, Sendable, CustomStringConvertible {
    /// nil where there is no label at all.
    case oneLabelValue(Int?)
    case tooManyLabelValues(count: Int, least: Int, largest: Int)
    case channels([Int])

    public var description: String {
        switch self {
        case .oneLabelValue(nil): "no case has labels; expected a label file for each image to learn from"
        case .oneLabelValue(let value?): "every label is \(value); expected the background and at least one class"
        case .tooManyLabelValues(let count, let least, let largest):
            "the label files hold \(count) values from \(least) to \(largest), which looks like pictures, not labels; "
                + "save masks without smoothing or JPEG compression, one value a class"
        case .channels(let counts):
            "the images have \(counts.map(String.init).joined(separator: ", ")) channels; expected the same number in all"
        }
    }
}
