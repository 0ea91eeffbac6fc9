/// Percentiles of a set of numbers, interpolated linearly between neighbours (NumPy's default).
enum Percentiles {
    /// The values below which `percents` of the numbers lie; `percents` ascend.
    ///
    /// - Precondition: at least one number, none of them NaN.
    static func of(_ values: some Sequence<Float>, at percents: [Double]) -> [Float] {
        var sorted = Array(values)
        precondition(!sorted.isEmpty, "percentiles need a number")
        var low = 0
        return percents.map { percent in
            let rank = percent / 100 * Double(sorted.count - 1)
            let index = Int(rank)
            let share = Float(rank - Double(index))
            select(index, in: &sorted, from: low)
            low = index
            guard share > 0 else { return sorted[index] }
            // After the selection everything above the index is no smaller: the next one up is their least.
            let next = sorted[(index + 1)...].min() ?? sorted[index]
            return sorted[index] + (next - sorted[index]) * share
        }
    }

    /// The same of numbers that are counted.
    ///
    /// - Parameter tally: each value with how often it occurs, ascending; one at least.
    static func of(_ tally: [(value: Float, count: Int)], at percents: [Double]) -> [Float] {
        let total = tally.reduce(0) { $0 + $1.count }
        func value(_ index: Int) -> Float {
            var rest = index
            for (value, count) in tally {
                if rest < count { return value }
                rest -= count
            }
            return tally[tally.count - 1].value
        }
        return percents.map { percent in
            let rank = percent / 100 * Double(total - 1)
            let (low, share) = (value(Int(rank)), Float(rank - Double(Int(rank))))
            return share > 0 ? low + (value(Int(rank) + 1) - low) * share : low
        }
    }

    /// Hoare's selection: `values[index]` becomes what it would be were the array sorted, smaller ones before it and larger ones
    /// after. Linear on average, where sorting a large volume takes seconds.
    private static func select(_ index: Int, in values: inout [Float], from start: Int) {
        var low = start, high = values.count - 1
        while low < high {
            let pivot = values[low + (high - low) / 2]
            var i = low, j = high
            while i <= j {
                while values[i] < pivot { i += 1 }
                while values[j] > pivot { j -= 1 }
                if i <= j {
                    values.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if index <= j { high = j } else if index >= i { low = i } else { return }
        }
    }
}
