/// The batches of one epoch, in order, prepared ahead of the consumer.
///
/// For one consumer. Its threads end with the epoch, after an error, or when the stream is released; none outlives it.
public final class BatchStream {
    private let queue: OrderedPrefetch<Batch>

    init(_ numbers: Range<Int>, workers: Int, prefetch: Int, make: @escaping @Sendable (Int) throws -> Batch) {
        queue = OrderedPrefetch(numbers, capacity: prefetch, workers: workers, make: make)
    }

    deinit {
        queue.stop()
    }

    /// The next batch; nil after the last one.
    ///
    /// - Throws: what the source threw for a sample of this batch; the epoch is over then.
    public func next() throws -> Batch? {
        try queue.next()
    }

    /// How long `next` had to wait for the threads so far.
    public var secondsWaited: Double { queue.secondsWaited }
}
