import Randomness

/// Where a loader takes its samples from.
public protocol SampleSource: Sendable {
    /// Number of samples.
    var count: Int { get }
    /// Channels of every sample.
    var channels: Int { get }
    /// The sample at a place, 0 ..< `count`; called from several threads at once.
    func sample(at index: Int) throws -> StoredSample
}

/// Cuts a source of samples into batches, epoch by epoch, prepared ahead by threads.
///
/// An epoch is one pass over the source, or a number of batches. In the second case passes follow one another whatever the epochs
/// are: each has every sample once, in an order of its own, so that no sample comes again before all others have.
///
/// The order and the random changes depend on seed, pass and sample alone, never on the number of workers, or of processes that
/// share out the batches among themselves.
public struct BatchLoader: Sendable {
    /// In which order samples come.
    public enum Order: Sendable, Hashable {
        /// As in the source.
        case sequential
        /// Anew in every pass.
        case shuffled
    }

    public let source: any SampleSource
    public let batchSize: Int
    public let order: Order
    /// Whether a pass ends before a batch that could not be filled.
    public let dropLast: Bool
    /// Batches of an epoch; nil: those of one pass.
    public let batches: Int?
    /// Random changes of each sample; nil for none.
    public let transform: SampleTransform?
    public let seed: UInt64
    /// Threads that prepare batches.
    public let workers: Int
    /// Batches that may be prepared and not yet taken.
    public let prefetch: Int
    /// Which of so many equal parts of every batch is prepared here.
    public let part: (index: Int, count: Int)

    /// - Precondition: at least one sample a batch, one worker and one prefetched batch; a sample where `batches` are given; batches
    ///   that can be cut into the parts.
    public init(
        _ source: any SampleSource, batchSize: Int, order: Order, dropLast: Bool = false, batches: Int? = nil,
        transform: SampleTransform? = nil, seed: UInt64 = 0, workers: Int = 1, prefetch: Int = 4,
        part: (index: Int, count: Int) = (0, 1)
    ) {
        precondition(batchSize > 0 && workers > 0 && prefetch > 0, "a loader needs a batch size, a worker and room for a batch")
        precondition(batches == nil || source.count > 0, "a number of batches needs a sample")
        self.source = source
        self.batchSize = batchSize
        self.order = order
        self.dropLast = dropLast
        self.batches = batches
        self.transform = transform
        self.seed = seed
        self.workers = workers
        self.prefetch = prefetch
        self.part = part
    }

    /// Batches of an epoch; 0 where `dropLast` leaves none of a pass.
    public var batchesPerEpoch: Int {
        if let batches { return batches }
        return dropLast ? source.count / batchSize : (source.count + batchSize - 1) / batchSize
    }

    /// Starts an epoch.
    ///
    /// - Parameters:
    ///   - epoch: from 1 where an epoch is a number of batches, so that the first begins with the first pass.
    ///   - first: the batch to begin with; a run that was cut off goes on where it was.
    public func epoch(_ epoch: Int, from first: Int = 0) -> BatchStream {
        let draws = draws(in: epoch)
        return BatchStream(first..<max(first, batchesPerEpoch), workers: workers, prefetch: prefetch) { [self] number in
            let (start, end) = (number * batchSize, min((number + 1) * batchSize, draws.count))
            precondition((end - start) % part.count == 0, "\(end - start) samples cannot be cut into \(part.count) parts")
            let size = (end - start) / part.count
            return try Batch(draws[start + part.index * size..<start + (part.index + 1) * size].map(sample))
        }
    }

    /// A sample that comes in a pass.
    private struct Draw {
        let pass: Int
        let index: Int
    }

    /// The samples of an epoch, in order.
    private func draws(in epoch: Int) -> [Draw] {
        func pass(_ number: Int) -> [Draw] { order(in: number).map { Draw(pass: number, index: $0) } }
        guard let batches else { return pass(epoch) }
        let first = (epoch - 1) * batches * batchSize
        let (start, end) = (first / source.count, (first + batches * batchSize - 1) / source.count)
        let place = first - start * source.count
        // Passes are counted from 1, as epochs are.
        return Array((start...end).flatMap { pass($0 + 1) }[place..<place + batches * batchSize])
    }

    /// The source's places in a pass's order.
    func order(in pass: Int) -> [Int] {
        var indices = Array(0..<source.count)
        if order == .shuffled {
            var generator = SeededGenerator(seed: seed, pass)
            generator.shuffle(&indices)
        }
        return indices
    }

    private func sample(_ draw: Draw) throws -> Sample {
        let sample = try source.sample(at: draw.index)
        guard let transform else { return try sample.whole() }
        var generator = SeededGenerator(seed: seed, draw.pass, draw.index)
        return try transform.apply(to: sample, generator: &generator)
    }
}
