/// Where a loader takes its samples from.
public protocol SampleSource: Sendable {
    /// Number of samples.
    var count: Int { get }
    /// Channels of every sample.
    var channels: Int { get }
    /// The sample at a place, 0 ..< `count`; called from several threads at once.
    func sample(at index: Int) throws -> Sample
}
