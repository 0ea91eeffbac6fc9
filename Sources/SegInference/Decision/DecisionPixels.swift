import Randomness
import Sampling
import SegMetrics

/// The scores of a split as a search for offsets needs them: those of the pixels whose class depends on the offsets, and the
/// counts of all others.
///
/// With offsets within ±B, that of class 0 being 0, a pixel keeps its class m if s_m − s_j > 2B for every other class j, or > B
/// where m or j is class 0. What remains is kept with all its scores; where it exceeds a limit of memory, a seeded coin decides for
/// each pixel whether it stays, and each one that stays counts for two, as often as needed.
struct DecisionPixels {
    /// The pixels of one patient or video.
    struct Group {
        let id: String
        /// Those whose class is certain, as a confusion matrix, row after row.
        fileprivate(set) var certain: [Double]
        /// Of each class, those of the other pixels.
        fileprivate(set) var scores: [[Float]]
        /// The true classes of the other pixels.
        fileprivate(set) var labels: [UInt8] = []

        fileprivate init(_ id: String, classCount: Int) {
            self.id = id
            certain = Array(repeating: 0, count: classCount * classCount)
            scores = Array(repeating: [], count: classCount)
        }
    }

    let classCount: Int
    /// B, in units of the scores.
    let largestOffset: Float
    private(set) var groups: [Group] = []
    /// Pixels that each kept one stands for.
    private(set) var thinning = 1
    private let limit: Int
    private var bytes = 0
    private var places: [String: Int] = [:]
    private var coin = SeededGenerator(seed: 0)

    /// - Parameter limit: bytes that kept pixels may take.
    init(classCount: Int, largestOffset: Float = Self.standardLargestOffset, limit: Int = Self.standardLimit) {
        self.classCount = classCount
        self.largestOffset = largestOffset
        self.limit = limit
    }

    /// Odds change by e⁶ ≈ 400 at most: −log J of a class whose IoU is a quarter of a per cent.
    static let standardLargestOffset: Float = 6
    /// 256 MiB: 30 million pixels of two classes, whose search sorts about as much again.
    static let standardLimit = 1 << 28

    private var bytesPerPixel: Int { 4 * classCount + 1 }

    /// Takes some samples of a case, or parts of them.
    ///
    /// - Throws: `CaseError.noLabel` for a case without labels.
    mutating func add(_ samples: PredictedSamples) throws {
        for (scores, labels) in zip(try samples.nativeScores(), try samples.nativeLabels()) {
            add(scores: scores, labels: labels, group: samples.prepared.group)
        }
    }

    /// - Parameters:
    ///   - scores: `[C, pixels]`, raw scores.
    ///   - labels: true classes, and `LabelMap.ignored`, which takes no part.
    mutating func add(scores: [Float], labels: [UInt8], group id: String) {
        let place = places[id] ?? groups.count
        if place == groups.count {
            places[id] = place
            groups.append(Group(id, classCount: classCount))
        }
        let pixels = labels.count
        for (pixel, label) in labels.enumerated() where label != LabelMap.ignored {
            var m = 0
            for k in 1..<classCount where scores[k * pixels + pixel] > scores[m * pixels + pixel] { m = k }
            let isOpen = (0..<classCount).contains { j in
                let reach = m == 0 || j == 0 ? largestOffset : 2 * largestOffset
                return j != m && scores[m * pixels + pixel] - scores[j * pixels + pixel] <= reach + Self.slack
            }
            if !isOpen {
                groups[place].certain[Int(label) * classCount + m] += 1
            } else if thinning == 1 || coin.next() & UInt64(thinning - 1) == 0 {
                for k in 0..<classCount { groups[place].scores[k].append(scores[k * pixels + pixel]) }
                groups[place].labels.append(label)
                bytes += bytesPerPixel
            }
        }
        while bytes > limit { thin() }
    }

    /// Sums of a score and an offset are rounded.
    private static let slack: Float = 1e-3

    private mutating func thin() {
        bytes = 0
        for place in groups.indices {
            let stays = groups[place].labels.map { _ in coin.next() & 1 == 0 }
            func thinned<Value>(_ values: [Value]) -> [Value] { zip(values, stays).compactMap { $1 ? $0 : nil } }
            groups[place].scores = groups[place].scores.map(thinned)
            groups[place].labels = thinned(groups[place].labels)
            bytes += groups[place].labels.count * bytesPerPixel
        }
        thinning *= 2
    }

    /// A group's confusion matrix by a decision, row after row; estimated where pixels were thinned.
    ///
    /// - Precondition: the decision is one of offsets within ±B, or one that leaves certain pixels as they are.
    func counts(of group: Group, by decision: Decision) -> [Double] {
        var counts = group.certain
        let classes = decision.classes(of: Array(group.scores.joined()), pixels: group.labels.count)
        for (label, k) in zip(group.labels, classes) { counts[Int(label) * classCount + Int(k)] += Double(thinning) }
        return counts
    }

    /// The confusion matrix of some groups by a decision.
    func counts(of groups: [Group], by decision: Decision) -> [Double] {
        groups.reduce(into: [Double](repeating: 0, count: classCount * classCount)) { sum, group in
            for (index, count) in counts(of: group, by: decision).enumerated() { sum[index] += count }
        }
    }
}
