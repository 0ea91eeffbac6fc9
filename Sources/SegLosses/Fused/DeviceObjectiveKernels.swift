import CKernels
import Torch

/// Kernels of our own on a CUDA device.
public struct DeviceObjectiveKernels: ObjectiveKernels {
    private static let source = DeviceKernels(source: ck_device_source())
    private static let threads = Int(CK_DEVICE_THREADS)

    /// Enough for every multiprocessor to have some, few enough for their sums to be added up at once.
    var mostBlocks = 1024

    private func blocks(of count: Int64) -> Int {
        min(Int((count + Int64(Self.threads) - 1) / Int64(Self.threads)), mostBlocks)
    }

    private func start(
        _ name: String, classes: Int, on device: Device, _ blocks: (x: Int, y: Int), _ arguments: [UnsafeRawPointer]
    ) throws {
        try Self.source.start(name, classes: classes, on: device, blocks: blocks, threads: Self.threads, arguments)
    }

    func value(of terms: [ck_device_term], _ batch: ck_device_batch, classes: Int, on device: Device) throws -> Tensor {
        let blocks = blocks(of: batch.images * batch.pixels)
        let values = try Tensor.empty([blocks], dtype: .float64, device: device)
        var arguments = ck_device_terms(batch, terms)
        try Tensor.withDeviceAddresses(of: [values]) { addresses in
            var address = addresses[0]
            try withUnsafeMutablePointer(to: &address) { to in
                try withUnsafePointer(to: &arguments) {
                    try start(
                        "ck_terms", classes: classes, on: device, (blocks, 1), [UnsafeRawPointer($0), UnsafeRawPointer(to)])
                }
            }
        }
        return try values.sum().to(.float32)
    }

    func overlapSums(_ batch: ck_device_batch, classes: Int, on device: Device) throws -> Tensor {
        let blocks = blocks(of: batch.pixels)
        let sums = try Tensor.empty([Int(batch.images), blocks, classes, 2], device: device)
        var arguments = ck_device_overlap(batch: batch, slopes: nil)
        try Tensor.withDeviceAddresses(of: [sums]) { addresses in
            var address = addresses[0]
            try withUnsafeMutablePointer(to: &address) { to in
                try withUnsafePointer(to: &arguments) {
                    try start(
                        "ck_overlap_sums", classes: classes, on: device, (blocks, Int(batch.images)),
                        [UnsafeRawPointer($0), UnsafeRawPointer(to)])
                }
            }
        }
        return try sums.sum([1])
    }

    func overlapGradient(_ overlap: ck_device_overlap, classes: Int, on device: Device) throws {
        var arguments = overlap
        try withUnsafePointer(to: &arguments) {
            try start(
                "ck_overlap_gradient", classes: classes, on: device,
                (blocks(of: overlap.batch.pixels), Int(overlap.batch.images)), [$0])
        }
    }
}
