/// How often each class was predicted where each class is true; rows are the truth, columns the prediction.
public struct ConfusionMatrix: Sendable, Hashable {
    /// c: the number of classes, with the background.
    public let classCount: Int
    /// c × c counts, row after row.
    var counts: [Int]

    /// An empty matrix.
    ///
    /// - Precondition: 1 ≤ `classCount` ≤ 256.
    public init(classCount: Int) {
        precondition((1...256).contains(classCount), "8-bit labels name 1 to 256 classes, not \(classCount)")
        self.classCount = classCount
        counts = Array(repeating: 0, count: classCount * classCount)
    }

    /// A matrix of given counts.
    ///
    /// - Precondition: as many rows as columns, no count below 0.
    public init(rows: [[Int]]) {
        self.init(classCount: rows.count)
        precondition(Self.areSquare(rows), "a confusion matrix is square and counts 0 or more pixels")
        counts = rows.flatMap { $0 }
    }

    /// The pixels of class `truth` that were predicted as class `prediction`.
    public subscript(truth truth: Int, prediction prediction: Int) -> Int {
        precondition((0..<classCount).contains(truth) && (0..<classCount).contains(prediction), "no such class")
        return counts[truth * classCount + prediction]
    }

    /// The counts, a row for each true class.
    public var rows: [[Int]] {
        (0..<classCount).map { Array(counts[$0 * classCount..<($0 + 1) * classCount]) }
    }

    /// All pixels counted.
    public var total: Int { counts.reduce(0, +) }
    /// The pixels whose prediction is right.
    public var correct: Int { (0..<classCount).reduce(0) { $0 + self[truth: $1, prediction: $1] } }
    /// correct / total; nil for an empty matrix.
    public var pixelAccuracy: Double? { total == 0 ? nil : Double(correct) / Double(total) }

    /// Adds the counts of another set of pixels.
    ///
    /// - Precondition: both matrices are of the same classes.
    public static func += (left: inout ConfusionMatrix, right: ConfusionMatrix) {
        precondition(
            left.classCount == right.classCount,
            "matrices of \(left.classCount) and \(right.classCount) classes cannot be added")
        for index in left.counts.indices { left.counts[index] += right.counts[index] }
    }

    private static func areSquare(_ rows: [[Int]]) -> Bool {
        rows.allSatisfy { $0.count == rows.count && $0.allSatisfy { $0 >= 0 } }
    }
}

/// A list of rows, as a person writes a matrix.
extension ConfusionMatrix: Codable {
    public init(from decoder: any Decoder) throws {
        let rows = try decoder.singleValueContainer().decode([[Int]].self)
        guard (1...256).contains(rows.count), Self.areSquare(rows) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "a confusion matrix has 1 to 256 rows, is square and counts 0 or more pixels"))
        }
        self.init(rows: rows)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rows)
    }
}
