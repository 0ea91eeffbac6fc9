/// How long some steps of one kind took, the first, which prepares, left out.
struct StepTimes {
    /// Rising.
    private let seconds: [Double]

    /// No minimum of fewer is one.
    static let fewest = 3
    private static let most = 10
    /// Above it the steps were not left alone.
    private static let unevenness = 1.5

    /// - Precondition: one step or more.
    init(_ seconds: [Double]) {
        precondition(!seconds.isEmpty, "times of no step")
        self.seconds = seconds.sorted()
    }

    /// Takes steps until they have lasted so many seconds together: `fewest` or more, and not more than are of use.
    init(until limit: Double, step: () throws -> Double) rethrows {
        var taken: [Double] = []
        while taken.count < Self.fewest || (taken.count < Self.most && taken.reduce(0, +) < limit) { taken.append(try step()) }
        self.init(taken)
    }

    /// What a step takes that nothing else held up.
    var fastest: Double { seconds[0] }
    /// The middle one, the upper of two.
    var median: Double { seconds[seconds.count / 2] }
    /// Whether the middle one took so much longer than the fastest that something else used the machine.
    var areUneven: Bool { median > Self.unevenness * fastest }
}
