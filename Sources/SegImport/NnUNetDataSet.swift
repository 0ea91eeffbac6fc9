import DurableFiles
import Foundation
import SegConfiguration

/// A `dataset.json` of nnU-Net: the channels and what the label values mean.
struct NnUNetDataSet {
    let channelCount: Int
    /// In the order of the network's scores.
    let classes: [ClassConfiguration]
    /// Values that took no part in training.
    let ignoredValues: [Int]

    /// - Throws: `FileError` for labels that are regions, which overlap.
    init(_ file: JSONNode) throws {
        channelCount = try (file.value("channel_names") ?? file.member("modality")).members().count
        var classes: [(name: String, value: Int)] = []
        var ignored: [Int] = []
        for (name, node) in try file.member("labels").members() {
            if node.isList {
                throw node.mismatch("one value: networks for regions, which overlap, cannot be imported")
            }
            // Files of before version 2 have values for keys and names for values.
            let value = try Int(name) ?? node.wholeNumber()
            let own = try Int(name) == nil ? name : node.text()
            if own == "ignore" { ignored.append(value) } else { classes.append((own, value)) }
        }
        classes.sort { $0.value < $1.value }
        guard classes.map(\.value) == Array(0..<classes.count), classes.count > 1 else {
            throw try file.member("labels").mismatch("values from 0, the background, without a gap")
        }
        self.classes = classes.map { ClassConfiguration(name: $0.name, values: [$0.value]) }
        ignoredValues = ignored
    }
}
