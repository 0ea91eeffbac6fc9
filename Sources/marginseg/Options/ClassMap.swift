import ArgumentParser
import SegData
import SegTraining

/// Classes and the values of their pixels in writing: `background=0,lesion=1|2,ignore=255`; a value may be a range, as in
/// `background=0-127,lesion=128-255`.
struct ClassMap: ExpressibleByArgument, Sendable {
    /// The name that stands for no class.
    static let ignoredName = "ignore"

    let classes: [ClassConfiguration]
    let ignoredValues: [Int]

    init(classes: [ClassConfiguration], ignoredValues: [Int]) {
        self.classes = classes
        self.ignoredValues = ignoredValues
    }

    init?(argument: String) {
        var classes: [ClassConfiguration] = []
        var ignored: [Int] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, !sides[0].isEmpty else { return nil }
            let texts = sides[1].split(separator: "|", omittingEmptySubsequences: false)
            let ranges = texts.compactMap { LabelRange($0) }
            guard ranges.count == texts.count else { return nil }
            let item = ClassConfiguration(name: String(sides[0]), ranges: ranges)
            if sides[0] == Self.ignoredName {
                ignored += item.values
            } else {
                classes.append(item)
            }
        }
        let values = classes.flatMap(\.values) + ignored
        let names = classes.map(\.name)
        guard classes.count > 1, Set(values).count == values.count, Set(names).count == names.count else { return nil }
        self.init(classes: classes, ignoredValues: ignored)
    }
}
