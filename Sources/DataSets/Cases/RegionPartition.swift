/// The classes that overlapping regions fall into: a class for each set of regions that some values lie in.
///
/// Training tells classes apart, which do not overlap; each region is a union of them. A class that is a whole region has its
/// name; another is named for what it is: `tumour without core` lies in the one and not in the other, `left and right` in both.
struct RegionPartition {
    /// In the order in which the regions first hold them; values rise.
    let classes: [LayoutFinding.ClassValues]

    /// - Precondition: no two regions of the same values, none without.
    init(_ regions: [LayoutFinding.ClassValues]) {
        let values = Set(regions.flatMap(\.values)).sorted()
        let holders = Dictionary(grouping: values) { value in regions.indices.filter { regions[$0].values.contains(value) } }
        classes = holders.sorted { ($0.key, $0.value) < ($1.key, $1.value) }.map { holding, values in
            LayoutFinding.ClassValues(Self.name(of: values, in: holding.map { regions[$0] }, of: regions), values)
        }
    }

    /// The smallest regions that hold the values, without the largest of those that reach into them and do not.
    private static func name(
        of values: [Int], in holding: [LayoutFinding.ClassValues], of regions: [LayoutFinding.ClassValues]
    ) -> String {
        if let whole = holding.first(where: { $0.values == values }) { return whole.name }
        let smallest = holding.filter { region in !holding.contains { Set($0.values).isStrictSubset(of: region.values) } }
        let common = smallest.dropFirst().reduce(Set(smallest[0].values)) { $0.intersection($1.values) }
        let reaching = regions.filter { !holding.contains($0) && !common.isDisjoint(with: $0.values) }
        let largest = reaching.filter { region in !reaching.contains { Set(region.values).isStrictSubset(of: $0.values) } }
        func listed(_ regions: [LayoutFinding.ClassValues], _ word: String) -> String {
            regions.map(\.name).joined(separator: " \(word) ")
        }
        return listed(smallest, "and") + (largest.isEmpty ? "" : " without \(listed(largest, "or"))")
    }
}

/// Lists in the order of a dictionary.
private func < (left: ([Int], [Int]), right: ([Int], [Int])) -> Bool {
    left.0 != right.0 ? left.0.lexicographicallyPrecedes(right.0) : left.1.lexicographicallyPrecedes(right.1)
}
