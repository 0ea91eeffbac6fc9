import Torch

/// Something with parameters: a class whose stored `let` properties are its children, in the order of their declaration.
///
/// State names equal PyTorch's: a property `convConv` is `conv_conv`, the elements of a list are `0`, `1`, …, and names are
/// joined by dots (`in_conv.conv_conv.0.weight`). A property whose PyTorch name has an underscore before a digit is spelt
/// with that underscore (`conv_1`). PyTorch's properties `down1`, `down2`, … are one property, a `Numbered` list `down`.
open class Module {
    public init() {}

    /// An entry of the state: a parameter or a buffer under its name.
    public struct StateEntry {
        public let name: String
        public let tensor: Tensor
        public let isParameter: Bool
    }

    /// Parameters and buffers by name, in the order of declaration.
    ///
    /// - Precondition: children are modules, `Numbered` modules, parameters, buffers, optionals or arrays of these, or plain
    ///   values. A tensor held directly would be lost from every checkpoint, so it traps.
    public func namedState() -> [StateEntry] {
        var entries: [StateEntry] = []
        collect(prefix: "", into: &entries)
        return entries
    }

    /// The tensors an optimiser changes.
    public var parameters: [Tensor] { namedState().filter(\.isParameter).map(\.tensor) }

    /// The tensors that belong to the state and are not trained.
    public var buffers: [Tensor] { namedState().filter { !$0.isParameter }.map(\.tensor) }

    /// Number of trained numbers.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

    /// The name in this module of what a file stores under `name`; nil for what it stores beside that the module does without,
    /// such as copies under other names.
    ///
    /// A module whose weights other programs write overrides this.
    open func ownName(ofStored name: String) -> String? { name }

    private func collect(prefix: String, into entries: inout [StateEntry]) {
        if let sequence = self as? Sequential {
            // A sequence has no name of its own for the list within: `conv_conv.0`, as in PyTorch.
            for (index, layer) in sequence.layers.enumerated() { layer.collect(prefix: "\(prefix)\(index).", into: &entries) }
            return
        }
        var mirrors: [Mirror] = []
        var mirror: Mirror? = Mirror(reflecting: self)
        while let current = mirror {
            mirrors.append(current)
            mirror = current.superclassMirror
        }
        for mirror in mirrors.reversed() {
            for (label, value) in mirror.children {
                guard let label else { continue }
                Module.collect(value, name: prefix + snakeCase(label), into: &entries)
            }
        }
    }

    private static func collect(_ value: Any, name: String, into entries: inout [StateEntry]) {
        switch value {
        case let parameter as Parameter:
            entries.append(StateEntry(name: name, tensor: parameter.tensor, isParameter: true))
        case let buffer as Buffer:
            entries.append(StateEntry(name: name, tensor: buffer.tensor, isParameter: false))
        case let module as Module:
            module.collect(prefix: name + ".", into: &entries)
        case let list as any NumberedModules:
            for (number, module) in list.numbered { module.collect(prefix: "\(name)\(number).", into: &entries) }
        case is Tensor:
            preconditionFailure("'\(name)' is a bare tensor: hold it as a Parameter or a Buffer")
        default:
            let mirror = Mirror(reflecting: value)
            switch mirror.displayStyle {
            case .optional:
                if let some = mirror.children.first { collect(some.value, name: name, into: &entries) }
            case .collection:
                for (index, child) in mirror.children.enumerated() {
                    collect(child.value, name: "\(name).\(index)", into: &entries)
                }
            default:
                precondition(mirror.displayStyle != .class, "'\(name)' is of an unknown kind of class, \(type(of: value))")
            }
        }
    }
}

/// Images that are one of several equal parts of a batch, where processes share it out.
public struct BatchPart: Sendable, Hashable {
    /// 0 ..< `count`.
    public let index: Int
    public let count: Int

    public static let whole = BatchPart(index: 0, count: 1)

    /// - Precondition: `index` is one of `count`.
    public init(index: Int, count: Int) {
        precondition((0..<count).contains(index), "part \(index) of \(count)")
        self.index = index
        self.count = count
    }
}

/// Whether a forward pass trains or evaluates; training brings the randomness that dropout draws from.
///
/// Of a part of a batch dropout draws as for the whole, so that the parts together are what the whole would be.
public enum ForwardMode {
    case training(Generator, part: BatchPart = .whole)
    case evaluation

    public var isTraining: Bool {
        if case .training = self { true } else { false }
    }
}

/// A module of one input and one output.
public protocol Layer: Module {
    func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor

    /// Writes down what it computes in evaluation, operation by operation; networks take inputs of fitting sizes there.
    ///
    /// - Returns: its output.
    /// - Throws: `UndescribedLayer` for a layer that does not say it, or one within.
    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value
}

/// Layers one after another.
public final class Sequential: Module, Layer {
    public let layers: [any Layer]

    public init(_ layers: [any Layer]) { self.layers = layers }

    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try layers.reduce(input) { try $1($0, mode) }
    }

    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        try layers.reduce(input) { try $1.describe($0, in: &graph) }
    }
}

/// `convConv` → `conv_conv`; digits and underscores stay as they are.
private func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { result, letter in
        if letter.isUppercase { result.append("_") }
        result.append(contentsOf: letter.lowercased())
    }
}
