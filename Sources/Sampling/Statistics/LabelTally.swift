import MarginCalibration
import MedicalImages

/// A running count of the labels that training sees, sample by sample: the one way in which they are counted.
package struct LabelTally: Sendable {
    /// Pixels of each label without ignored ones; where training draws windows, how many those of a pass hold on average.
    package private(set) var pixels: [Double]
    /// Samples that take part.
    private(set) var samples = 0
    /// Samples that the selection leaves out.
    private(set) var leftOut = 0
    private let crop: RandomCrop?
    private let selection: SampleSelection
    /// The class of each of the 256 labels; nil for those that are no foreground.
    private let classOfLabel: [Int?]

    /// Of no sample yet.
    ///
    /// - Parameters:
    ///   - labelCount: labels are below it, or ignored.
    ///   - classOfLabel: the class of a label that keeps a sample in the selection and has windows placed about it; nil for others.
    ///     Without it, labels are the recipe's classes.
    package init(
        labelCount: Int, recipe: Recipe, selection: SampleSelection, classOfLabel: ((UInt8) -> Int?)? = nil
    ) {
        pixels = Array(repeating: 0, count: labelCount)
        crop = RandomCrop(recipe)
        self.selection = selection
        self.classOfLabel = (0...255).map { (label: UInt8) -> Int? in
            if let classOfLabel { return classOfLabel(label) }
            return recipe.labels.isForeground(label) ? Int(label) : nil
        }
    }

    /// Whether a sample takes part.
    ///
    /// - Parameter native: its labels at native size.
    func keeps(_ native: [UInt8]) -> Bool { selection == .all || native.contains { classOfLabel[Int($0)] != nil } }

    /// Counts a sample that takes no part.
    mutating func leaveOut() { leftOut += 1 }

    /// Counts a sample that takes part.
    ///
    /// - Parameters:
    ///   - labels: at the size that they have before the network, `GridRoute.inputSize`.
    ///   - size: that size.
    /// - Throws: `LabelDistributionError.labelOutside`.
    mutating func add(_ labels: [UInt8], size: GridSize) throws {
        let whole = try LabelDistribution.counting(labels, classCount: pixels.count, ignoring: LabelMap.ignored)
        samples += 1
        if let crop, crop.size != size {
            add(crop.expectedPixels(of: labels, size: size, labelCount: pixels.count, classOfLabel: classOfLabel))
        } else {
            add(whole.counts.map(Double.init))
        }
    }

    /// Counts the samples of a case.
    ///
    /// - Parameter labels: of the grid's `extent`.
    /// - Throws: `LabelDistributionError.labelOutside`.
    package mutating func add(volume labels: [UInt8], on grid: CaseGrid) throws {
        for number in 0..<grid.sampleCount {
            let sample = Array(labels[grid.voxels(ofSample: number)])
            if keeps(sample) {
                try add(grid.route.apply(toLabels: sample), size: grid.route.inputSize)
            } else {
                leaveOut()
            }
        }
    }

    /// Joins the counts of two sets of samples of the same labels.
    mutating func join(_ other: LabelTally) {
        add(other.pixels)
        samples += other.samples
        leftOut += other.leftOut
    }

    private mutating func add(_ counts: [Double]) { for index in pixels.indices { pixels[index] += counts[index] } }

    /// The pixels as whole numbers; a class that occurs in some window is never 0.
    var distribution: LabelDistribution { get throws { try Self.distribution(of: pixels) } }

    /// Whole numbers of pixels; what is more than none is never 0.
    package static func distribution(of pixels: [Double]) throws -> LabelDistribution {
        // Sums of fractions differ in their last bits by the order of adding, and halves are common among them.
        try LabelDistribution(counts: pixels.map { $0 > 0 ? max(1, Int(($0 + 1e-6).rounded())) : 0 })
    }
}
