/// Where the foreground of a sample lies: the n-th pixel of a group of labels is looked up, not searched for in the whole sample.
///
/// For each block of 4096 pixels stands how many pixels of each group there are up to its end, which is a number of 4 bytes a block
/// and group; a search ends within one block.
struct ForegroundPlaces: Sendable {
    private struct Group: Sendable {
        let number: Int
        /// Pixels of the group from the sample's first to the last of each block.
        var ends: [Int32]
    }

    /// Those that the sample has, by their numbers.
    private let groups: [Group]
    /// The number of each of the 256 labels' group; nil for labels that are not looked for.
    private let groupOfLabel: [Int?]

    private static let block = 4096

    /// - Precondition: fewer than 2³¹ labels.
    init(of labels: [UInt8], groupOfLabel: [Int?]) {
        self.groupOfLabel = groupOfLabel
        let blocks = (labels.count + Self.block - 1) / Self.block
        var ends: [Int: [Int32]] = [:]
        for block in 0..<blocks {
            var counts = [Int32](repeating: 0, count: 256)
            for label in labels[block * Self.block..<min((block + 1) * Self.block, labels.count)] { counts[Int(label)] += 1 }
            for (label, count) in counts.enumerated() where count > 0 {
                if let group = groupOfLabel[label] {
                    ends[group, default: Array(repeating: 0, count: blocks)][block] += count
                }
            }
        }
        groups = ends.sorted { $0.key < $1.key }.map { number, counts in
            var total: Int32 = 0
            return Group(
                number: number,
                ends: counts.map { count in
                    total += count
                    return total
                })
        }
    }

    /// Pixels of each group that the sample has; of none, nothing.
    var counts: [Int] { groups.map { Int($0.ends.last ?? 0) } }

    /// The place of a pixel in the sample.
    ///
    /// - Parameters:
    ///   - number: of the pixel among those of its group, in order.
    ///   - place: of the group in `counts`.
    ///   - labels: the sample's labels in a range.
    func pixel(_ number: Int, ofGroup place: Int, labels: (Range<Int>) throws -> [UInt8]) rethrows -> Int {
        let group = groups[place]
        var (low, high) = (0, group.ends.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if Int(group.ends[middle]) > number { high = middle } else { low = middle + 1 }
        }
        var left = number - (low > 0 ? Int(group.ends[low - 1]) : 0)
        let start = low * Self.block
        for (offset, label) in try labels(start..<start + Self.block).enumerated() where groupOfLabel[Int(label)] == group.number
        {
            if left == 0 { return start + offset }
            left -= 1
        }
        preconditionFailure("the labels are those that were counted")
    }
}
