import Foundation
import Randomness
import Sampling
import TestSupport
import Testing
import Torch

@testable import SegInference

/// Windows, mirrors and averages against the same loops written with numpy.
@Suite struct ComposedInfererTests {
    /// Scores that depend on where a pixel lies in what is seen, so that every window and mirror image gives others.
    private struct Ramped: Inferer {
        let classCount: Int
        var factor = 1.0
        let channelCount = 1
        let parameterCount = 0

        func scores(of images: Tensor) throws -> Tensor {
            var ramp = try Tensor.zeros([1])
            for axis in 2..<images.rank {
                let shape = (0..<images.rank).map { $0 == axis ? images.shape[axis] : 1 }
                ramp = try ramp + Tensor.range(images.shape[axis]).to(.float32).reshaped(shape) * Double(axis)
            }
            return try .concatenated((0..<classCount).map { images * Double($0 + 1) * factor + ramp * Double($0) }, 1)
        }

        func bytes(count: Int, size: GridSize) -> Int? { 4 * count * classCount * size.count }
    }

    /// The loop in numpy, with the same scores.
    private static let python = """
        import sys, json, itertools, math
        import numpy as np
        job = json.load(sys.stdin)
        shape, window, step, classes = job["shape"], job["window"], job["step"], 3
        x = np.array(job["image"], np.float64).reshape(shape)
        d = len(shape)
        def bare(x, factor=1.0):
            ramp = sum(np.arange(x.shape[a]).reshape([-1 if b == a else 1 for b in range(d)]) * (a + 2) for a in range(d))
            return np.stack([x * (k + 1) * factor + ramp * k for k in range(classes)])
        def windows(x):
            big = np.pad(x, [(0, max(w - s, 0)) for s, w in zip(x.shape, window)], mode="edge")
            profile = []
            for w in window:
                i, sigma = np.arange(w) - w // 2, w / 8
                p = np.exp(-0.5 * (i / sigma) ** 2)
                p[np.abs(i) > int(4 * sigma + 0.5)] = 0
                profile.append(p)
            g = profile[0]
            for p in profile[1:]: g = np.multiply.outer(g, p)
            g = 10 * g
            g[g == 0] = g[g > 0].min()
            starts = []
            for s, w in zip(big.shape, window):
                n = math.ceil((s - w) / (step * w)) + 1
                starts.append([0] if n == 1 else [int(np.round((s - w) / (n - 1) * i)) for i in range(n)])
            total, weight = np.zeros((classes,) + big.shape), np.zeros(big.shape)
            for place in itertools.product(*starts):
                cut = tuple(slice(a, a + w) for a, w in zip(place, window))
                total[(slice(None),) + cut] += bare(big[cut]) * g
                weight[cut] += g
            return (total / weight)[(slice(None),) + tuple(slice(0, s) for s in x.shape)]
        def mirrored(x, of):
            axes = job["mirror"]
            subsets = [s for n in range(len(axes) + 1) for s in itertools.combinations(axes, n)]
            return sum(np.flip(of(np.flip(x, s)), [a + 1 for a in s]) for s in subsets) / len(subsets)
        result = (mirrored(x, windows) + mirrored(x, lambda x: bare(x, 0.5))) / 2
        print(json.dumps(result.ravel().tolist()))
        """

    private struct Job: Encodable {
        let shape: [Int]
        let window: [Int]
        let step: Double
        let mirror: [Int]
        let image: [Float]
    }

    private static let jobs: [(shape: [Int], window: [Int], step: Double, mirror: [Int])] = [
        ([12, 20], [8, 8], 0.5, []), ([8, 8], [8, 8], 0.5, [0, 1]), ([5, 30], [8, 8], 0.25, [1]), ([17, 9], [6, 4], 1, [0]),
        ([6, 7, 8], [4, 4, 4], 0.5, [0, 1, 2]), ([3, 10, 10], [4, 6, 8], 0.3, [2]), ([9, 4, 5], [9, 8, 8], 0.5, []),
    ]

    @Test(.enabled(if: PeerPython.has("numpy"), Comment(rawValue: PeerPython.missing("numpy"))), arguments: jobs)
    func agreesWithALoopInNumpy(_ job: (shape: [Int], window: [Int], step: Double, mirror: [Int])) throws {
        var generator = SeededGenerator(seed: 7)
        let image = (0..<job.shape.reduce(1, *)).map { _ in Float(generator.uniform(-1, 1)) }
        let plain = Ramped(classCount: 3)
        let windowed = SlidingWindow(plain, window: GridSize(job.window), step: job.step)
        let inferer = Ensemble([
            Mirrored(windowed, axes: job.mirror), Mirrored(Ramped(classCount: 3, factor: 0.5), axes: job.mirror),
        ])
        let found: [Float] = try inferer.scores(of: Tensor(image, shape: [1, 1] + job.shape)).elements()

        let input = try JSONEncoder().encode(
            Job(shape: job.shape, window: job.window, step: job.step, mirror: job.mirror, image: image))
        let output = try withTemporaryFolder { folder in
            let file = folder.appending(path: "job.json")
            try input.write(to: file)
            let run = "import sys; sys.stdin = open(sys.argv[1])\n" + Self.python
            return try PeerPython.run(["-c", run, file.path]).output
        }
        let expected = try JSONDecoder().decode([Double].self, from: output)
        #expect(found.count == expected.count)
        let worst = zip(found, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 0
        #expect(worst < 1e-5, "differs by \(worst)")
    }

    @Test func scoresOfABatchAreThoseOfItsImages() throws {
        var generator = SeededGenerator(seed: 3)
        let image = (0..<2 * 11 * 13).map { _ in Float(generator.uniform()) }
        let inferer = Mirrored(SlidingWindow(Ramped(classCount: 2), window: GridSize(height: 6, width: 5)), axes: [0, 1])
        let batch = try Tensor(image, shape: [2, 1, 11, 13])
        let together: [Float] = try inferer.scores(of: batch).elements()
        let apart: [Float] = try (0..<2).flatMap { try inferer.scores(of: batch.narrowed(0, $0..<$0 + 1)).elements() as [Float] }
        #expect(together == apart)
    }

    /// However small the step, a window moves by a pixel.
    @Test(arguments: [1e-300, 1e-4, 0.1])
    func aWindowMovesByAPixelAtLeast(_ step: Double) throws {
        let image = try Tensor((0..<30).map { Float($0 % 7) }, shape: [1, 1, 5, 6])
        let window = GridSize(height: 3, width: 3)
        let found: [Float] = try SlidingWindow(Ramped(classCount: 2), window: window, step: step).scores(of: image).elements()
        let pixel: [Float] = try SlidingWindow(Ramped(classCount: 2), window: window, step: 1.0 / 3).scores(of: image).elements()
        #expect(found == pixel)
    }

    /// A window needs the memory of a window, and of the whole input only the sums.
    @Test func memoryIsKnownBefore() throws {
        let plain = Ramped(classCount: 3)
        let size = GridSize([100, 100, 100])
        let window = SlidingWindow(plain, window: GridSize([10, 10, 10]))
        #expect(window.bytes(count: 1, size: size) == 12_000 + 4 * 4 * 1_000_000 + 4 * 5 * 1000)
        #expect(Mirrored(plain, axes: [2]).bytes(count: 1, size: size) == 36_000_000 / 3 + 24_000_000)
        #expect(Ensemble([plain, plain]).bytes(count: 1, size: size) == 12_000_000 + 12_000_000)
    }
}
