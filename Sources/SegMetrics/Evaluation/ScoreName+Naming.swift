/// The mean of one score over seeds; nil unless every seed defines it, for a mean over fewer would be of other things on each
/// resample.
func meanOverSeeds(_ scores: some Collection<[Double?]>, at index: Int) -> Double? {
    let defined = scores.compactMap { $0[index] }
    return defined.count == scores.count ? mean(defined) : nil
}

extension ScoreName {
    /// Names from their writing.
    ///
    /// - Throws: `ComparisonError` for one that does not exist.
    static func named(_ texts: [String], rowNames: [String]) throws -> [ScoreName] {
        try texts.map { text in
            guard let name = ScoreName(text, rowNames: rowNames) else {
                throw ComparisonError.unknownScore(text, rowNames: rowNames)
            }
            return name
        }
    }
}
