import Torch

extension Module {
    /// Moves all parameters and buffers to a device; optimisers are made afterwards.
    ///
    /// - Throws: `TorchError` where the device is not there or has no room.
    public func move(to device: Device) throws {
        for entry in namedState() where entry.tensor.device != device {
            try entry.tensor.setDataInPlace(entry.tensor.detached().to(device: device))
        }
    }

    /// Lays the weights of 2-D convolutions out in memory; optimisers are made afterwards.
    public func arrange(_ format: MemoryFormat) throws {
        for entry in namedState() where entry.tensor.rank == 4 {
            try entry.tensor.setDataInPlace(entry.tensor.detached().contiguous(format))
        }
    }
}
