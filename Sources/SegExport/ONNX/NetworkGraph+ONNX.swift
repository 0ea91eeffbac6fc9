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
            return add(
                "InstanceNormalization", inputs + [try parameter(weight), try parameter(bias)], [.float("epsilon", epsilon)],
                name: layer(of: weight), output: output)
        case .leakyReLU(let slope): return add("LeakyRelu", inputs, [.float("alpha", slope)], output: output)
        case .relu: return add("Relu", inputs, output: output)
        case .globalAveragePool: return add("GlobalAveragePool", inputs, output: output)
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

    /// Each group is normalised as if it were a channel of an instance norm; opset 18's own `GroupNormalization` has a scale for each
    /// group where PyTorch has one for each channel.
    private mutating func addGroupNorm(
        _ input: String, _ groups: Int, _ weight: Tensor, _ bias: Tensor, _ epsilon: Double, _ dimensions: Int, _ output: String?
    ) throws -> String {
        let each = [weight.count] + [Int](repeating: 1, count: dimensions)
        let shape = add("Shape", [input])
        let grouped = add("Reshape", [input, try constant([0, Int64(groups), -1], named: "groups")])
        let normalized = add(
            "InstanceNormalization",
            [
                grouped, try constant([Float](repeating: 1, count: groups), shape: [groups], named: "ones"),
                try constant([Float](repeating: 0, count: groups), shape: [groups], named: "zeros"),
            ], [.float("epsilon", epsilon)], name: layer(of: weight))
        let restored = add("Reshape", [normalized, shape])
        let scaled = add("Mul", [restored, try parameter(weight, shape: each)])
        return add("Add", [scaled, try parameter(bias, shape: each)], output: output)
    }

    private mutating func addUpsampling(_ input: String, like other: String, _ output: String?) -> String {
        let batch = add("Shape", [input], [.integer("start", 0), .integer("end", 2)])
        let sizes = add("Concat", [batch, add("Shape", [other], [.integer("start", 2)])], [.integer("axis", 0)])
        // Neither a region of interest nor scales.
        return add(
            "Resize", [input, "", "", sizes],
            [.string("mode", "linear"), .string("coordinate_transformation_mode", "align_corners")], output: output)
    }
}
