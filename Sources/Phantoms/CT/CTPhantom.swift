import Randomness

/// A synthetic data set in the manner of COVID-19 chest CT: Hounsfield units, hazy lesions near the pleura, four hospitals.
///
/// The lesions take 1 to 3 % of the pixels; they are faint, overlap in intensity with vessels, partial volumes and dependent
/// density, some volumes hold hardly any, and their outlines carry the errors of hurried annotators. Nothing in it comes from
/// a patient. The same parameters give the same voxels on every machine.
public struct CTPhantom: Sendable, Equatable {
    /// Volumes to make.
    public var cases: Int
    /// Pixels of a slice, left to right.
    public var width: Int
    /// Pixels of a slice, front to back.
    public var height: Int
    /// Slices of a volume.
    public var depth: Int
    /// Another seed gives other patients.
    public var seed: UInt64

    /// - Precondition: at least one case and one slice; slices of 32×32 or more.
    public init(cases: Int = 24, width: Int = 112, height: Int = 112, depth: Int = 10, seed: UInt64 = 1) {
        precondition(cases > 0 && depth > 0, "a CT phantom needs a case and a slice")
        precondition(width >= 32 && height >= 32, "a CT phantom needs slices of 32×32 or more")
        self.cases = cases
        self.width = width
        self.height = height
        self.depth = depth
        self.seed = seed
    }

    /// Names of the labels 0 and 1.
    public static let classNames = ["background", "lesion"]

    /// One patient's volume, C order `[depth, height, width]`: x to the patient's left, y to the back, z to the head.
    struct Volume: Sendable {
        var hounsfield: [Int16]
        var labels: [UInt8]
        /// mm along x, y and z.
        var spacing: (x: Double, y: Double, z: Double)
        /// The rows run from back to front instead, as some converters leave them.
        var rowsRunForward: Bool
    }

    /// The share of lesion in the volumes, in rotation: a median of 1.6 %, a severe one and an almost empty one.
    private static let lesionShares = [0.021, 0.009, 0.046, 0.015, 0.0005, 0.030, 0.013, 0.019]

    func volume(_ index: Int) -> Volume {
        var generator = SeededGenerator(seed: seed, index)
        // Hospitals and severities turn at different rates, so that neither tells the other.
        let hospital = CTScanner.hospitals[(index + index / 4) % CTScanner.hospitals.count]
        let share = Self.lesionShares[index % Self.lesionShares.count]
        let thickness = hospital.thicknesses[generator.index(below: hospital.thicknesses.count)]
        // The field of view of a 512 matrix with the hospital's pixels, whatever the phantom's own matrix.
        let fieldOfView = 512 * generator.uniform(hospital.pixelSides.lowerBound, hospital.pixelSides.upperBound)
        let grid = SliceGrid(width: width, height: height, pixel: fieldOfView / Double(width))
        let chest = ChestAnatomy(fieldOfView: fieldOfView, aspect: Double(height) / Double(width), generator: &generator)
        let middle = ChestAnatomy.lungHeight * generator.uniform(0.28, 0.62)
        let heights = (0..<depth).map { middle + (Double($0) - Double(depth - 1) / 2) * thickness }

        let anatomy = heights.map { anatomyPlane(chest, z: $0, thickness: thickness, grid: grid) }
        let lesions = LesionField(
            share: share, chest: chest, lung: anatomy.map(\.lung), heights: heights, thickness: thickness, grid: grid,
            generator: &generator)
        let vessels = VesselTree(in: chest, generator: &generator)
        let annotator = Annotator(&generator)

        var volume = Volume(
            hounsfield: [], labels: [], spacing: (grid.pixel, grid.pixel, thickness), rowsRunForward: index % 8 == 3)
        for (slice, z) in heights.enumerated() {
            var plane = anatomy[slice].hounsfield
            let vessel = vessels.coverage(z: z, thickness: thickness, grid: grid)
            for pixel in plane.indices {
                let lung = anatomy[slice].lung[pixel]
                plane[pixel] += lung * lesions.density[slice][pixel] * (30 - plane[pixel])
                plane[pixel] += vessel[pixel] * max(0.25, lung) * (42 - plane[pixel])
            }
            var measured = hospital.measure(plane, grid: grid, thickness: thickness, generator: &generator)
            var labels = annotator.draw(lesions.mask[slice], slice: slice, grid: grid)
            if volume.rowsRunForward {
                measured = measured.rowsReversed(width: width)
                labels = labels.rowsReversed(width: width)
            }
            volume.hounsfield += measured
            volume.labels += labels
        }
        return volume
    }

    /// The chest without vessels and lesions: HU and share of lung, `[height, width]` each.
    private func anatomyPlane(
        _ chest: ChestAnatomy, z: Double, thickness: Double, grid: SliceGrid
    ) -> (hounsfield: [Float], lung: [Float]) {
        var hounsfield: [Float] = [], lung: [Float] = []
        hounsfield.reserveCapacity(width * height)
        lung.reserveCapacity(width * height)
        // A thick slice averages what lies in it.
        let depths = thickness > 4 ? [z - thickness / 4, z + thickness / 4] : [z]
        for row in 0..<height {
            for column in 0..<width {
                var sum = 0.0, share = 0.0
                for z in depths {
                    let tissue = chest.tissue(grid.x(column), grid.y(row), z, softness: 0.6 * grid.pixel)
                    sum += tissue.hounsfield
                    share += tissue.lung
                }
                hounsfield.append(Float(sum / Double(depths.count)))
                lung.append(Float(share / Double(depths.count)))
            }
        }
        return (hounsfield, lung)
    }
}

extension Array {
    /// A plane `[height, width]` upside down.
    fileprivate func rowsReversed(width: Int) -> [Element] {
        stride(from: count - width, through: 0, by: -width).flatMap { self[$0..<$0 + width] }
    }
}
