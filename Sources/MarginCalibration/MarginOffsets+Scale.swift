extension MarginOffsets {
    /// How large the offsets are over all; Eq. 23 fixes their proportions only.
    public enum Scale: Sendable, Hashable {
        /// ρ_0k = τ √(n − n_k) / n_k, the paper's: shrinks as 1/√n, so that a τ tuned on one data set means nothing on another.
        case absolute(tau: Double)
        /// Σ_k ρ_0k = S over the classes that are neither excluded nor overridden, the constraint of Corollary 1.1.
        ///
        /// The corollary is taken on frequencies (n_k → p_k, n → 1), μ_k and ν included: both offset vectors stay the same
        /// when every count is multiplied by a constant. A ν here is √n times the paper's. S = 0: no offsets.
        case sum(Double)
    }
}

extension MarginOffsets.Scale {
    /// What the corollary's n and n_k count.
    var units: ClassShare.Units {
        switch self {
        case .absolute: .pixels
        case .sum: .frequencies
        }
    }

    func check() throws {
        switch self {
        case .absolute(let tau):
            guard tau > 0, tau.isFinite else { throw MarginOffsetsError(.notPositive(parameter: "tau", value: tau)) }
        case .sum(let sum):
            guard sum >= 0, sum.isFinite else { throw MarginOffsetsError(.negative(parameter: "sum", value: sum)) }
        }
    }

    /// What turns Eq. 23's proportions into ρ_0k.
    func factor(proportions: [Double]) -> Double {
        switch self {
        case .absolute(let tau): tau
        case .sum(let sum): sum / proportions.reduce(0, +)
        }
    }

    /// ν where none is given.
    ///
    /// The paper's pixels make any ν near 1 fit; among frequencies 1 is too small for most medical data (p_k > 0.62), and
    /// twice the smallest keeps μ_k positive by construction.
    public func standardNu(smallest: Double) -> Double {
        switch self {
        case .absolute: 1
        case .sum: 2 * smallest
        }
    }
}

/// `{"tau": 10}` or `{"sum": 4}`.
extension MarginOffsets.Scale: Codable {
    enum CodingKeys: String, CodingKey { case tau, sum }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch container.allKeys {
        case [.tau]: self = .absolute(tau: try container.decode(Double.self, forKey: .tau))
        case [.sum]: self = .sum(try container.decode(Double.self, forKey: .sum))
        default:
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a margin scale has either `tau` or `sum`"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .absolute(let tau): try container.encode(tau, forKey: .tau)
        case .sum(let sum): try container.encode(sum, forKey: .sum)
        }
    }
}
