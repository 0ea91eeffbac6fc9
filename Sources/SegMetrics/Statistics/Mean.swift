/// The mean of what is defined; nil when nothing is.
func mean(_ values: some Sequence<Double?>) -> Double? {
    var (sum, count) = (0.0, 0)
    for value in values {
        guard let value else { continue }
        sum += value
        count += 1
    }
    return count == 0 ? nil : sum / Double(count)
}
