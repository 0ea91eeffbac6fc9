import TestSupport
import Testing
import Torch

/// Settings of the process: one after another, and put back.
@Suite(.serialized) struct TorchLibraryTests {
    @Test func versionIsSupported() throws {
        let numbers = TorchLibrary.version.split(separator: ".").prefix(2).compactMap { Int($0) }
        #expect(numbers.count == 2 && numbers[0] == 2 && numbers[1] >= 11, "\(TorchLibrary.version)")
    }

    @Test func threadsAreCounted() throws {
        let before = TorchLibrary.threadCount
        defer { try? TorchLibrary.setThreadCount(before) }
        try TorchLibrary.setThreadCount(1)
        #expect(TorchLibrary.threadCount == 1)
    }

    @Test(arguments: [0, -1])
    func noThreadsAreRefused(count: Int) throws {
        let message = try #require(messageThrown { try TorchLibrary.setThreadCount(count) })
        #expect(message.hasPrefix("threads: "))
    }

    @Test func determinismIsASetting() {
        let before = TorchLibrary.isDeterministic
        defer { TorchLibrary.isDeterministic = before }
        TorchLibrary.isDeterministic = true
        #expect(TorchLibrary.isDeterministic)
        TorchLibrary.isDeterministic = false
        #expect(!TorchLibrary.isDeterministic)
    }
}
