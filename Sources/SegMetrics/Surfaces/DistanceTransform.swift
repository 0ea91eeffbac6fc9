/// The exact Euclidean distance from every voxel of a box to the nearest marked one.
///
/// Squared distances are found along x by two sweeps, then along y and z as lower envelopes of parabolas, in time linear in the
/// voxels: Felzenszwalb, Huttenlocher: *Distance Transforms of Sampled Functions* (Theory of Computing 8, 2012), with a spacing of
/// its own along each axis. Unsafe buffers, because the lines are most of the time of a surface distance.
enum DistanceTransform {
    /// Squared distances, `[depth, height, width]`; infinite where nothing is marked.
    ///
    /// - Parameter marked: places of the marked voxels.
    static func squared(to marked: [Int], grid: VoxelGrid) -> [Double] {
        guard !marked.isEmpty else { return [Double](repeating: .infinity, count: grid.count) }
        return [Double](unsafeUninitializedCapacity: grid.count) { distances, count in
            distances.initialize(repeating: .infinity)
            for place in marked { distances[place] = 0 }
            sweepRows(distances, grid)
            let plane = grid.width * grid.height
            let lines = Lines(longest: max(grid.height, grid.depth))
            if grid.height > 1 {
                for z in 0..<grid.depth {
                    lines.transform(
                        distances, from: z * plane, lines: grid.width, length: grid.height, step: grid.width,
                        spacing: grid.spacing[1])
                }
            }
            if grid.depth > 1 {
                for y in 0..<grid.height {
                    lines.transform(
                        distances, from: y * grid.width, lines: grid.width, length: grid.depth, step: plane,
                        spacing: grid.spacing[2])
                }
            }
            lines.free()
            count = grid.count
        }
    }

    /// Along x the marks are points, so the nearest is the last one seen from either side.
    private static func sweepRows(_ distances: UnsafeMutableBufferPointer<Double>, _ grid: VoxelGrid) {
        let squaredSpacing = grid.spacing[0] * grid.spacing[0]
        for row in stride(from: 0, to: grid.count, by: grid.width) {
            var away = Double.infinity
            for x in row..<row + grid.width {
                away = distances[x] == 0 ? 0 : away + 1
                distances[x] = away
            }
            away = .infinity
            for x in (row..<row + grid.width).reversed() {
                away = distances[x] == 0 ? 0 : away + 1
                let nearest = min(away, distances[x])
                distances[x] = nearest * nearest * squaredSpacing
            }
        }
    }

    /// The working memory of lines that are transformed one after another.
    private struct Lines {
        /// Lines copied together: those beside one another share cache lines.
        private static let together = 8

        private let longest: Int
        /// Values of the lines in work, a line after another.
        private let values: UnsafeMutableBufferPointer<Double>
        /// The places, values and left ends of the parabolas of the envelope.
        private let places: UnsafeMutableBufferPointer<Int>
        private let heights: UnsafeMutableBufferPointer<Double>
        private let ends: UnsafeMutableBufferPointer<Double>
        /// 1 / (2 spacing² n), instead of a division at each intersection.
        private let reciprocals: UnsafeMutableBufferPointer<Double>

        init(longest: Int) {
            self.longest = longest
            values = .allocate(capacity: longest * Self.together)
            places = .allocate(capacity: longest)
            heights = .allocate(capacity: longest)
            ends = .allocate(capacity: longest + 1)
            reciprocals = .allocate(capacity: longest)
            values.initialize(repeating: 0)
            places.initialize(repeating: 0)
            heights.initialize(repeating: 0)
            ends.initialize(repeating: 0)
            reciprocals.initialize(repeating: 0)
        }

        func free() {
            values.deallocate()
            places.deallocate()
            heights.deallocate()
            ends.deallocate()
            reciprocals.deallocate()
        }

        /// Transforms `lines` lines of two voxels or more that begin side by side at `start`.
        func transform(
            _ distances: UnsafeMutableBufferPointer<Double>, from start: Int, lines: Int, length: Int, step: Int, spacing: Double
        ) {
            let squaredSpacing = spacing * spacing
            for n in 1..<length { reciprocals[n] = 1 / (2 * squaredSpacing * Double(n)) }
            for first in stride(from: 0, to: lines, by: Self.together) {
                let few = min(Self.together, lines - first)
                for place in 0..<length {
                    let from = start + first + place * step
                    for line in 0..<few { values[line * length + place] = distances[from + line] }
                }
                for line in 0..<few {
                    guard let base = values.baseAddress else { return }
                    envelope(base + line * length, distances, start + first + line, length, step, squaredSpacing)
                }
            }
        }

        /// Writes min over q of values[q] + spacing² (p − q)² to each place p of the line.
        private func envelope(
            _ values: UnsafeMutablePointer<Double>, _ distances: UnsafeMutableBufferPointer<Double>, _ start: Int, _ length: Int,
            _ step: Int, _ squaredSpacing: Double
        ) {
            var top = -1
            for q in 0..<length where values[q] < .infinity {
                let height = values[q] + squaredSpacing * Double(q * q)
                var end = -Double.infinity
                while top >= 0 {
                    end = (height - heights[top]) * reciprocals[q - places[top]]
                    if end > ends[top] { break }
                    top -= 1
                }
                if top < 0 { end = -.infinity }
                top += 1
                places[top] = q
                heights[top] = height
                ends[top] = end
            }
            guard top >= 0 else { return }
            var current = 0
            for p in 0..<length {
                while current < top, ends[current + 1] < Double(p) { current += 1 }
                let q = places[current]
                distances[start + p * step] = values[q] + squaredSpacing * Double((p - q) * (p - q))
            }
        }
    }
}
