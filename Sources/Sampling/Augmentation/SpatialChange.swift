/// Where the pixels of a training window come from: mirror images along the axes, and a warp of what is mirrored.
struct SpatialChange {
    /// Whether planes, rows and columns come in reverse order.
    let flips: [Bool]
    /// Nil: pixels keep their places.
    let warp: WarpMap?

    /// The window as it is after the change.
    ///
    /// A warp takes what lies around the window where there is something, so that no border is seen that the image does not have.
    ///
    /// - Parameters:
    ///   - size: of the sample.
    ///   - cut: what lies in a box of the sample.
    func apply(
        to window: GridBox, of size: GridSize, cut: (GridBox) throws -> Sample
    ) rethrows -> Sample {
        let box = warp.map { window.grown(by: $0.reach, within: size) } ?? window
        var sample = try cut(box)
        for (axis, flip) in flips.enumerated() where flip { Self.flip(&sample, axis) }
        guard let warp else { return sample }
        let before = zip(window.starts, box.starts).map { $0 - $1 }
        let behind = zip(zip(box.lengths, window.lengths), before).map { $0.0 - $0.1 - $1 }
        return warp.apply(to: sample, windowAt: (0..<3).map { flips[$0] ? behind[$0] : before[$0] })
    }

    private static func flip(_ sample: inout Sample, _ axis: Int) {
        let size = sample.size
        let (length, step) = [(size.depth, size.planeCount), (size.height, size.width), (size.width, 1)][axis]
        reverse(&sample.image, length, step: step)
        reverse(&sample.labels, length, step: step)
    }

    /// Reverses the order of `length` slices, each of `step` values, wherever they follow each other.
    private static func reverse<Value>(_ values: inout [Value], _ length: Int, step: Int) {
        for start in stride(from: 0, to: values.count, by: length * step) {
            for slice in 0..<length / 2 {
                let (near, far) = (start + slice * step, start + (length - 1 - slice) * step)
                for place in 0..<step { values.swapAt(near + place, far + place) }
            }
        }
    }
}
