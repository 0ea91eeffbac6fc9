import Foundation
import Torch
import TorchNN

/// A graph of ONNX's operators of opset 18 that grows node by node.
struct ONNXGraph {
    static let opset: Int64 = 18
    /// That of opset 18.
    static let irVersion: Int64 = 8
    /// What a file of protobuf can hold, less what stands beside the weights.
    static let usualLimit = Int(Int32.max) - 1 << 20

    private(set) var proto = ONNXGraphProto()
    private let weights: StoredWeights
    /// The network's tensors by their names.
    private let state: [Module.StateEntry]
    private var names: Set<String> = []
    /// Constants of whole numbers.
    private var lists: [[Int64]: String] = [:]
    /// Bytes of the weights so far, and how many there may be.
    private var size = 0
    private let limit: Int

    /// - Parameter network: whose parameters the graph's operations have.
    init(named name: String, of network: Module, weights: StoredWeights, limit: Int = usualLimit) {
        self.limit = limit
        proto.name = name
        self.weights = weights
        state = network.namedState()
    }

    // MARK: Values

    /// Adds an input or output of the graph.
    ///
    /// - Parameter shape: a number for a size that is fixed, a name for one that is free.
    mutating func declare(input name: String, shape: [ONNXSize]) {
        names.insert(name)
        proto.input.append(Self.info(name, .float, shape))
    }

    mutating func declare(output name: String, _ type: ONNXTensorProto.DataType, shape: [ONNXSize]) {
        proto.output.append(Self.info(name, type, shape))
    }

    private static func info(_ name: String, _ type: ONNXTensorProto.DataType, _ shape: [ONNXSize]) -> ONNXValueInfoProto {
        var info = ONNXValueInfoProto()
        info.name = name
        info.type.tensorType.elemType = type
        info.type.tensorType.shape.dim = shape.map { size in
            var dimension = ONNXTensorShapeProto.Dimension()
            switch size {
            case .fixed(let length): dimension.dimValue = Int64(length)
            case .free(let name): dimension.dimParam = name
            }
            return dimension
        }
        return info
    }

    /// A name that the graph does not have yet.
    mutating func unused(_ name: String) -> String {
        var candidate = name
        var number = 1
        while !names.insert(candidate).inserted {
            number += 1
            candidate = "\(name)_\(number)"
        }
        return candidate
    }

    // MARK: Nodes

    /// Adds a node of one output.
    ///
    /// - Parameters:
    ///   - name: of the node, and of its output unless `output` names that.
    /// - Returns: the output's name.
    @discardableResult
    mutating func add(
        _ operation: String, _ inputs: [String], _ attributes: [ONNXAttributeProto] = [], name: String? = nil,
        output: String? = nil
    ) -> String {
        var node = ONNXNodeProto()
        node.opType = operation
        node.name = unused(name ?? operation.lowercased())
        node.input = inputs
        let output = output ?? node.name
        names.insert(output)
        node.output = [output]
        node.attribute = attributes
        proto.node.append(node)
        return output
    }

    // MARK: Constants

    /// The name of a parameter in the network's state.
    private func name(of parameter: Tensor) -> String {
        guard let entry = state.first(where: { $0.tensor.isSame(as: parameter) }) else {
            preconditionFailure("a parameter \(parameter) that is not of the network")
        }
        return entry.name
    }

    /// The name of the layer that a parameter belongs to.
    func layer(of parameter: Tensor) -> String {
        name(of: parameter).split(separator: ".").dropLast().joined(separator: ".")
    }

    /// A parameter of the network under its own name, as float32.
    ///
    /// - Parameter shape: nil for its own.
    /// - Throws: `ExportError` where the type of the weights cannot hold it, and where all of them are too large for a file.
    mutating func parameter(_ tensor: Tensor, shape: [Int]? = nil) throws -> String {
        let own = name(of: tensor)
        let stored = try weights.stored(tensor.detached(), named: own)
        let name = try add(initializer: own, stored, shape: shape ?? tensor.shape)
        guard stored.dtype != .float32 else { return name }
        return add("Cast", [name], [.integer("to", Int64(ONNXTensorProto.DataType.float.rawValue))], name: "\(name).float32")
    }

    mutating func constant(_ values: [Float], shape: [Int], named name: String) throws -> String {
        try add(initializer: name, Tensor(values, shape: shape), shape: shape)
    }

    /// Of equal numbers one constant is made.
    mutating func constant(_ values: [Int64], named name: String) throws -> String {
        if let known = lists[values] { return known }
        let constant = try add(initializer: name, Tensor(values), shape: [values.count])
        lists[values] = constant
        return constant
    }

    private mutating func add(initializer name: String, _ tensor: Tensor, shape: [Int]) throws -> String {
        size += tensor.count * tensor.dtype.size
        guard size <= limit else {
            throw ExportError(
                "the network is too large for an ONNX file: its weights take more than \(limit) bytes, what protobuf can hold; export "
                    + "with --weights float16, or to a file that ends in .safetensors")
        }
        var proto = ONNXTensorProto()
        proto.name = unused(name)
        proto.dims = shape.map(Int64.init)
        proto.dataType =
            switch tensor.dtype {
            case .float16: .float16
            case .int64: .int64
            default: .float
            }
        // Every machine that Swift and libtorch run on is little endian, as the format is.
        proto.rawData = Data(try tensor.bytes())
        self.proto.initializer.append(proto)
        return proto.name
    }
}

/// The size of an axis.
enum ONNXSize {
    case fixed(Int)
    /// Any, by a name.
    case free(String)
}
