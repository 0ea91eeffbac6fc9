/// Which voxels touch.
package enum Connectivity: Sendable, Hashable, CaseIterable {
    /// Those that share a face: 4 neighbours in a plane, 6 in a volume; `scipy.ndimage.label` without a structure.
    case faces
    /// Those that share a face, an edge or a corner: 8 neighbours, or 26; `skimage.measure.label` without a connectivity, and by
    /// it nnU-Net v2's `remove_all_but_largest_component`.
    case all
}

/// What is connected: a case as it is, or each of its planes by itself.
public enum ConnectedWithin: String, Sendable, Hashable, Codable, CaseIterable {
    case volume, planes
}

/// The connected parts of some classes of a label map.
///
/// Runs along rows are joined, not voxels (union-find), so that work and memory grow with the borders of what is there.
/// Source: L. He, Y. Chao, K. Suzuki: *A run-based two-scan labeling algorithm* (IEEE TIP 17, 2008).
package struct ConnectedComponents: Sendable {
    /// The component of each run; nil for one of other classes. Components are numbered in the order of their first voxels.
    private let numbers: [Int32]
    /// The voxels of each component.
    package let sizes: [Int]

    /// - Parameter isMember: whether voxels of a label belong to a component.
    package init(
        _ map: LabelRuns, connectivity: Connectivity = .all, within: ConnectedWithin = .volume,
        where isMember: (UInt8) -> Bool
    ) {
        let isMember = (UInt8.min...UInt8.max).map(isMember)
        var sets = DisjointSets(count: map.runs.count)
        let steps = Self.steps(connectivity, within)
        let (height, depth) = (map.extent.height, map.extent.depth)
        for z in 0..<depth {
            for y in 0..<height {
                let row = map.row(z * height + y)
                // Runs of different classes may follow each other.
                for place in row.dropFirst()
                where isMember[Int(map.runs[place].label)] && isMember[Int(map.runs[place - 1].label)] {
                    sets.join(place, place - 1)
                }
                for (dz, dy) in steps where z + dz >= 0 && (0..<height).contains(y + dy) {
                    Self.join(
                        map, row, map.row((z + dz) * height + y + dy), connectivity, isMember: isMember, in: &sets)
                }
            }
        }
        var (numbers, sizes) = ([Int32](repeating: -1, count: map.runs.count), [Int]())
        for (place, run) in map.runs.enumerated() where isMember[Int(run.label)] {
            let root = sets.root(of: place)
            // A root is the first run of its set.
            if root == place {
                numbers[place] = Int32(sizes.count)
                sizes.append(0)
            } else {
                numbers[place] = numbers[root]
            }
            sizes[Int(numbers[place])] += run.count
        }
        (self.numbers, self.sizes) = (numbers, sizes)
    }

    package var count: Int { sizes.count }

    /// The component that a run belongs to; nil for a run of other classes.
    func component(ofRun place: Int) -> Int? { numbers[place] < 0 ? nil : Int(numbers[place]) }

    /// The rows before a row, in planes and rows from it, whose voxels can touch its own.
    private static func steps(_ connectivity: Connectivity, _ within: ConnectedWithin) -> [(dz: Int, dy: Int)] {
        switch (within, connectivity) {
        case (.planes, _): [(0, -1)]
        case (.volume, .faces): [(0, -1), (-1, 0)]
        case (.volume, .all): [(0, -1), (-1, -1), (-1, 0), (-1, 1)]
        }
    }

    /// Joins the runs of a row with those of an earlier one that they touch.
    private static func join(
        _ map: LabelRuns, _ row: Range<Int>, _ earlier: Range<Int>, _ connectivity: Connectivity, isMember: [Bool],
        in sets: inout DisjointSets
    ) {
        let reach: Int32 = connectivity == .all ? 1 : 0
        var first = earlier.lowerBound
        for place in row where isMember[Int(map.runs[place].label)] {
            let run = map.runs[place]
            while first < earlier.upperBound, map.runs[first].end + reach <= run.start { first += 1 }
            var other = first
            while other < earlier.upperBound, map.runs[other].start < run.end + reach {
                if isMember[Int(map.runs[other].label)] { sets.join(place, other) }
                other += 1
            }
        }
    }
}

/// Sets of numbers that are joined two at a time; the root of a set is its smallest number.
private struct DisjointSets {
    private var parents: [Int32]

    init(count: Int) { parents = (0..<Int32(count)).map { $0 } }

    mutating func root(of number: Int) -> Int {
        var place = number
        while Int(parents[place]) != place {
            let parent = Int(parents[place])
            parents[place] = parents[parent]
            place = parent
        }
        return place
    }

    mutating func join(_ a: Int, _ b: Int) {
        let (first, second) = (root(of: a), root(of: b))
        if first != second { parents[max(first, second)] = Int32(min(first, second)) }
    }
}
