/// Modules of one kind that are children by their number: a property `down` that counts from 1 has the state names `down1`,
/// `down2`, ….
///
/// An array, as PyTorch's `ModuleList`, has a dot before the number and counts from 0: `down.0`, `down.1`, ….
public struct Numbered<Child: Module> {
    public let modules: [Child]
    /// The number of the first module.
    let first: Int

    public init(_ modules: [Child], from first: Int) {
        self.modules = modules
        self.first = first
    }
}

/// Any modules that are children by their number.
protocol NumberedModules {
    /// The modules with their numbers, in order.
    var numbered: [(number: Int, module: Module)] { get }
}

extension Numbered: NumberedModules {
    var numbered: [(number: Int, module: Module)] {
        modules.enumerated().map { (first + $0.offset, $0.element) }
    }
}
