import Testing
import TorchTestSupport

@testable import Torch

struct TransfersTests {
    @Test func whatWaitsIsCounted() throws {
        let tensor = try Tensor([1, 2, 3] as [Float])
        func waits(_ body: () throws -> Void) throws -> Int { try Transfers.counted(body).waits }
        #expect(try waits { _ = try tensor.sum().item() } == 1)
        #expect(try waits { let _: [Float] = try tensor.elements() } == 1)
        #expect(try waits { _ = try tensor.bytes() } == 1)
        #expect(try waits { _ = try tensor.maskedSelected(tensor.greater(1)) } > 0, "its size is known to the device alone")
        #expect(try waits { _ = try (tensor * 2 + tensor).sum() } == 0)
        #expect(try waits { _ = try Tensor([0, 1] as [Int64]).binCounts(2) } == 0)
    }

    @Test func whatComesFromTheHostIsCounted() throws {
        let counts = try Transfers.counted {
            _ = try Tensor([1, 2, 3] as [Float])
            _ = try Tensor(uploading: [1, 2, 3] as [Float], shape: [3], to: .cpu)
            _ = try Tensor.zeros([3])
        }
        #expect(counts == Transfers(waits: 0, uploads: 1))
    }

    /// Also in the backward pass, which libtorch runs.
    @Test func numbersWithinABackwardPassAreCounted() throws {
        let leaf = try Tensor([1, 2] as [Float])
        try leaf.setRequiresGradient()
        let value = try leaf.sum().detached().withBackward(inputs: [leaf]) { incoming in
            [try leaf.detached() * incoming.item()]
        }
        #expect(try Transfers.counted { try value.backward() }.waits == 1)
    }

    @Test func countsEndWithTheirBody() throws {
        struct Failure: Error {}
        #expect(throws: Failure.self) { try Transfers.counted { throw Failure() } }
        #expect(throws: TorchError.self) { try Transfers.counted { _ = try Transfers.counted {} } }
        #expect(try Transfers.counted {} == Transfers(waits: 0, uploads: 0))
    }

    // MARK: Copies

    @Test func aCopyHasTheElementsOfItsMoment() throws {
        let tensor = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
        let copy = try HostCopy(tensor.permuted([1, 0]))
        try tensor.fillInPlace(0)
        #expect(try copy.elements() == [1, 3, 2, 4] as [Float])
        #expect(try copy.elements() == [1, 3, 2, 4] as [Float], "it may be read again")
        #expect(try HostCopy(Tensor([7] as [Int64]).sum()).elements() == [7] as [Int64])
        #expect(try HostCopy(Tensor([] as [Float])).elements() == [] as [Float])
    }

    @Test func uploadsHaveTheShapeThatIsAskedFor() throws {
        let tensor = try Tensor(uploading: [1, 2, 3, 4] as [UInt8], shape: [2, 2], to: .cpu)
        #expect(tensor.shape == [2, 2] && tensor.dtype == .uint8)
        #expect(try tensor.elements() == [1, 2, 3, 4] as [UInt8])
        #expect(throws: TorchError.self) { try Tensor(uploading: [1] as [UInt8], shape: [2], to: .cpu) }
        #expect(try Tensor(uploading: [] as [Float], shape: [0, 3], to: .cpu).count == 0)
    }
}
