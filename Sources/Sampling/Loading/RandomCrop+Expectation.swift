extension RandomCrop {
    /// How many pixels of each label a random window of a sample holds on average, ignored ones aside; exact, with no draw.
    ///
    ///     E_k = (1 − f) / W · Σ_{i of k} U_i + f / G · Σ_g 1 / F_g · Σ_{i of k} V_gi
    ///
    /// A window lies anywhere with probability 1 − f, and with probability f = `foreground` (0 where the sample has none) it is
    /// placed about one of the F_g pixels of one of the sample's G groups of foreground, moved into the sample: of a group for each
    /// class, or of one for all of them. Of the W places of a window U_i cover the pixel i, and of the F_g windows about a group
    /// V_gi do: U is a product of counts along each axis, the sum of V / F a box sum over a table of places.
    ///
    /// - Parameters:
    ///   - labels: of the sample, below `labelCount` or ignored.
    ///   - classOfLabel: for each of the 256 labels its class; nil for those that are no foreground.
    /// - Precondition: the sample is at least of the window's size.
    func expectedPixels(of labels: [UInt8], size sample: GridSize, labelCount: Int, classOfLabel: [Int?]) -> [Double] {
        let planes = Self.starts(sample.depth, size.depth)
        let rows = Self.starts(sample.height, size.height), columns = Self.starts(sample.width, size.width)
        let (about, total) = placesAboutForeground(labels, sample, classOfLabel)
        // Whole numbers: sums do not depend on their order.
        var anywhere = [Int](repeating: 0, count: labelCount)
        var near = [Double](repeating: 0, count: labelCount)
        var index = 0
        for plane in planes {
            for row in rows {
                let cover = plane.count * row.count
                for column in columns {
                    let label = labels[index]
                    index += 1
                    guard label != LabelMap.ignored else { continue }
                    anywhere[Int(label)] += cover * column.count
                    if total > 0 { near[Int(label)] += about.sum(plane, row, column) }
                }
            }
        }
        let places = Double(sample.zip(size) { $0 - $1 + 1 }.count)
        let share = total > 0 ? foreground : 0
        return zip(anywhere, near).map {
            (1 - share) * Double($0) / places + (total > 0 ? share * $1 / total : 0)
        }
    }

    /// For each pixel along an axis, the places where a window may start that cover it.
    private static func starts(_ length: Int, _ window: Int) -> [ClosedRange<Int>] {
        (0..<length).map { max(0, $0 - window + 1)...min($0, length - window) }
    }

    /// How often a window about foreground is placed where, and the sum of that.
    private func placesAboutForeground(
        _ labels: [UInt8], _ sample: GridSize, _ classOfLabel: [Int?]
    ) -> (SummedTable, Double) {
        var table = SummedTable(sample.zip(size) { $0 - $1 + 1 })
        let groupOfLabel = about == .class ? classOfLabel : classOfLabel.map { $0 == nil ? nil : 0 }
        var counts: [Int: Int] = [:]
        for label in labels { if let group = groupOfLabel[Int(label)] { counts[group, default: 0] += 1 } }
        // With one group, whole numbers here too.
        let weights = groupOfLabel.map { group in counts.count == 1 ? 1 : group.map { 1 / Double(counts[$0] ?? 1) } ?? 0 }
        for (pixel, label) in labels.enumerated() where groupOfLabel[Int(label)] != nil {
            table.add(weights[Int(label)], at: window(about: pixel, in: sample))
        }
        table.accumulate()
        return (table, counts.count == 1 ? Double(counts.first?.value ?? 0) : Double(counts.count))
    }
}

/// Numbers in a grid, summed from the corner, so that the sum of any box takes eight look-ups.
private struct SummedTable {
    private var sums: [Double]
    private let height: Int
    private let width: Int
    private let depth: Int

    init(_ size: GridSize) {
        (depth, height, width) = (size.depth + 1, size.height + 1, size.width + 1)
        sums = Array(repeating: 0, count: depth * height * width)
    }

    private func index(_ plane: Int, _ row: Int, _ column: Int) -> Int { (plane * height + row) * width + column }

    mutating func add(_ number: Double, at place: GridBox) {
        sums[index(place.front + 1, place.top + 1, place.left + 1)] += number
    }

    /// Turns numbers into sums, once: along each axis in turn.
    mutating func accumulate() {
        for plane in 0..<depth {
            for row in 0..<height {
                for column in 1..<width { sums[index(plane, row, column)] += sums[index(plane, row, column - 1)] }
            }
            for row in 1..<height {
                for column in 0..<width { sums[index(plane, row, column)] += sums[index(plane, row - 1, column)] }
            }
        }
        for plane in 1..<depth {
            for place in 0..<height * width { sums[plane * height * width + place] += sums[(plane - 1) * height * width + place] }
        }
    }

    func sum(_ planes: ClosedRange<Int>, _ rows: ClosedRange<Int>, _ columns: ClosedRange<Int>) -> Double {
        let (left, right) = (columns.lowerBound, columns.upperBound + 1)
        func line(_ plane: Int, _ row: Int) -> Double { sums[index(plane, row, right)] - sums[index(plane, row, left)] }
        func face(_ plane: Int) -> Double { line(plane, rows.upperBound + 1) - line(plane, rows.lowerBound) }
        return face(planes.upperBound + 1) - face(planes.lowerBound)
    }
}
