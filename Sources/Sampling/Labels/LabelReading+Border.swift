extension LabelReading {
    /// Label value → its pixels in the outermost rows and columns of every plane across z, where backgrounds lie.
    package var borderCounts: [Int: Int] {
        var counts: [Int32: Int] = [:]
        let (width, height) = (extent.width, extent.height)
        for plane in 0..<extent.depth {
            for row in 0..<height {
                let start = (plane * height + row) * width
                let isEdge = row == 0 || row == height - 1
                for column in stride(from: 0, to: width, by: isEdge || width == 1 ? 1 : width - 1) {
                    counts[values[start + column], default: 0] += 1
                }
            }
        }
        return Dictionary(uniqueKeysWithValues: counts.map { (Int($0.key), $0.value) })
    }
}
