import MedicalImages
import RunTestSupport
import Sampling
import Testing
import Torch
import TorchTestSupport

@testable import SegInference

/// Planes that come back by libtorch's operations are those that the host brings back.
struct ScoreRestorationTests {
    @Test(arguments: [
        (GridFit.resize(to: GridSize([7, 20]), by: .bilinear), GridSpacing?.none),
        (.resize(to: GridSize([30, 31]), by: .bicubic), GridSpacing(rows: 2, columns: 0.7)),
        (.pad(to: GridSize([24, 24])), GridSpacing(rows: 0.8, columns: 1.3)),
        (.crop(to: GridSize([8, 8]), foreground: 0), GridSpacing(rows: 2.5, columns: 2)),
    ])
    func planesAreThoseOfTheHost(_ fit: GridFit, _ spacing: GridSpacing?) throws {
        var configuration = try TinyRun.configuration()
        configuration.input.fit = fit
        configuration.input.spacing = spacing
        let route = try configuration.recipe.route(
            of: Extent(width: 17, height: 13, depth: 2), geometry: VoxelGeometry(spacing: [1, 1.1, 5]), path: "f")
        let shape = [2, 3] + route.inputSize.lengths
        let scores = try Tensor.random(shape, seed: 1, dtype: .float32)
        let restored = try ScoreRestoration(route.scoreSteps, on: .cpu)(scores)
        #expect(restored.shape == [2, 3] + route.native.lengths)
        let values: [Float] = try scores.elements()
        let size = route.inputSize.count
        let expected = (0..<6).flatMap { route.restore(Array(values[$0 * size..<($0 + 1) * size])) }
        #expect(try restored.largestDifference(to: Tensor(expected, shape: restored.shape)) < 1e-5)
    }
}
