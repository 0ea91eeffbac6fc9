import Torch

extension TrainingStep {
    /// What records steps as graphs of a CUDA device.
    ///
    /// - Parameter dropout: the generator that they draw from.
    package static func recorder(on device: Device, drawing dropout: Generator) -> StepRecorder {
        { work in
            var numbers: StepNumbers?
            let graph = try DeviceGraph.recorded(on: device, drawing: [dropout]) { numbers = try work() }
            return {
                try graph.replay()
                return numbers!  // the work that was recorded has set it
            }
        }
    }
}
