import ArgumentParser
import Sampling
import SegConfiguration

/// Classes and the values of their pixels in writing: `background=0,lesion=1|2,ignore=255`; a value may be a range, as in
/// `background=0-127,lesion=128-255`.
struct ClassMap: Sendable {
    /// The name that stands for no class.
    static let ignoredName = "ignore"

    let classes: [ClassConfiguration]
    let ignoredValues: [Int]

    /// - Throws: `ValidationError` that says which part is wrong.
    init(argument: String) throws {
        var classes: [ClassConfiguration] = []
        var ignored: [Int] = []
        var owners: [Int: String] = [:]
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            let texts = sides.last?.split(separator: "|", omittingEmptySubsequences: false) ?? []
            let ranges = texts.compactMap { LabelRange($0) }
            guard sides.count == 2, !sides[0].isEmpty, ranges.count == texts.count else {
                throw ValidationError("'\(part)': expected a name and its values, as in lesion=1, lesion=1|2 or lesion=128-255.")
            }
            let item = ClassConfiguration(name: String(sides[0]), ranges: ranges)
            for value in item.values {
                if let other = owners.updateValue(item.name, forKey: value) {
                    throw ValidationError("the value \(value) belongs to \(other) and to \(item.name); give it to one of them.")
                }
            }
            if item.name == Self.ignoredName {
                ignored += item.values
            } else if classes.contains(where: { $0.name == item.name }) {
                throw ValidationError("two classes are named \(item.name); join their values with |.")
            } else {
                classes.append(item)
            }
        }
        guard classes.count > 1 else {
            throw ValidationError("it names one class; expected two or more, the background among them.")
        }
        self.classes = classes
        ignoredValues = ignored
    }
}
