import SegInference

/// What a graph gives of an input.
public enum NetworkOutput: String, Sendable, Hashable, Encodable, CaseIterable {
    /// Raw scores, `[B, classes, …]`, float32.
    case logits
    /// Their softmax, the same.
    case probabilities
    /// The class that is decided for each pixel, by its place in the list of classes: `[B, …]`, uint8.
    case classes
}

extension ONNXGraph {
    /// Adds what follows from the logits.
    ///
    /// - Parameters:
    ///   - logits: the name of the value.
    ///   - axes: the free sizes, batch first.
    mutating func add(
        _ outputs: [NetworkOutput], of logits: String, classCount: Int, axes: [ONNXSize], decision: Decision
    ) throws {
        let ofClasses = [axes[0], .fixed(classCount)] + axes.dropFirst()
        for output in NetworkOutput.allCases where outputs.contains(output) {
            switch output {
            case .logits: declare(output: logits, .float, shape: ofClasses)
            case .probabilities:
                declare(output: addSoftmax(logits, output: output.rawValue), .float, shape: ofClasses)
            case .classes:
                let values = try addValues(of: logits, classCount: classCount, dimensions: axes.count - 1, decision)
                // The first of equals, as here.
                let largest = add("ArgMax", [values], [.integer("axis", 1), .integer("keepdims", 0)])
                let classes = add(
                    "Cast", [largest], [.integer("to", Int64(ONNXTensorProto.DataType.uint8.rawValue))], output: output.rawValue)
                declare(output: classes, .uint8, shape: axes)
            }
        }
    }

    private mutating func addSoftmax(_ logits: String, output: String? = nil) -> String {
        add("Softmax", [logits], [.integer("axis", 1)], output: output)
    }

    /// What is compared in place of the scores.
    private mutating func addValues(
        of logits: String, classCount: Int, dimensions: Int, _ decision: Decision
    ) throws -> String {
        let ones = [Int](repeating: 1, count: dimensions)
        switch decision {
        case .argmax: return logits
        case .offsets(let offsets):
            let constant = try constant(offsets.map { Float($0) }, shape: [1, classCount] + ones, named: "decision.offsets")
            return add("Add", [logits, constant])
        case .iou(let gains):
            let (slopes, constants) = gains.linear(classCount: classCount)
            let inputs = [
                addSoftmax(logits),
                try constant(slopes.flatMap(\.self), shape: [classCount, classCount] + ones, named: "decision.slopes"),
                try constant(constants, shape: [classCount], named: "decision.constants"),
            ]
            return add("Conv", inputs, [.integers("kernel_shape", ones)])
        }
    }
}
