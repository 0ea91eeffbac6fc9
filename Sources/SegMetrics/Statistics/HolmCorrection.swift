/// p-values of several tests made comparable with one level: Holm's step-down correction, which keeps the chance of any false
/// finding among them at that level (Scandinavian Journal of Statistics 6, 1979).
public enum HolmCorrection {
    /// The adjusted p-values, in the order of the tests; a test without a p-value takes no part.
    public static func adjust(_ pValues: [Double?]) -> [Double?] {
        let tests = pValues.indices.filter { pValues[$0] != nil }.sorted { (pValues[$0] ?? 1, $0) < (pValues[$1] ?? 1, $1) }
        var adjusted = [Double?](repeating: nil, count: pValues.count)
        var least = 0.0
        for (place, index) in tests.enumerated() {
            guard let value = pValues[index] else { continue }
            least = max(least, min(1, Double(tests.count - place) * value))
            adjusted[index] = least
        }
        return adjusted
    }
}
