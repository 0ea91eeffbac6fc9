/// Logits and labels that do not fit each other or the objective.
public struct LossInputError: Error, CustomStringConvertible, Equatable {
    public enum Problem: Sendable, Equatable {
        case shapes(logits: [Int], labels: [Int])
        case logitType(String)
        case labelType(String)
        case tooFewClasses(Int)
        /// `first` is the position of the first such pixel, as [b, …].
        case labelOutOfRange(value: Int, count: Int, first: [Int], classCount: Int)
        case classes(expected: Int, found: Int, of: String)
        /// Numbers that kernels take in place of counts.
        case numbersWithoutKernels
    }

    public let problem: Problem

    public init(_ problem: Problem) { self.problem = problem }

    public var description: String {
        switch problem {
        case .shapes(let logits, let labels):
            "logits of shape \(logits) and labels of shape \(labels) do not fit: expected [B, C, …] and [B, …]"
        case .logitType(let name):
            "logits must be floating-point numbers, found \(name); are logits and labels exchanged?"
        case .labelType(let name):
            "labels must be whole numbers (int64 or uint8), found \(name)"
        case .tooFewClasses(let count):
            "the logits have \(count) class\(count == 1 ? "" : "es"): expected two or more, the background among them"
        case .labelOutOfRange(let value, let count, let first, let classCount):
            "\(count) labels lie outside the classes 0 to \(classCount - 1), first \(value) at \(first); map or ignore them"
        case .classes(let expected, let found, let what):
            "\(what) are for \(expected) classes, the logits have \(found)"
        case .numbersWithoutKernels:
            "numbers of labels are for kernels of a device, and libtorch's operations had to serve"
        }
    }
}
