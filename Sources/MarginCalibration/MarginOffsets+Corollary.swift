extension MarginOffsets {
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

    /// The bound that ν must exceed: max_k p_k / √(n − n_k), at which a μ_k turns from positive through infinite to negative.
    ///
    /// - Throws: `MarginOffsetsError` for a distribution that has no offsets at any ν.
    public static func smallestNu(
        _ distribution: LabelDistribution, scale: Scale, excluding excluded: Set<Int> = [], classNames: [String] = []
    ) throws -> Double {
        let classes = try classes(of: distribution, besides: excluded, and: [:], names: classNames)
        return classes.map { ClassShare(of: $0, in: distribution, units: scale.units).smallestNu }.max()!  // classes is not empty
    }

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
}
