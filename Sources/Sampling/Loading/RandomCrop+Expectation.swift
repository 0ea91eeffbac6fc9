extension RandomCrop {
    /// How many pixels of each label a random window of a sample holds on average, ignored ones aside; exact, with no draw.
    ///
    ///     E_k = (1 − f) / W · Σ_{i of k} U_i + f / F · Σ_{i of k} V_i
    ///
    /// A window lies anywhere with probability 1 − f, and is placed about one of the F foreground pixels, moved into the sample,
    /// with probability f = `foreground` (0 where the sample has none). Of the W places of a window U_i cover the pixel i, and of
    /// the F windows about foreground V_i do: U is a product of counts along each axis, V a box sum over a table of places.
    ///
    /// - Parameters:
    ///   - labels: of the sample, below `labelCount` or ignored.
    ///   - isForeground: for each of the 256 labels.
    /// - Precondition: the sample is at least of the window's size.
    func expectedPixels(of labels: [UInt8], size sample: GridSize, labelCount: Int, isForeground: [Bool]) -> [Double] {
        let planes = Self.starts(sample.depth, size.depth)
        let rows = Self.starts(sample.height, size.height), columns = Self.starts(sample.width, size.width)
        let (about, total) = placesAboutForeground(labels, sample, isForeground)
        // Whole numbers: sums do not depend on their order.
        var anywhere = [Int](repeating: 0, count: labelCount), near = anywhere
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
            (1 - share) * Double($0) / places + (total > 0 ? share * Double($1) / Double(total) : 0)
        }
    }

    /// For each pixel along an axis, the places where a window may start that cover it.
    private static func starts(_ length: Int, _ window: Int) -> [ClosedRange<Int>] {
        (0..<length).map { max(0, $0 - window + 1)...min($0, length - window) }
    }

    /// How many foreground pixels place their window where, and how many there are.
    private func placesAboutForeground(_ labels: [UInt8], _ sample: GridSize, _ isForeground: [Bool]) -> (SummedTable, Int) {
        var table = SummedTable(sample.zip(size) { $0 - $1 + 1 })
        var total = 0
        for (pixel, label) in labels.enumerated() where isForeground[Int(label)] {
            table.add(window(about: pixel, in: sample))
            total += 1
        }
        table.accumulate()
        return (table, total)
    }
}

/// Counts in a grid, summed from the corner, so that the sum of any box takes eight look-ups.
private struct SummedTable {
    private var sums: [Int]
    private let height: Int
    private let width: Int
    private let depth: Int

    init(_ size: GridSize) {
        (depth, height, width) = (size.depth + 1, size.height + 1, size.width + 1)
        sums = Array(repeating: 0, count: depth * height * width)
    }

    private func index(_ plane: Int, _ row: Int, _ column: Int) -> Int { (plane * height + row) * width + column }

    mutating func add(_ place: GridBox) { sums[index(place.front + 1, place.top + 1, place.left + 1)] += 1 }

    /// Turns counts into sums, once: along each axis in turn.
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

    func sum(_ planes: ClosedRange<Int>, _ rows: ClosedRange<Int>, _ columns: ClosedRange<Int>) -> Int {
        let (left, right) = (columns.lowerBound, columns.upperBound + 1)
        func line(_ plane: Int, _ row: Int) -> Int { sums[index(plane, row, right)] - sums[index(plane, row, left)] }
        func face(_ plane: Int) -> Int { line(plane, rows.upperBound + 1) - line(plane, rows.lowerBound) }
        return face(planes.upperBound + 1) - face(planes.lowerBound)
    }
}
