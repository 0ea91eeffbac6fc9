import Foundation

extension DataSetCensus {
    private static let binCount = 48

    /// The channels of all cases together.
    static func channels(_ found: [CaseCensus]) -> [ChannelCensus] {
        let count = found.map(\.channels.count).max() ?? 0
        return (0..<count).compactMap { number in
            let channels = found.compactMap { number < $0.channels.count ? $0.channels[number] : nil }
            let sorted = channels.flatMap(\.sample).sorted()
            guard !sorted.isEmpty else { return nil }
            func percentile(_ share: Double) -> Float { sorted[Int(share * Double(sorted.count - 1))] }
            let percentiles = [0.01, 0.5, 0.99].map(percentile)
            let low = percentiles[0]
            let width = max(percentiles[2] - low, .leastNormalMagnitude) / Float(binCount)
            var bins = Array(repeating: 0, count: binCount)
            for value in sorted {
                let place = ((value - low) / width).rounded(.down)
                bins[place > 0 ? Int(min(place, Float(binCount - 1))) : 0] += 1
            }
            return ChannelCensus(
                minimum: channels.map(\.minimum).min() ?? .nan,
                maximum: channels.map(\.maximum).max() ?? .nan,
                percentiles: percentiles, histogram: bins.map { Double($0) / Double(sorted.count) })
        }
    }
}
