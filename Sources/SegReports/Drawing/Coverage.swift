/// How much of each pixel some polygons cover, exactly, but for places where they overlap in part.
///
/// Each edge adds its signed area to the pixels it crosses and to the first one right of them; a running sum along the row makes
/// the covered share of that (the method of font-rs: R. Levien, *Inside the fastest font renderer in the world*, 2016). A hole
/// runs the other way round than its outline.
struct Coverage {
    /// The pixels covered, cut to what the caller can see.
    let columns: Range<Int>
    let rows: Range<Int>
    /// Row after row, two more than columns: an edge adds to the pixel after its last.
    private var sums: [Double]
    private var stride: Int { columns.count + 2 }

    /// - Parameters:
    ///   - polygons: in pixels.
    ///   - columns: that can be seen.
    ///   - rows: that can be seen.
    init(_ polygons: [[Drawing.Place]], columns: Range<Int>, rows: Range<Int>) {
        let points = polygons.joined()
        self.columns = Self.pixels(points.lazy.map(\.x), within: columns)
        self.rows = Self.pixels(points.lazy.map(\.y), within: rows)
        sums = Array(repeating: 0, count: (self.columns.count + 2) * self.rows.count)
        guard !self.columns.isEmpty, !self.rows.isEmpty else { return }
        let (left, top) = (Double(self.columns.lowerBound), Double(self.rows.lowerBound))
        for polygon in polygons {
            for (index, end) in polygon.enumerated() {
                let start = polygon[index == 0 ? polygon.count - 1 : index - 1]
                add(.init(start.x - left, start.y - top), .init(end.x - left, end.y - top))
            }
        }
    }

    /// Calls `body` with each covered pixel and its share, 0 … 1.
    func forEach(_ body: (_ x: Int, _ y: Int, _ share: Double) -> Void) {
        for (row, y) in rows.enumerated() {
            var sum = 0.0
            for (column, x) in columns.enumerated() {
                sum += sums[row * stride + column]
                let share = min(abs(sum), 1)
                if share > 1.0 / 512 { body(x, y, share) }
            }
        }
    }

    private static func pixels(_ values: some Sequence<Double>, within limits: Range<Int>) -> Range<Int> {
        var (lowest, highest) = (Double.infinity, -Double.infinity)
        for value in values { (lowest, highest) = (min(lowest, value), max(highest, value)) }
        // Cut before the conversion, which traps for what no Int can hold.
        let start = max(lowest.rounded(.down), Double(limits.lowerBound))
        let end = min(highest.rounded(.up), Double(limits.upperBound))
        return start < end ? Int(start)..<Int(end) : limits.lowerBound..<limits.lowerBound
    }

    private mutating func add(_ start: Drawing.Place, _ end: Drawing.Place) {
        if start.y == end.y { return }
        let direction = start.y < end.y ? 1.0 : -1.0
        let (top, bottom) = start.y < end.y ? (start, end) : (end, start)
        let slope = (bottom.x - top.x) / (bottom.y - top.y)
        let first = Int(max(0, top.y.rounded(.down)))
        let last = Int(min(Double(rows.count), bottom.y.rounded(.up)))
        guard first < last else { return }
        for row in first..<last {
            let (y0, y1) = (max(Double(row), top.y), min(Double(row + 1), bottom.y))
            let width = Double(columns.count)
            let a = min(max(top.x + (y0 - top.y) * slope, 0), width)
            let b = min(max(top.x + (y1 - top.y) * slope, 0), width)
            add(row: row, from: min(a, b), to: max(a, b), height: direction * (y1 - y0))
        }
    }

    /// An edge within one row, between two places along it.
    private mutating func add(row: Int, from x0: Double, to x1: Double, height: Double) {
        let (firstPixel, endPixel) = (Int(x0), max(Int(x1.rounded(.up)), Int(x0) + 1))
        // Right of the edge, a pixel is covered by all of `height`; crossed pixels by the part right of the edge in them.
        var before = 0.0
        for pixel in firstPixel..<endPixel {
            let (left, right) = (max(x0, Double(pixel)), min(x1, Double(pixel + 1)))
            let share = x1 > x0 ? (right - left) / (x1 - x0) : 1
            // The edge's part in this pixel: its mean distance from the pixel's right side, and what lies fully left of it.
            let covered = height * (share * (Double(pixel + 1) - (left + right) / 2))
            let passed = x1 > x0 ? height * max(0, left - x0) / (x1 - x0) : 0
            let total = passed + covered
            sums[row * stride + pixel] += total - before
            before = total
        }
        sums[row * stride + endPixel] += height - before
    }
}
