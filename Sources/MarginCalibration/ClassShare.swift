/// One class against the rest of the set, in the quantities of Corollary 1.1.
struct ClassShare {
    /// What n and n_k count.
    enum Units { case pixels, frequencies }

    let index: Int
    /// n_k (or p_k among frequencies).
    let inside: Double
    /// n − n_k (or 1 − p_k among frequencies).
    let outside: Double
    /// p_k.
    let frequency: Double

    init(of index: Int, in distribution: LabelDistribution, units: Units) {
        let total = Double(distribution.total)
        let count = Double(distribution.counts[index])
        // The difference of integers, not of frequencies: 1 − p_k would lose the digits of a rare background.
        let rest = Double(distribution.total - distribution.counts[index])
        self.index = index
        self.frequency = count / total
        switch units {
        case .pixels: (inside, outside) = (count, rest)
        case .frequencies: (inside, outside) = (count / total, rest / total)
        }
    }

    /// √(n − n_k) / n_k: what ρ_0k is proportional to (Eq. 23).
    var proportion: Double { outside.squareRoot() / inside }

    /// p_k / √(n − n_k): the ν at which the denominator of μ_k is 0.
    var smallestNu: Double { frequency / outside.squareRoot() }

    /// μ_k = p_k √n_k / (ν (n − n_k) − p_k √(n − n_k)).
    ///
    /// The denominator is written (n − n_k)(ν − ν_k), which is positive for every representable ν above ν_k = `smallestNu`;
    /// the difference of two products could round to 0 there.
    func mu(nu: Double) -> Double { frequency * inside.squareRoot() / (outside * (nu - smallestNu)) }
}
