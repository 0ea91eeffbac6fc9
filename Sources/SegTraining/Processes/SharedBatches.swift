import Torch
import TorchNN

/// Batches of which each process has a part: their objective is that of the whole, and so is the gradient.
package struct SharedBatches {
    private let processes: TrainingProcesses
    private let reducer: GradientReducer

    /// - Parameter parameters: those that the steps change.
    init(_ parameters: [Tensor], among processes: TrainingProcesses) throws {
        self.processes = processes
        reducer = try GradientReducer(parameters, in: processes.group)
    }

    /// The part of this process.
    var part: BatchPart { BatchPart(index: processes.place.rank, count: processes.count) }

    /// The scores of whole batches, with the gradient of the own part: [B, C, …] each → [B·processes, C, …].
    func whole(_ heads: [Tensor]) throws -> [Tensor] { try heads.map(processes.whole) }

    /// Goes back from a loss of the whole batch. After the last of a step the gradients are those of whole batches.
    func backward(_ loss: Tensor, isLast: Bool) throws {
        // The sum over the processes is as many times the mean that the reducer makes.
        let sum = loss * Double(processes.count)
        try processes.explaining {
            if isLast { try reducer.prepare(sum) }
            try sum.backward()
        }
    }
}
