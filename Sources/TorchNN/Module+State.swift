import Torch

extension Module {
    /// Copies a stored state into the parameters and buffers.
    ///
    /// Strict: every name must be there, no other but those that `ownName(ofStored:)` does without, and every shape must fit;
    /// otherwise nothing is changed.
    ///
    /// - Throws: `StateError` with all missing, unexpected and mis-shaped names together.
    public func load(_ stored: [String: Tensor]) throws {
        let state = Dictionary(
            stored.compactMap { name, tensor in ownName(ofStored: name).map { ($0, tensor) } },
            uniquingKeysWith: { first, _ in first })
        let own = namedState()
        let names = Set(own.map(\.name))
        let error = StateError(
            missing: own.map(\.name).filter { state[$0] == nil },
            unexpected: state.keys.filter { !names.contains($0) }.sorted(),
            misshaped: own.compactMap { entry in
                guard let stored = state[entry.name], stored.shape != entry.tensor.shape else { return nil }
                return .init(name: entry.name, expected: entry.tensor.shape, found: stored.shape)
            })
        guard error.isEmpty else { throw error }
        try withoutGradient {
            for entry in own {
                guard let stored = state[entry.name] else { continue }
                try entry.tensor.copyInPlace(from: stored)
            }
        }
    }

    /// The state by name, sharing memory with the module.
    public func state() -> [String: Tensor] {
        Dictionary(uniqueKeysWithValues: namedState().map { ($0.name, $0.tensor.detached()) })
    }
}

/// A stored state that does not fit a module.
public struct StateError: Error, CustomStringConvertible, Equatable {
    public struct Misshaped: Sendable, Equatable {
        public let name: String
        public let expected: [Int]
        public let found: [Int]
    }

    public let missing: [String]
    public let unexpected: [String]
    public let misshaped: [Misshaped]

    var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && misshaped.isEmpty }

    public var description: String {
        var parts: [String] = []
        if !missing.isEmpty { parts.append("missing: \(listed(missing))") }
        if !unexpected.isEmpty { parts.append("unexpected: \(listed(unexpected))") }
        if !misshaped.isEmpty {
            parts.append(
                "of another shape: \(listed(misshaped.map { "\($0.name) (expected \($0.expected), found \($0.found))" }))")
        }
        return "the stored weights do not fit this network; \(parts.joined(separator: "; "))"
    }

    private func listed(_ names: [String]) -> String {
        let shown = names.prefix(5).joined(separator: ", ")
        return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
    }
}
