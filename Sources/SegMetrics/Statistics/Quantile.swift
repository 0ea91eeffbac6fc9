extension Collection<Double> where Index == Int {
    /// The value below which a share of the sorted values lies, linear between neighbours, as numpy's `percentile`.
    ///
    /// - Precondition: sorted, not empty, `share` from 0 to 1.
    package func sortedQuantile(_ share: Double) -> Double {
        precondition(!isEmpty && (0...1).contains(share), "a share of some values")
        let place = share * Double(count - 1)
        let below = Int(place)
        let low = self[startIndex + below]
        guard below + 1 < count else { return low }
        return low + (place - Double(below)) * (self[startIndex + below + 1] - low)
    }
}
