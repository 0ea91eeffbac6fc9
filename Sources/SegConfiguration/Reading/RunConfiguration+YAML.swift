import DurableFiles
import Foundation
import Yams

extension RunConfiguration {
    /// As a file: every value, keys in the order of the types, numbers as a person writes them, in as many digits as bring them
    /// back. Reading it gives the same configuration.
    ///
    /// - Throws: `EncodingError`; a checked configuration can be written.
    package var yaml: String {
        get throws {
            // Yams keeps the order, but writes 10 as `1e+1` and no more than 15 digits; JSON has the numbers.
            let encoder = JSONEncoder.sorted()
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: ".inf", negativeInfinity: "-.inf", nan: ".nan")
            guard let ordered = try Yams.compose(yaml: YAMLEncoder().encode(self)),
                let exact = try Yams.compose(yaml: encoder.text(self))
            else { return "" }
            return try Yams.serialize(node: ordered.withNumbers(of: exact))
        }
    }
}

extension Node {
    /// The tree with the scalars of an equal one where these are numbers.
    fileprivate func withNumbers(of other: Node?) -> Node {
        switch (self, other) {
        case (.mapping(var mapping), .mapping(let others)?):
            for (key, value) in mapping { mapping[key] = value.withNumbers(of: others[key]) }
            return .mapping(mapping)
        case (.sequence(var list), .sequence(let others)?):
            for index in list.indices where others.indices.contains(index) {
                list[index] = list[index].withNumbers(of: others[index])
            }
            return .sequence(list)
        case (.scalar, .scalar(let number)?) where float != nil: return Node(number.string)
        default: return self
        }
    }
}
