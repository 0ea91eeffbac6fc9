import MedicalImages

/// A label map as runs of equal labels along its rows: the size of its borders, not of its volume.
package struct LabelRuns: Sendable, Hashable {
    /// Neighbours along x of one label, all that there are: the next run of the row has another label.
    struct Run: Sendable, Hashable {
        var start: Int32
        /// The place after the last.
        var end: Int32
        var label: UInt8

        var count: Int { Int(end - start) }
    }

    /// One channel.
    package let extent: Extent
    /// Row by row, y before z; those of a row cover it.
    private(set) var runs: [Run] = []
    /// Where the runs of each row start, and their number.
    private(set) var rowStarts: [Int] = [0]

    var rowCount: Int { extent.height * extent.depth }

    /// - Parameter labels: `[depth, height, width]` of `extent`.
    /// - Precondition: as many labels as the extent has voxels.
    package init(_ labels: [UInt8], extent: Extent) {
        precondition(labels.count == extent.voxelCount, "\(labels.count) labels for \(extent.sizeText) voxels")
        self.extent = Extent(width: extent.width, height: extent.height, depth: extent.depth)
        rowStarts.reserveCapacity(rowCount + 1)
        let width = extent.width
        labels.withUnsafeBufferPointer { labels in
            for row in 0..<rowCount {
                let first = row * width
                var start = 0
                for x in 1..<width + 1 where x == width || labels[first + x] != labels[first + start] {
                    runs.append(Run(start: Int32(start), end: Int32(x), label: labels[first + start]))
                    start = x
                }
                rowStarts.append(runs.count)
            }
        }
    }

    /// The same grid with the runs labelled otherwise.
    ///
    /// - Parameter label: of a run by its place; nil: its own.
    init(_ other: LabelRuns, label: (Int) -> UInt8?) {
        extent = other.extent
        rowStarts.reserveCapacity(other.rowStarts.count)
        for row in 0..<other.rowCount {
            let first = runs.count
            for place in other.row(row) {
                var run = other.runs[place]
                run.label = label(place) ?? run.label
                if runs.count > first, runs[runs.count - 1].label == run.label {
                    runs[runs.count - 1].end = run.end
                } else {
                    runs.append(run)
                }
            }
            rowStarts.append(runs.count)
        }
    }

    /// The places of a row's runs.
    func row(_ row: Int) -> Range<Int> { rowStarts[row]..<rowStarts[row + 1] }

    /// `[depth, height, width]`.
    package var labels: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: extent.voxelCount) { labels, count in
            // The runs of a row cover it, so they fill the map one after another.
            for run in runs {
                for _ in run.start..<run.end {
                    labels.initializeElement(at: count, to: run.label)
                    count += 1
                }
            }
        }
    }

    /// Calls `body` with every piece of a run that lies on one run of another label map.
    ///
    /// - Parameter body: the run's place, the place of the other's, and the voxels that they share.
    /// - Precondition: equal extents.
    func forEachOverlap(with other: LabelRuns, _ body: (_ place: Int, _ otherPlace: Int, _ count: Int) -> Void) {
        precondition(extent == other.extent, "label maps of \(extent.sizeText) and \(other.extent.sizeText) voxels")
        for row in 0..<rowCount {
            var theirs = other.rowStarts[row]
            for own in self.row(row) {
                let run = runs[own]
                var start = run.start
                while start < run.end {
                    let end = min(run.end, other.runs[theirs].end)
                    body(own, theirs, Int(end - start))
                    if end == other.runs[theirs].end { theirs += 1 }
                    start = end
                }
            }
        }
    }
}
