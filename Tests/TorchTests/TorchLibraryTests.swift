import TestSupport
import Testing

@testable import Torch

/// Settings belong to the process: what changes them runs in one of its own.
struct TorchLibraryTests {
    @Test func versionIsSupported() throws {
        let numbers = TorchLibrary.version.split(separator: ".").prefix(2).compactMap { Int($0) }
        #expect(numbers.count == 2 && numbers[0] == 2 && numbers[1] >= 11, "\(TorchLibrary.version)")
    }

    /// A function that was left out of the table would be a null pointer to jump to.
    @Test func tableIsFull() {
        withUnsafeBytes(of: libtorch) { table in
            for (place, entry) in table.bindMemory(to: UInt.self).enumerated() { #expect(entry != 0, "entry \(place)") }
        }
    }

    @Test func threadsAreCounted() async {
        await #expect(processExitsWith: .success) {
            for count in [1, 2] {
                try TorchLibrary.setThreadCount(count)
                #expect(TorchLibrary.threadCount == count)
            }
        }
    }

    @Test(arguments: [0, -1])
    func noThreadsAreRefused(count: Int) throws {
        let message = try #require(messageThrown { try TorchLibrary.setThreadCount(count) })
        #expect(message.hasPrefix("threads: "))
    }

    @Test func determinismIsASetting() async {
        await #expect(processExitsWith: .success) {
            for isOn in [true, false] {
                TorchLibrary.isDeterministic = isOn
                #expect(TorchLibrary.isDeterministic == isOn)
            }
        }
    }

    @Test func keptMemoryIsUsable() async {
        await #expect(processExitsWith: .success) {
            TorchLibrary.keepFreedMemory()
            for _ in 0..<3 {
                let sum = try Tensor.ones([1024, 1024]).sum().item()
                #expect(sum == 1024 * 1024)
            }
        }
    }
}
