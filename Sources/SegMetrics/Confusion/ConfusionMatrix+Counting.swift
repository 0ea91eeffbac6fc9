extension ConfusionMatrix {
    /// Counts the pixels of one image.
    ///
    /// - Parameters:
    ///   - truth: the true label of each pixel.
    ///   - prediction: the predicted label of each pixel, in the same order.
    ///   - ignored: pixels with this true label take no part, whatever was predicted.
    /// - Throws: `LabelOutsideClasses`; the matrix is unchanged then.
    /// - Precondition: as many predictions as labels.
    public mutating func add(truth: [UInt8], prediction: [UInt8], ignoring ignored: UInt8? = nil) throws {
        try truth.withUnsafeBufferPointer { truth in
            try prediction.withUnsafeBufferPointer { try add(truth: truth, prediction: $0, ignoring: ignored) }
        }
    }

    /// Counts the pixels of one image whose labels lie in memory of others, e.g. a tensor's; otherwise as with arrays.
    public mutating func add(
        truth: UnsafeBufferPointer<UInt8>, prediction: UnsafeBufferPointer<UInt8>, ignoring ignored: UInt8? = nil
    ) throws {
        precondition(truth.count == prediction.count, "\(truth.count) labels and \(prediction.count) predictions")
        let bins = PixelPairBins(classCount: classCount, ignored: ignored, truth: truth, prediction: prediction)
        guard bins.holdClassesOnly else {
            throw LabelOutsideClasses(
                classCount: classCount, ignored: ignored, truth: Array(truth), prediction: Array(prediction))
        }
        for row in 0..<classCount {
            for column in 0..<classCount { counts[row * classCount + column] += bins[row, column] }
        }
    }
}
