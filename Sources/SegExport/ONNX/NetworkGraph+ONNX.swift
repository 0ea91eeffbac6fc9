import Torch
import TorchNN

extension ONNXGraph {
    /// Adds what a network computes.
    ///
    /// - Parameters:
    ///   - dimensions: spatial axes.
    ///   - output: the name of the last step's output.
    /// - Throws: `ExportError` where the type of the weights cannot hold one.
    mutating func add(_ graph: NetworkGraph, dimensions: Int, input: String, output: String) throws {
        var names = [graph.input: input]
        for step in graph.steps {
            let inputs = step.inputs.map { value -> String in
                guard let name = names[value] else { preconditionFailure("a step that takes what no step before it gives") }
                return name
            }
            let isLast = step.output.number == graph.steps.count
            names[step.output] = try add(step.operation, inputs, dimensions: dimensions, output: isLast ? output : nil)
        }
    }

    private mutating func add(
        _ operation: NetworkGraph.Operation, _ inputs: [String], dimensions: Int, output: String?
    ) throws -> String {
        switch operation {
        case .convolution(let weight, let bias, let stride, let padding, let dilation):
            var names = [try parameter(weight)]
            if let bias { names.append(try parameter(bias)) }
            return add(
                "Conv", inputs + names,
                [
                    .integers("kernel_shape", Array(weight.shape.dropFirst(2))), .integers("strides", stride),
                    .integers("pads", padding + padding),
                    .integers("dilations", [Int](repeating: dilation, count: dimensions)),
                ], name: layer(of: weight), output: output)
        case .transposedConvolution(let weight, let bias, let stride):
            return add(
                "ConvTranspose", inputs + [try parameter(weight), try parameter(bias)],
                [.integers("kernel_shape", stride), .integers("strides", stride)], name: layer(of: weight),
                output: output)
        case .groupNorm(let groups, let weight, let bias, let epsilon):
            return try addGroupNorm(inputs[0], groups, weight, bias, epsilon, dimensions, output)
        case .batchNorm(let weight, let bias, let mean, let variance, let epsilon):
            let names = try [weight, bias, mean, variance].map { try parameter($0) }
            return add(
                "BatchNormalization", inputs + names, [.float("epsilon", epsilon)], name: layer(of: weight), output: output)
        case .instanceNorm(let weight, let bias, let epsilon):
            return try addGroupNorm(inputs[0], weight.count, weight, bias, epsilon, dimensions, output)
        case .leakyReLU(let slope): return add("LeakyRelu", inputs, [.float("alpha", slope)], output: output)
        case .relu: return add("Relu", inputs, output: output)
        case .globalAveragePool: return try addMean(inputs[0], axes: 2..<2 + dimensions, output: output)
        case .maxPool(let window): return add("MaxPool", inputs, Self.pooling(window), output: output)
        case .averagePool(let window): return add("AveragePool", inputs, Self.pooling(window), output: output)
        case .upsampleLinear: return addUpsampling(inputs[0], like: inputs[1], output)
        case .concatenate: return add("Concat", inputs, [.integer("axis", 1)], output: output)
        case .add: return add("Add", inputs, output: output)
        case .multiply: return add("Mul", inputs, output: output)
        }
    }

    private static func pooling(_ window: [Int]) -> [ONNXAttributeProto] {
        [.integers("kernel_shape", window), .integers("strides", window)]
    }

    /// The mean over axes one by one, the last one first, which stay with length 1.
    ///
    /// Runtimes add up in float32 and in order. Over a whole image at once that costs three digits, which their instance norms and
    /// global pools lose so.
    private mutating func addMean(_ input: String, axes: Range<Int>, output: String? = nil) throws -> String {
        try axes.reversed().reduce(input) { mean, axis in
            let place = try constant([Int64(axis)], named: "axis_\(axis)")
            return add("ReduceMean", [mean, place], [.integer("keepdims", 1)], output: axis == axes.lowerBound ? output : nil)
        }
    }

    /// y = (x − mean) / √(mean of (x − mean)² + ε) · weight + bias, where each group of channels has its means; an instance norm has as
    /// many groups as channels.
    private mutating func addGroupNorm(
        _ input: String, _ groups: Int, _ weight: Tensor, _ bias: Tensor, _ epsilon: Double, _ dimensions: Int, _ output: String?
    ) throws -> String {
        let each = [weight.count] + [Int](repeating: 1, count: dimensions)
        let shape = add("Shape", [input])
        let leading = try constant([0, Int64(groups), -1], named: "groups")
        let spatial = add("Shape", [input], [.integer("start", 2)])
        // [B, groups, channels of a group, …]
        let sizes = add("Concat", [leading, spatial], [.integer("axis", 0)])
        let grouped = add("Reshape", [input, sizes])
        let axes = 2..<3 + dimensions
        let mean = try addMean(grouped, axes: axes)
        let centred = add("Sub", [grouped, mean])
        let squared = add("Mul", [centred, centred])
        let variance = try addMean(squared, axes: axes)
        let shifted = add("Add", [variance, try constant([Float(epsilon)], shape: [1], named: "epsilon")])
        let deviation = add("Sqrt", [shifted])
        let divided = add("Div", [centred, deviation])
        let normalized = add("Reshape", [divided, shape])
        let scaled = add("Mul", [normalized, try parameter(weight, shape: each)], name: layer(of: weight))
        return add("Add", [scaled, try parameter(bias, shape: each)], output: output)
    }

    private mutating func addUpsampling(_ input: String, like other: String, _ output: String?) -> String {
        let batch = add("Shape", [input], [.integer("start", 0), .integer("end", 2)])
        let spatial = add("Shape", [other], [.integer("start", 2)])
        let sizes = add("Concat", [batch, spatial], [.integer("axis", 0)])
        // Neither a region of interest nor scales.
        return add(
            "Resize", [input, "", "", sizes],
            [.string("mode", "linear"), .string("coordinate_transformation_mode", "align_corners")], output: output)
    }
}
