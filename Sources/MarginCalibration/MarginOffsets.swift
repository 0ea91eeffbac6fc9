/// The margin-offsets of Corollary 1.1: how far the score of a pixel's class must lie above its rivals.
///
///     ρ_0k = τ √(n − n_k) / n_k        ρ_k0 = μ_k ρ_0k        μ_k = p_k √n_k / (ν (n − n_k) − p_k √(n − n_k))
///
/// Rare classes get the large ρ_0k. All offsets are finite and not negative: a negative offset would reward a wrong side
/// of the margin.
public struct MarginOffsets: Sendable, Hashable {
    /// ρ_0k: asked of the pixels that are not of class k against class k (Eqs. 6, 29).
    public let rho0k: [Double]
    /// ρ_k0: asked of the pixels of class k against all others (Eqs. 6, 28).
    public let rhoK0: [Double]

    /// The offsets of one class, given by hand.
    public struct Pair: Sendable, Hashable, Codable {
        /// ρ_0k.
        public let rho0k: Double
        /// ρ_k0.
        public let rhoK0: Double

        /// Two offsets; they are checked where they are used.
        public init(rho0k: Double, rhoK0: Double) {
            self.rho0k = rho0k
            self.rhoK0 = rhoK0
        }
    }

    /// Given offsets, e.g. all 0 for an ablation.
    ///
    /// - Throws: `MarginOffsetsError` unless both have the same length of two or more and hold finite numbers of 0 or more.
    public init(rho0k: [Double], rhoK0: [Double]) throws {
        guard rho0k.count == rhoK0.count else {
            throw MarginOffsetsError(.lengthsDiffer(rho0k: rho0k.count, rhoK0: rhoK0.count))
        }
        guard rho0k.count >= 2 else { throw MarginOffsetsError(.tooFewClasses(rho0k.count)) }
        for index in rho0k.indices {
            try Self.check(Pair(rho0k: rho0k[index], rhoK0: rhoK0[index]), of: index, names: [])
        }
        self.rho0k = rho0k
        self.rhoK0 = rhoK0
    }

    /// c: the number of classes, with the background.
    public var classCount: Int { rho0k.count }

    /// - Throws: `MarginOffsetsError` unless both offsets are finite numbers of 0 or more.
    static func check(_ pair: Pair, of index: Int, names: [String]) throws {
        for (name, value) in [("rho_0k", pair.rho0k), ("rho_k0", pair.rhoK0)] where !(value >= 0 && value.isFinite) {
            throw MarginOffsetsError(.badOffset(index, name: name, value: value), names: names)
        }
    }
}

extension MarginOffsets: Codable {
    enum CodingKeys: String, CodingKey {
        case rho0k = "rho_0k"
        case rhoK0 = "rho_k0"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            rho0k: container.decode([Double].self, forKey: .rho0k), rhoK0: container.decode([Double].self, forKey: .rhoK0))
    }
}
