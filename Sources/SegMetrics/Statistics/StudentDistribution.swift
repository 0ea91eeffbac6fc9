import Foundation

/// Student's t distribution of a whole number of degrees of freedom.
struct StudentDistribution {
    /// ν, at least 1.
    let degrees: Int

    /// P(|T| ≤ t), by the finite series of Abramowitz and Stegun 26.7.3 and 26.7.4.
    func share(within t: Double) -> Double {
        let angle = atan(t / Double(degrees).squareRoot())
        let (sine, cosine) = (sin(angle), cos(angle))
        let isOdd = degrees % 2 == 1
        var term = isOdd ? cosine : 1
        var sum = 0.0
        for power in stride(from: isOdd ? 1 : 0, through: degrees - 2, by: 2) {
            sum += term
            term *= cosine * cosine * Double(power + 1) / Double(power + 2)
        }
        return isOdd ? (angle + sine * sum) * 2 / .pi : sine * sum
    }

    /// The t with P(|T| ≤ t) = `share`, by bisection of the angle, on which the whole axis is bounded.
    ///
    /// - Precondition: 0 ≤ `share` < 1.
    func deviate(holding share: Double) -> Double {
        precondition(share >= 0 && share < 1, "a share below 1, not \(share)")
        var (low, high) = (0.0, Double.pi / 2)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if self.share(within: tan(middle) * Double(degrees).squareRoot()) < share { low = middle } else { high = middle }
        }
        return tan((low + high) / 2) * Double(degrees).squareRoot()
    }
}
