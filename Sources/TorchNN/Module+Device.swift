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

    /// Lays the weights of convolutions out in memory, those of 2 dimensions or of 3 as the format has it; optimisers are made
    /// afterwards.
    public func arrange(_ format: MemoryFormat) throws {
        let ranks = format == .contiguous ? [4, 5] : [format == .channelsLast3D ? 5 : 4]
        for entry in namedState() where ranks.contains(entry.tensor.rank) {
            try entry.tensor.setDataInPlace(entry.tensor.detached().contiguous(format))
        }
    }
}
