extension MedicalImage {
    /// The real values `slope · sample + intercept`, `[channels, depth, height, width]`, computed in Double and rounded once.
    public func realValues() -> [Float] {
        samples.floats(scaling)
    }

    /// The scaled values as labels, `[channels, depth, height, width]`; they never pass through Float.
    ///
    /// Values that all lie within 0.001 of whole numbers are rounded: programs that resample or scale masks leave 0.9999999.
    ///
    /// - Parameter onNote: told where values were rounded.
    /// - Throws: `ImageFileError` of kind `notLabels` where values are NaN, no whole numbers, or beyond 32 bits: how many,
    ///   and the position and value of the first.
    public func labelValues(onNote: (ImageNote) -> Void = { _ in }) throws -> [Int32] {
        let (labels, misfits) = samples.labels(scaling)
        guard misfits != nil else { return labels }
        let (rounded, others) = samples.labels(scaling, tolerance: Self.labelTolerance)
        if let others { throw notLabels(others) }
        onNote(.labelsRounded)
        return rounded
    }

    /// How far a label may lie from the whole number that is meant.
    public static let labelTolerance = 1e-3

    private func notLabels(_ misfits: LabelMisfits) -> ImageFileError {
        let plane = misfits.firstIndex / extent.planeSize
        let (y, x) = (misfits.firstIndex % extent.planeSize).quotientAndRemainder(dividingBy: extent.width)
        var place = "x \(x), y \(y), z \(plane % extent.depth)"
        if extent.channels > 1 { place += ", channel \(plane / extent.depth)" }
        let scaled = scaling.isIdentity ? "" : " after scaling by slope \(scaling.slope) and intercept \(scaling.intercept)"
        return ImageFileError(
            path: path, kind: .notLabels,
            reason: """
                \(misfits.count) of \(samples.count) values are no labels\(scaled), \
                the first is \(misfits.firstValue) at \(place)
                """,
            advice: "labels are whole numbers of 32 bits: give the label file, or round its values and save them with an integer "
                + "type (in NumPy: numpy.rint(values).astype(\"int16\"); astype alone makes 0 of 0.99)")
    }
}
