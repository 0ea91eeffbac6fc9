import Testing
import Torch

struct TensorMemoryTests {
    @Test func elementsLieByTheirStrides() throws {
        let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]).permuted([1, 0])
        let strides = tensor.strides
        let found = tensor.withUnsafeMutableAddress { address in
            let elements = address.assumingMemoryBound(to: Float.self)  // a float32 tensor's memory
            return (0..<3).flatMap { row in (0..<2).map { elements[row * strides[0] + $0 * strides[1]] } }
        }
        #expect(found == [1, 4, 2, 5, 3, 6])
    }

    @Test func aViewStartsWhereItsElementsDo() throws {
        let tensor = try Tensor([1, 2, 3, 4] as [Int64])
        try tensor.narrowed(0, 2..<4).withUnsafeMutableAddress { $0.storeBytes(of: 30, as: Int64.self) }
        let elements: [Int64] = try tensor.elements()
        #expect(elements == [1, 2, 30, 4])
    }

    private struct Stop: Error {}

    @Test func errorsPass() throws {
        let tensor = try Tensor.zeros([1])
        #expect(throws: Stop.self) { try tensor.withUnsafeMutableAddress { _ in throw Stop() } }
    }

    @Test func severalAreLentTogether() throws {
        let (one, two) = try (Tensor([1, 2] as [Float]), Tensor([3] as [Float]))
        let sum = Tensor.withUnsafeMutableAddresses(of: [one, nil, two]) { addresses in
            let floats = addresses.map { $0?.assumingMemoryBound(to: Float.self) }  // both are float32
            #expect(floats[1] == nil)
            return (floats[0]?[1] ?? 0) + (floats[2]?[0] ?? 0)
        }
        #expect(sum == 5)
    }

    @Test func noElementsTrap() async {
        await #expect(processExitsWith: .failure) { try Tensor.zeros([0]).withUnsafeMutableAddress { _ in } }
    }
}
