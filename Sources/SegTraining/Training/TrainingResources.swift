import Foundation
import Sampling
import Torch

/// Where and how a run works; nothing here changes what it computes.
public struct TrainingResources: Sendable {
    public var device: Device
    /// Steps that are begun before anybody looks at the numbers of the one before, so that a GPU always has the next; on the CPU there
    /// is nothing to gain.
    public var stepsAhead: Int
    /// Threads that prepare batches.
    public var loaderWorkers: Int
    /// Bytes that prepared images may take in memory; what is more lies in a nameless file in `scratch`.
    public var memory: Int
    public var scratch: URL
    /// What happens to files that cannot be read.
    public var tolerance: ReadTolerance

    /// - Parameter memory: half of the machine's unless it is given.
    public init(
        device: Device = .cpu, loaderWorkers: Int = 1, memory: Int? = nil,
        scratch: URL = FileManager.default.temporaryDirectory, tolerance: ReadTolerance = .none
    ) {
        self.device = device
        stepsAhead = device == .cpu ? 0 : 1
        self.loaderWorkers = loaderWorkers
        self.memory = memory ?? Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)
        self.scratch = scratch
        self.tolerance = tolerance
    }
}
