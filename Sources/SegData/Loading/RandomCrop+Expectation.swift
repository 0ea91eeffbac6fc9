extension RandomCrop {
    /// How many pixels of each label a random window of a plane holds on average, ignored ones aside; exact, with no draw.
    ///
    ///     E_k = (1 − f) / W · Σ_{i of k} U_i + f / F · Σ_{i of k} V_i
    ///
    /// A window lies anywhere with probability 1 − f, and is placed about one of the F foreground pixels, moved into the plane,
    /// with probability f = `foreground` (0 where the plane has none). Of the W places of a window U_i cover the pixel i, and of
    /// the F windows about foreground V_i do: U is a product of a row's and a column's count, V a box sum over a table of
    /// places.
    ///
    /// - Parameters:
    ///   - labels: of the plane, below `labelCount` or ignored.
    ///   - isForeground: for each of the 256 labels.
    /// - Precondition: the plane is at least of the window's size.
    func expectedPixels(of labels: [UInt8], size plane: PlaneSize, labelCount: Int, isForeground: [Bool]) -> [Double] {
        let rowCover = Self.cover(plane.height, by: size.height), columnCover = Self.cover(plane.width, by: size.width)
        let (about, total) = placesAboutForeground(labels, plane, isForeground)
        // Whole numbers: sums do not depend on their order.
        var anywhere = [Int](repeating: 0, count: labelCount), near = anywhere
        for row in 0..<plane.height {
            let rows = Self.starts(over: row, plane.height, size.height)
            for column in 0..<plane.width {
                let label = labels[row * plane.width + column]
                guard label != LabelMap.ignored else { continue }
                anywhere[Int(label)] += rowCover[row] * columnCover[column]
                guard total > 0 else { continue }
                near[Int(label)] += about.sum(rows, Self.starts(over: column, plane.width, size.width))
            }
        }
        let places = Double((plane.height - size.height + 1) * (plane.width - size.width + 1))
        let share = total > 0 ? foreground : 0
        return zip(anywhere, near).map {
            (1 - share) * Double($0) / places + (total > 0 ? share * Double($1) / Double(total) : 0)
        }
    }

    /// The places where a window may start that cover a pixel.
    private static func starts(over pixel: Int, _ length: Int, _ window: Int) -> ClosedRange<Int> {
        max(0, pixel - window + 1)...min(pixel, length - window)
    }

    private static func cover(_ length: Int, by window: Int) -> [Int] {
        (0..<length).map { starts(over: $0, length, window).count }
    }

    /// How many foreground pixels place their window where, and how many there are.
    private func placesAboutForeground(_ labels: [UInt8], _ plane: PlaneSize, _ isForeground: [Bool]) -> (SummedTable, Int) {
        let (rows, columns) = (plane.height - size.height, plane.width - size.width)
        var table = SummedTable(rows: rows + 1, columns: columns + 1)
        var total = 0
        for (pixel, label) in labels.enumerated() where isForeground[Int(label)] {
            let place = place(about: pixel, in: plane)
            table.add(place.top, place.left)
            total += 1
        }
        table.accumulate()
        return (table, total)
    }

    /// The window with a pixel in its middle, moved into the plane.
    func place(about pixel: Int, in plane: PlaneSize) -> (top: Int, left: Int) {
        (
            min(max(pixel / plane.width - size.height / 2, 0), plane.height - size.height),
            min(max(pixel % plane.width - size.width / 2, 0), plane.width - size.width)
        )
    }
}

/// Counts in a grid, summed from the corner, so that the sum of any box takes four look-ups.
private struct SummedTable {
    private var sums: [Int]
    private let width: Int

    init(rows: Int, columns: Int) {
        width = columns + 1
        sums = Array(repeating: 0, count: (rows + 1) * width)
    }

    mutating func add(_ row: Int, _ column: Int) { sums[(row + 1) * width + column + 1] += 1 }

    /// Turns counts into sums, once.
    mutating func accumulate() {
        for index in width..<sums.count where index % width > 0 {
            sums[index] += sums[index - 1] + sums[index - width] - sums[index - width - 1]
        }
    }

    func sum(_ rows: ClosedRange<Int>, _ columns: ClosedRange<Int>) -> Int {
        let (top, bottom) = (rows.lowerBound * width, (rows.upperBound + 1) * width)
        return sums[bottom + columns.upperBound + 1] - sums[bottom + columns.lowerBound]
            - sums[top + columns.upperBound + 1] + sums[top + columns.lowerBound]
    }
}
