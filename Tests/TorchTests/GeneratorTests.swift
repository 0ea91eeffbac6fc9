import TestSupport
import Testing
import Torch

struct GeneratorTests {
    private func numbers(_ generator: Generator, _ count: Int = 50) throws -> [Float] {
        let tensor = try Tensor.empty([count])
        try tensor.normalInPlace(generator)
        return try tensor.elements()
    }

    @Test(arguments: [0, 1, 42, UInt64.max])
    func sameSeedSameNumbers(seed: UInt64) throws {
        let (one, two) = try (Generator(seed: seed), Generator(seed: seed))
        for _ in 0..<3 {
            let (first, second) = try (numbers(one), numbers(two))
            #expect(first == second)
        }
    }

    /// Uniform over 32 bits: of 64 draws some have the highest bit, and some the lowest.
    @Test func bitsFillTheWord() throws {
        let (one, two) = try (Generator(seed: 7), Generator(seed: 7))
        let bits = try (0..<64).map { _ in try one.bits() }
        let again = try (0..<64).map { _ in try two.bits() }
        #expect(bits == again)
        #expect(Set(bits).count == 64)
        #expect((10...54).contains(bits.count { $0 >> 31 == 1 }))
        #expect((10...54).contains(bits.count { $0 & 1 == 1 }))
    }

    @Test func anotherSeedOtherNumbers() throws {
        let (first, second) = try (numbers(Generator(seed: 1)), numbers(Generator(seed: 2)))
        #expect(first != second)
    }

    /// `torch.Generator().manual_seed(42)`, then uniform_, normal_, randperm, bernoulli_.
    @Test func numbersArePyTorchs() throws {
        let generator = try Generator(seed: 42)
        let tensor = try Tensor.empty([4])
        try tensor.uniformInPlace(0, 1, generator)
        let uniform: [Float] = try tensor.elements()
        #expect(uniform == [0.8822692632675171, 0.9150039553642273, 0.38286375999450684, 0.9593056440353394])
        let normal = try numbers(generator, 4)
        #expect(normal == [0.23446236550807953, 0.23033303022384644, -1.1228563785552979, -0.18632829189300537])
        let many = try numbers(generator, 20)
        #expect(many.prefix(3) == [-0.24825750291347504, -1.2082147598266602, -0.4776674509048462])
        let permutation: [Int64] = try generator.permutation(10).elements()
        #expect(permutation == [3, 0, 8, 5, 2, 9, 4, 6, 1, 7])
        let coins = try Tensor.empty([10])
        try coins.bernoulliInPlace(0.5, generator)
        let thrown: [Float] = try coins.elements()
        #expect(thrown == [0, 1, 1, 0, 1, 0, 0, 1, 0, 0])
    }

    /// An odd count leaves half of a normal pair in the generator; it belongs to the state too.
    @Test(arguments: [1, 7, 50])
    func aStoredStateContinuesTheStream(count: Int) throws {
        let generator = try Generator(seed: 9)
        _ = try numbers(generator, count)
        let state = try generator.state()
        #expect(state.dtype == .uint8 && state.rank == 1)
        let expected = try numbers(generator, 11)

        let other = try Generator(seed: 1)
        try other.restore(state)
        let continued = try numbers(other, 11)
        #expect(continued == expected)
        try generator.restore(state)
        let again = try numbers(generator, 11)
        #expect(again == expected)
    }

    @Test func aStateIsACopy() throws {
        let generator = try Generator(seed: 9)
        let state = try generator.state()
        let before = try state.bytes()
        _ = try numbers(generator)
        #expect(try state.bytes() == before)
        #expect(try generator.state().bytes() != before)
    }

    @Test func noStateIsRefused() throws {
        let generator = try Generator(seed: 9)
        let short = try #require(messageThrown { try generator.restore(.zeros([3], dtype: .uint8)) })
        #expect(short.hasPrefix("generator state of [3] uint8: "))
        let floats = try #require(messageThrown { try generator.restore(.zeros([3])) })
        #expect(floats.hasPrefix("generator state of [3] float32: "))
    }

    @Test(arguments: [0, 1, 2, 1000])
    func permutationsHoldEveryNumberOnce(count: Int) throws {
        let permutation = try Generator(seed: 4).permutation(count)
        #expect(permutation.dtype == .int64)
        let numbers: [Int64] = try permutation.elements()
        #expect(numbers.sorted() == (0..<count).map(Int64.init))
        if count == 1000 { #expect(numbers != numbers.sorted()) }
    }
}
