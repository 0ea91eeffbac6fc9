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

    /// The offsets of Corollary 1.1 for a data set.
    ///
    /// - Parameters:
    ///   - distribution: the counts of the training pixels.
    ///   - scale: how large the offsets are over all; the default is the authors'.
    ///   - nu: ν > 0, in the units of `scale`; nil takes 1 (the authors') for `.absolute`, twice `smallestNu` for `.sum`.
    ///   - excluded: classes that get the offsets 0, e.g. the background or an absent class. Their pixels still count in n.
    ///   - overrides: classes that get the given offsets instead of the corollary's.
    ///   - classNames: used by errors only; may be shorter than the list of classes.
    /// - Throws: `MarginOffsetsError` where the corollary gives no positive finite offsets; it names the class and the remedy.
    public init(
        _ distribution: LabelDistribution, scale: Scale = .absolute(tau: 10), nu: Double? = nil,
        excluding excluded: Set<Int> = [], overriding overrides: [Int: Pair] = [:], classNames: [String] = []
    ) throws {
        let classes = try Self.classes(of: distribution, besides: excluded, and: overrides, names: classNames)
        try scale.check()
        let shares = classes.map { ClassShare(of: $0, in: distribution, units: scale.units) }
        let nu = try Self.checkedNu(nu, scale: scale, shares: shares, names: classNames)
        let factor = scale.factor(proportions: shares.map(\.proportion))

        var rho0k = [Double](repeating: 0, count: distribution.classCount)
        var rhoK0 = rho0k
        for share in shares {
            rho0k[share.index] = factor * share.proportion
            rhoK0[share.index] = factor * share.proportion * share.mu(nu: nu)
        }
        for (index, pair) in overrides {
            try Self.check(pair, of: index, names: classNames)
            rho0k[index] = pair.rho0k
            rhoK0[index] = pair.rhoK0
        }
        self.rho0k = rho0k
        self.rhoK0 = rhoK0
    }

    /// c: the number of classes, with the background.
    public var classCount: Int { rho0k.count }

    /// The bound that ν must exceed: max_k p_k / √(n − n_k), at which a μ_k turns from positive through infinite to negative.
    ///
    /// - Throws: `MarginOffsetsError` for a distribution that has no offsets at any ν.
    public static func smallestNu(
        _ distribution: LabelDistribution, scale: Scale, excluding excluded: Set<Int> = [], classNames: [String] = []
    ) throws -> Double {
        let classes = try classes(of: distribution, besides: excluded, and: [:], names: classNames)
        return classes.map { ClassShare(of: $0, in: distribution, units: scale.units).smallestNu }.max()!  // classes is not empty
    }
}

extension MarginOffsets {
    /// The classes that the corollary applies to; each has pixels, and none has them all.
    private static func classes(
        of distribution: LabelDistribution, besides excluded: Set<Int>, and overrides: [Int: Pair], names: [String]
    ) throws -> [Int] {
        let all = 0..<distribution.classCount
        guard all.count >= 2 else { throw MarginOffsetsError(.tooFewClasses(all.count)) }
        guard distribution.total > 0 else { throw MarginOffsetsError(.noPixels) }
        if let index = excluded.union(overrides.keys).sorted().first(where: { !all.contains($0) }) {
            throw MarginOffsetsError(.noSuchClass(index, classCount: all.count))
        }
        if let index = excluded.intersection(overrides.keys).min() {
            throw MarginOffsetsError(.excludedAndOverridden(index), names: names)
        }
        let left = all.filter { !excluded.contains($0) && overrides[$0] == nil }
        guard !left.isEmpty else { throw MarginOffsetsError(.noClassLeft) }
        if let index = left.first(where: { distribution.counts[$0] == distribution.total }) {
            throw MarginOffsetsError(.coversEverything(index), names: names)
        }
        if let index = left.first(where: { distribution.counts[$0] == 0 }) {
            throw MarginOffsetsError(.absentClass(index), names: names)
        }
        return left
    }

    private static func checkedNu(_ nu: Double?, scale: Scale, shares: [ClassShare], names: [String]) throws -> Double {
        let tightest = shares.max { $0.smallestNu < $1.smallestNu }!  // classes(of:…) never returns an empty list
        let nu = nu ?? scale.standardNu(smallest: tightest.smallestNu)
        guard nu > 0, nu.isFinite else { throw MarginOffsetsError(.notPositive(parameter: "nu", value: nu)) }
        guard nu > tightest.smallestNu else {
            throw MarginOffsetsError(.nuTooSmall(nu, class: tightest.index, smallest: tightest.smallestNu), names: names)
        }
        return nu
    }

    private static func check(_ pair: Pair, of index: Int, names: [String]) throws {
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
