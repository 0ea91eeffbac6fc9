import SegLosses
import SegMetrics
import Torch
import TorchNN

/// Batches of which each process has a part: their objective is that of the whole, and so is the gradient.
///
/// What is a mean over pixels is made of the parts' means, weighed by their pixels. For all else the scores and labels of all parts are
/// gathered, and every process computes the objective of the whole.
package struct SharedBatches {
    private let processes: TrainingProcesses
    private let reducer: GradientReducer
    private let gathers: Bool

    /// - Parameter parameters: those that the steps change.
    init(_ parameters: [Tensor], for loss: any SegmentationLoss, among processes: TrainingProcesses) throws {
        self.processes = processes
        reducer = try GradientReducer(parameters, in: processes.group)
        gathers = !loss.isMeanOverPixels
    }

    /// The part of this process.
    var part: BatchPart { BatchPart(index: processes.place.rank, count: processes.count) }

    /// The labels that the objective here is of.
    func targets(_ own: [UInt8]) throws -> [UInt8] { gathers ? try processes.whole(own) : own }

    /// Pixels of the whole, of those of the targets.
    func wholePixels(_ counts: [Int]) throws -> [Int] { gathers ? counts : try processes.sum(counts) }

    /// The scores that the objective here is of, with the gradient of the own part: [B, C, …] each, the parts one after another.
    func heads(_ own: [Tensor]) throws -> [Tensor] { gathers ? try own.map(processes.whole) : own }

    /// Goes back from the part of a loss that is computed here. After the last of a step the gradients are those of whole batches.
    func backward(_ loss: Tensor, isLast: Bool) throws {
        // The sum over the processes is as many times the mean that the reducer makes. Where each has the whole loss, its gradient
        // is that of the own part.
        let sum = loss * Double(processes.count)
        try processes.explaining {
            if isLast { try reducer.prepare(sum) }
            try sum.backward()
        }
    }

    /// The losses of whole batches, of what is computed here: [] each.
    func sums(_ losses: [Tensor]) throws -> [Tensor] {
        guard !gathers else { return losses }
        let all = try Tensor.stacked(losses, 0)
        try processes.sum(all)
        return try losses.indices.map { try all.selected(0, $0) }
    }

    /// The counts of whole batches.
    func sum(_ confusion: ConfusionMatrix) throws -> ConfusionMatrix {
        guard !gathers else { return confusion }
        let rows = confusion.rows
        let all = try processes.sum(rows.flatMap(\.self))
        return ConfusionMatrix(rows: rows.indices.map { Array(all[$0 * rows.count..<($0 + 1) * rows.count]) })
    }
}
