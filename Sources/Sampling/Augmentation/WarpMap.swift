/// Where each pixel of a warped window comes from.
struct WarpMap {
    /// Of the window.
    let size: GridSize
    /// The columns of the matrix that takes planes, rows and columns about the middle to where they come from.
    let turn: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
    let field: DisplacementField?

    private var middle: SIMD3<Double> { SIMD3(Double(size.depth - 1), Double(size.height - 1), Double(size.width - 1)) / 2 }

    /// By how much the places lie outside the window at most, along planes, rows and columns, with the pixel behind them that is
    /// interpolated.
    var reach: [Int] {
        (0..<3).map { axis in
            let corner = abs(turn.0[axis]) * middle.x + abs(turn.1[axis]) * middle.y + abs(turn.2[axis]) * middle.z
            let outside = corner - middle[axis] + (field?.largestShift[axis] ?? 0)
            return outside > 0 ? Int(outside.rounded(.up)) + 1 : 0
        }
    }

    /// The window, of a sample that holds it at a place along planes, rows and columns.
    func apply(to sample: Sample, windowAt start: [Int]) -> Sample {
        let origin = middle + SIMD3(Double(start[0]), Double(start[1]), Double(start[2]))
        var places: [SIMD3<Double>] = []
        places.reserveCapacity(size.count)
        for plane in 0..<size.depth {
            for row in 0..<size.height {
                for column in 0..<size.width {
                    let from = SIMD3(Double(plane), Double(row), Double(column)) - middle
                    var place = turn.0 * from.x + turn.1 * from.y + turn.2 * from.z + origin
                    if let field { place += field.at(plane: plane, row: row, column: column) }
                    places.append(place)
                }
            }
        }
        let sampler = GridSampler(size: sample.size, places: places)
        let image = (0..<sample.channels).flatMap { channel -> [Float] in
            let values = Array(sample.image[channel * sample.size.count..<(channel + 1) * sample.size.count])
            return sampler.linear(values, outside: values.min() ?? 0)
        }
        return Sample(
            id: sample.id, image: image, labels: sampler.nearest(sample.labels, outside: LabelMap.ignored),
            channels: sample.channels, size: size, sourceSize: sample.sourceSize)
    }
}
