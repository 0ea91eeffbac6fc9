import TestSupport
import Testing
import Torch

struct DeviceTests {
    @Test(arguments: [("cpu", Device.cpu), ("cuda", .cuda(0)), ("cuda:0", .cuda(0)), ("cuda:12", .cuda(12)), ("mps", .mps)])
    func names(name: String, expected: Device) throws {
        let device = try Device(named: name)
        #expect(device == expected)
        #expect(try Device(named: device.description) == expected)
    }

    @Test(arguments: ["", "gpu", "CPU", "cuda:", "cuda:-1", "cuda:x", "cuda:1:2", "cuda:3000000000", "cpu:0", "mps:1", " cpu"])
    func otherNames(name: String) {
        let message = messageThrown { _ = try Device(named: name) }
        #expect(message == "device: '\(name)' is no device; use cpu, cuda, cuda:N or mps")
    }

    @Test func theCPUIsReady() throws {
        try Device.cpu.prepare()
        #expect(try Tensor.zeros([1]).device == .cpu)
    }

    @Test func theCPUTellsNoFreeMemory() { #expect(Device.cpu.freeBytes == nil) }

    #if os(Linux)
        static let absent = [Device.cuda(100), .mps]
    #else
        static let absent = [Device.cuda(0)]
    #endif

    /// Devices that no machine of this system has.
    @Test(arguments: absent)
    func anAbsentDeviceIsNamedWithTheRemedy(device: Device) throws {
        let error = try #require(throws: TorchError.self) { try device.prepare() }
        #expect(error.kind == .device)
        #expect(error.description.hasPrefix("device \(device): not available here: "))
        #expect(error.description.hasSuffix("; use --device cpu"))
        #expect(!error.description.contains("\n"))
        #expect(error.description.count < 300, "\(error)")
    }

    @Test(arguments: absent)
    func anAbsentDeviceHoldsNothing(device: Device) throws {
        let tensor = try #require(messageThrown { _ = try Tensor.zeros([1], device: device) })
        #expect(tensor.hasPrefix("full: "))
        let moved = try #require(messageThrown { _ = try Tensor.zeros([2]).to(device: device) })
        #expect(moved.hasPrefix("to of [2] float32: "))
        let generator = try #require(messageThrown { _ = try Generator(seed: 1, device: device) })
        #expect(generator.hasPrefix("generator: "))
        for message in [tensor, moved, generator] { #expect(!message.contains("\n")) }
    }
}
