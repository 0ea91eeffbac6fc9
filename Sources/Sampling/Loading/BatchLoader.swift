import Randomness

/// Where a loader takes its samples from.
public protocol SampleSource: Sendable {
    /// Number of samples.
    var count: Int { get }
    /// Channels of every sample.
    var channels: Int { get }
    /// The sample at a place, 0 ..< `count`; called from several threads at once.
    func sample(at index: Int) throws -> Sample
}

/// Cuts a source of samples into batches, epoch by epoch, prepared ahead by threads.
///
/// The order and the random changes depend on seed, epoch and sample alone, never on the number of workers.
public struct BatchLoader: Sendable {
    /// In which order samples come.
    public enum Order: Sendable, Hashable {
        /// As in the source.
        case sequential
        /// Anew in every epoch.
        case shuffled
    }

    public let source: any SampleSource
    public let batchSize: Int
    public let order: Order
    /// Whether an epoch ends before a batch that could not be filled.
    public let dropLast: Bool
    /// Random changes of each sample; nil for none.
    public let transform: SampleTransform?
    public let seed: UInt64
    /// Threads that prepare batches.
    public let workers: Int
    /// Batches that may be prepared and not yet taken.
    public let prefetch: Int

    /// - Precondition: at least one sample a batch, one worker and one prefetched batch.
    public init(
        _ source: any SampleSource, batchSize: Int, order: Order, dropLast: Bool = false, transform: SampleTransform? = nil,
        seed: UInt64 = 0, workers: Int = 1, prefetch: Int = 4
    ) {
        precondition(batchSize > 0 && workers > 0 && prefetch > 0, "a loader needs a batch size, a worker and room for a batch")
        self.source = source
        self.batchSize = batchSize
        self.order = order
        self.dropLast = dropLast
        self.transform = transform
        self.seed = seed
        self.workers = workers
        self.prefetch = prefetch
    }

    /// Batches of an epoch; 0 where `dropLast` leaves none.
    public var batchesPerEpoch: Int {
        dropLast ? source.count / batchSize : (source.count + batchSize - 1) / batchSize
    }

    /// Starts an epoch.
    ///
    /// - Parameter first: the batch to begin with; a run that was cut off goes on where it was.
    public func epoch(_ epoch: Int, from first: Int = 0) -> BatchStream {
        let indices = order(in: epoch)
        return BatchStream(first..<max(first, batchesPerEpoch), workers: workers, prefetch: prefetch) { [self] number in
            let range = number * batchSize..<min((number + 1) * batchSize, indices.count)
            return try Batch(indices[range].map { try sample(at: $0, epoch: epoch) })
        }
    }

    /// The source's places in an epoch's order.
    func order(in epoch: Int) -> [Int] {
        var indices = Array(0..<source.count)
        if order == .shuffled {
            var generator = SeededGenerator(seed: seed, epoch)
            generator.shuffle(&indices)
        }
        return indices
    }

    private func sample(at index: Int, epoch: Int) throws -> Sample {
        let sample = try source.sample(at: index)
        guard let transform else { return sample }
        var generator = SeededGenerator(seed: seed, epoch, index)
        return transform.apply(to: sample, generator: &generator)
    }
}
