import Testing
import TorchTestSupport

@testable import Torch

/// Groups of two and three, here threads with a group each.
@Suite(.serialized) struct ProcessGroupTests {
    /// What each makes of it, by rank.
    private static func together<Result: Sendable>(
        _ size: Int, _ body: @escaping @Sendable (ProcessGroup) throws -> Result
    ) throws -> [Result] {
        let port = UInt16.random(in: 20_000...29_999)
        return try inThreads(size) { rank in
            let group = try ProcessGroup(
                .init(host: "127.0.0.1", port: port, rank: rank, size: size, serves: rank == 0, timeout: 20))
            let result = try body(group)
            // Whoever keeps the store waits for the others.
            try group.sum(.zeros([1]))
            return result
        }
    }

    @Test func tensorsOfAllComeTogether() throws {
        let found = try Self.together(2) { group in
            let own = try Tensor([1, 2, 3] as [Float]) * Double(group.rank + 1)
            let gathered = try group.gather(own.reshaped([3, 1]))
            let half = try group.gather(own.to(.bfloat16))
            let sum = try own.clone()
            try group.sum(sum)
            let first = try own.clone()
            try group.broadcast(first, from: 1)
            #expect(try group.gather(Tensor.zeros([0, 4])).shape == [2, 0, 4])
            return (
                gathered.shape, try gathered.elements(as: Float.self), half.dtype, try half.elements(as: Float.self),
                try sum.elements(as: Float.self), try first.elements(as: Float.self)
            )
        }
        for (shape, gathered, dtype, half, sum, first) in found {
            #expect(shape == [2, 3, 1] && gathered == [1, 2, 3, 2, 4, 6])
            #expect(dtype == .bfloat16 && half == gathered)
            #expect(sum == [3, 6, 9] && first == [2, 4, 6])
        }
    }

    @Test func bytesAndNotesToo() throws {
        let found = try Self.together(3) { group in
            let gathered = try group.gather([UInt8](repeating: UInt8(group.rank), count: group.rank))
            let shared = try group.broadcast(group.rank == 2 ? [7, 8] : [], from: 2)
            #expect(try group.posted("nothing", timeout: 5) == nil)
            if group.rank == 1 { try group.post("a note", as: "note", timeout: 5) }
            try group.sum(.zeros([1]))
            return (gathered, shared, try group.posted("note", timeout: 5))
        }
        for (gathered, shared, note) in found {
            #expect(gathered == [[], [1], [2, 2]] && shared == [7, 8] && note == "a note")
        }
    }

    /// Means over the processes, of passes that were prepared alone; a parameter that no pass reaches keeps none.
    @Test func gradientsAreMeans() throws {
        let found = try Self.together(2) { group in
            let (weight, unused) = try (Tensor([1, 2] as [Float]), Tensor([5] as [Float]))
            for parameter in [weight, unused] { try parameter.setRequiresGradient() }
            let reducer = try GradientReducer([weight, unused], in: group)
            func gradient(_ factors: [Double], prepared: Bool = true) throws -> [Float] {
                for (index, factor) in factors.enumerated() {
                    let value = try (weight * factor).sum()
                    if prepared, index == factors.count - 1 { try reducer.prepare(value) }
                    try value.backward()
                }
                let gradient: [Float] = try #require(weight.gradient).elements()
                try weight.setGradient(nil)
                return gradient
            }
            let rank = Double(group.rank)
            let results = try [
                gradient([1 + 2 * rank]), gradient([1, 10 * rank]), gradient([rank], prepared: false), gradient([4 * rank]),
            ]
            return (results, unused.gradient == nil)
        }
        for (rank, (results, hasNone)) in found.enumerated() {
            #expect(results == [[2, 2], [6, 6], [Float(rank), Float(rank)], [2, 2]])
            #expect(hasNone)
        }
    }

    @Test func whoeverDoesNotComeIsMissed() throws {
        let error = #expect(throws: TorchError.self) {
            try ProcessGroup(.init(host: "127.0.0.1", port: 19_999, rank: 1, size: 2, serves: false, timeout: 1))
        }
        #expect(error?.kind == .runtime)
    }
}
