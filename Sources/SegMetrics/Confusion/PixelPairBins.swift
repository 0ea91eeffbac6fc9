/// How often each pair of true and predicted label occurs, with room for labels that are no class, counted near memory speed.
///
/// Evaluation reads every pixel of a data set twice, hence the unsafe buffers: two checked reads and a checked increment a pixel
/// would be most of the time. Every bin index comes from the two tables below, so it is within the bins whatever the labels are.
struct PixelPairBins {
    private let classCount: Int
    private var bins: [Int]

    /// Rows: the classes, then `outside`, then the ignored label. Columns: the classes, then `outside`.
    private var rowCount: Int { classCount + 2 }
    private var columnCount: Int { classCount + 1 }
    private var outside: Int { classCount }

    init(
        classCount: Int, ignored: UInt8?, truth: UnsafeBufferPointer<UInt8>, prediction: UnsafeBufferPointer<UInt8>
    ) {
        self.classCount = classCount
        bins = []
        var rows = (0...255).map { min($0, classCount) * columnCount }
        if let ignored { rows[Int(ignored)] = (classCount + 1) * columnCount }
        let columns = (0...255).map { min($0, classCount) }
        bins = count(truth, prediction, rows: rows, columns: columns)
    }

    subscript(row: Int, column: Int) -> Int { bins[row * columnCount + column] }

    /// Whether every pixel that is not ignored has a true and a predicted class.
    var holdClassesOnly: Bool {
        (0...outside).allSatisfy { self[outside, $0] == 0 && self[$0, outside] == 0 }
    }

    /// Label maps are long runs of one value: eight pixels that repeat one pair are counted at once. For the others there are
    /// four partial histograms, since an increment that waits for the previous one of the same bin costs several times as much.
    private func count(
        _ truth: UnsafeBufferPointer<UInt8>, _ prediction: UnsafeBufferPointer<UInt8>, rows: [Int], columns: [Int]
    ) -> [Int] {
        let size = rowCount * columnCount
        let everyByte: UInt64 = 0x0101_0101_0101_0101
        var partial = [Int](repeating: 0, count: 4 * size)
        partial.withUnsafeMutableBufferPointer { partial in
            rows.withUnsafeBufferPointer { rows in
                columns.withUnsafeBufferPointer { columns in
                    func bin(_ index: Int) -> Int { rows[Int(truth[index])] + columns[Int(prediction[index])] }
                    let (rawTruth, rawPrediction) = (UnsafeRawBufferPointer(truth), UnsafeRawBufferPointer(prediction))
                    let eights = truth.count & ~7
                    for start in stride(from: 0, to: eights, by: 8) {
                        let eightTruths = rawTruth.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                        let eightPredictions = rawPrediction.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                        if eightTruths == UInt64(truth[start]) &* everyByte,
                            eightPredictions == UInt64(prediction[start]) &* everyByte
                        {
                            partial[bin(start)] += 8
                        } else {
                            for half in [start, start + 4] {
                                partial[bin(half)] += 1
                                partial[size + bin(half + 1)] += 1
                                partial[2 * size + bin(half + 2)] += 1
                                partial[3 * size + bin(half + 3)] += 1
                            }
                        }
                    }
                    for index in eights..<truth.count { partial[bin(index)] += 1 }
                }
            }
        }
        return (0..<size).map { partial[$0] + partial[size + $0] + partial[2 * size + $0] + partial[3 * size + $0] }
    }
}
