extension LabelRuns {
    /// Fills the holes: components of background, by faces, that do not reach the border of the image.
    ///
    /// A hole is filled with the class that most of its faces touch, the first of equals. Background is connected by faces where
    /// objects are by all neighbours: what closes an object's border for one closes it for the other. For one class it is
    /// `scipy.ndimage.binary_fill_holes`.
    ///
    /// - Parameters:
    ///   - isFilling: which classes a hole is filled within: all that it touches must be among them.
    ///   - within: `planes`: a hole is what is closed in a plane. A case of one plane has no other holes.
    func fillingHoles(of isFilling: (UInt8) -> Bool, within: ConnectedWithin) -> LabelRuns {
        let background: UInt8 = 0
        let inPlanes = within == .planes || extent.depth == 1
        let components = ConnectedComponents(
            self, connectivity: .faces, within: inPlanes ? .planes : .volume, where: { $0 == background })
        var isOpen = [Bool](repeating: false, count: components.count)
        /// How many faces of each component touch each class.
        var touched = [[UInt8: Int]](repeating: [:], count: components.count)

        func touch(_ component: Int, _ label: UInt8, _ faces: Int) {
            if label != background { touched[component][label, default: 0] += faces }
        }
        /// Counts the faces between a background run and the runs of a neighbouring row.
        func touch(_ component: Int, _ run: Run, row: Int) {
            let places = self.row(row)
            var place = firstRun(endingAfter: run.start, in: places)
            while place < places.upperBound, runs[place].start < run.end {
                touch(component, runs[place].label, Int(min(run.end, runs[place].end) - max(run.start, runs[place].start)))
                place += 1
            }
        }
        let (height, depth) = (extent.height, extent.depth)
        for row in 0..<rowCount {
            let (y, z) = (row % height, row / height)
            let isBorder = y == 0 || y == height - 1 || !inPlanes && (z == 0 || z == depth - 1)
            let places = self.row(row)
            for place in places {
                guard let component = components.component(ofRun: place), !isOpen[component] else { continue }
                let run = runs[place]
                guard !isBorder, place > places.lowerBound, place < places.upperBound - 1 else {
                    isOpen[component] = true
                    continue
                }
                touch(component, runs[place - 1].label, 1)
                touch(component, runs[place + 1].label, 1)
                touch(component, run, row: row - 1)
                touch(component, run, row: row + 1)
                if !inPlanes {
                    touch(component, run, row: row - height)
                    touch(component, run, row: row + height)
                }
            }
        }
        let filling: [UInt8?] = components.sizes.indices.map { component in
            guard !isOpen[component], touched[component].keys.allSatisfy(isFilling) else { return nil }
            return touched[component].max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        }
        return LabelRuns(self) { place in components.component(ofRun: place).flatMap { filling[$0] } }
    }

    /// The first of a row's runs that reaches beyond `start`.
    private func firstRun(endingAfter start: Int32, in places: Range<Int>) -> Int {
        var (low, high) = (places.lowerBound, places.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].end > start { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
