import Foundation
import Testing

@testable import Sampling

struct BatchLoaderTests {
    private func changes(_ augmentation: Augmentation) throws -> SampleTransform {
        try SampleTransform(
            augmentation,
            recipe: Recipe(
                labels: LabelMap(identity: 2), normalization: .range(low: 0, high: 1),
                fit: .crop(to: GridSize(height: 2, width: 2), foreground: 0.5)), channels: 1)
    }

    private func batches(_ loader: BatchLoader, epoch: Int = 0, from first: Int = 0) throws -> [Batch] {
        let stream = loader.epoch(epoch, from: first)
        var batches: [Batch] = []
        while let batch = try stream.next() { batches.append(batch) }
        return batches
    }

    @Test func laysSamplesOutInOrder() throws {
        let loader = BatchLoader(NumberedSource(count: 5, channels: 2), batchSize: 2, order: .sequential)
        let found = try batches(loader)
        #expect(found.map(\.count) == [2, 2, 1])
        #expect(found[1].samples.map(\.caseID) == ["case_2", "case_3"])
        #expect(found[1].images == Array(repeating: 2, count: 12) + Array(repeating: 3, count: 12))
        #expect(found[1].labels == Array(repeating: 2, count: 6) + Array(repeating: 3, count: 6))
        #expect(found[1].channels == 2)
    }

    @Test(arguments: [(7, 3, false, 3), (7, 3, true, 2), (6, 3, true, 2), (2, 3, true, 0), (2, 3, false, 1)])
    func countsBatches(samples: Int, size: Int, dropLast: Bool, expected: Int) throws {
        let loader = BatchLoader(NumberedSource(count: samples), batchSize: size, order: .sequential, dropLast: dropLast)
        #expect(loader.batchesPerEpoch == expected)
        #expect(try batches(loader).count == expected)
    }

    @Test(arguments: [(2, 1), (3, 2), (4, 8)])
    func doesNotDependOnTheWorkers(workers: Int, prefetch: Int) throws {
        let transform = try changes(
            Augmentation(
                horizontalFlip: 0.5, warp: Warp(probability: 0.5, rotation: 30), gamma: 0.2, brightness: 0.2,
                blur: GaussianBlur(sigma: [0.5, 1]), noise: 0.1))
        func loader(_ workers: Int, _ prefetch: Int) -> BatchLoader {
            BatchLoader(
                NumberedSource(count: 23), batchSize: 4, order: .shuffled, transform: transform, seed: 11,
                workers: workers, prefetch: prefetch)
        }
        for epoch in 0..<3 {
            #expect(try batches(loader(workers, prefetch), epoch: epoch) == batches(loader(1, 1), epoch: epoch), "epoch \(epoch)")
        }
    }

    @Test func everyEpochHasEverySampleInAnotherOrder() throws {
        let loader = BatchLoader(NumberedSource(count: 20), batchSize: 6, order: .shuffled, seed: 5)
        let orders = try (0..<3).map { epoch in try batches(loader, epoch: epoch).flatMap(\.samples) }
        for order in orders { #expect(Set(order).count == 20) }
        #expect(Set(orders).count == 3)
        #expect(try batches(loader, epoch: 1).flatMap(\.samples) == orders[1])
        let other = BatchLoader(NumberedSource(count: 20), batchSize: 6, order: .shuffled, seed: 6)
        #expect(try batches(other, epoch: 1).flatMap(\.samples) != orders[1])
    }

    @Test func anEpochCanGoOnWhereItWas() throws {
        let loader = BatchLoader(
            NumberedSource(count: 11), batchSize: 2, order: .shuffled, transform: try changes(Augmentation(noise: 1)), seed: 5,
            workers: 2)
        #expect(try batches(loader, epoch: 2, from: 4) == Array(batches(loader, epoch: 2)[4...]))
        #expect(try batches(loader, epoch: 2, from: 6).isEmpty)
    }

    /// Epochs of so many batches go on where the one before ended: each pass has every sample once.
    @Test(arguments: [(7, 2, 5), (3, 4, 3), (20, 2, 4), (1, 3, 2)])
    func epochsOfSomeBatchesGoThroughAllSamples(samples: Int, size: Int, count: Int) throws {
        let loader = BatchLoader(
            NumberedSource(count: samples), batchSize: size, order: .shuffled, batches: count,
            transform: try changes(Augmentation(noise: 1)), seed: 5, workers: 2)
        #expect(loader.batchesPerEpoch == count)
        let epochs = try (1...6).map { try batches(loader, epoch: $0) }
        #expect(epochs.allSatisfy { $0.count == count && $0.allSatisfy { $0.count == size } })
        let drawn = epochs.joined().flatMap(\.samples)
        let passes = stride(from: 0, to: drawn.count - samples + 1, by: samples).map { Array(drawn[$0..<$0 + samples]) }
        #expect(passes.count > 1 && passes.allSatisfy { Set($0).count == samples })
        #expect(samples < 7 || Set(passes).count == passes.count, "each pass has an order of its own")
        #expect(Set(epochs.joined().map(\.images)).count == 6 * count, "and its own random changes")
        #expect(try batches(loader, epoch: 4, from: 1) == Array(epochs[3][1...]))
    }

    /// One pass of full batches is the same either way.
    @Test func aPassIsAPass() throws {
        let transform = try changes(Augmentation(noise: 1))
        func loader(_ batches: Int?) -> BatchLoader {
            BatchLoader(
                NumberedSource(count: 8), batchSize: 2, order: .shuffled, batches: batches, transform: transform, seed: 3)
        }
        for epoch in 1...3 { #expect(try batches(loader(4), epoch: epoch) == batches(loader(nil), epoch: epoch)) }
    }

    @Test(arguments: [1, 3])
    func errorsReachTheConsumerInTheirPlace(workers: Int) throws {
        let loader = BatchLoader(NumberedSource(count: 12, broken: 5), batchSize: 2, order: .sequential, workers: workers)
        let stream = loader.epoch(0)
        #expect(try stream.next()?.samples[0].caseID == "case_0")
        #expect(try stream.next()?.samples[0].caseID == "case_2")
        #expect(throws: NumberedSource.Broken(index: 5)) { try stream.next() }
        #expect(try stream.next() == nil, "the epoch is over")
    }
}
