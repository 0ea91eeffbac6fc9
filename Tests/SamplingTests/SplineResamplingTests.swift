import Foundation
import TestSupport
import Testing

@testable import Sampling

/// Splines against SciPy, whose `zoom` is what scikit-image's `resize` and so nnU-Net call.
@Suite struct SplineResamplingTests {
    /// A volume of any values: steps, noise and a slope.
    private static func volume(_ size: GridSize) -> [Float] {
        (0..<size.count).map { Float($0 * 7919 % 101) - 40 + ($0 % size.width > size.width / 2 ? 200 : 0) }
    }

    private static let script = """
        import json, sys, numpy as np
        from scipy import ndimage
        task = json.load(open(sys.argv[1]))
        x = np.array(task["values"], dtype=np.float64).reshape(task["size"])
        zoom = [b / a for a, b in zip(task["size"], task["other"])]
        y = ndimage.zoom(x, zoom, order=task["order"], mode="nearest", grid_mode=True, output=np.float64)
        print(json.dumps(y.ravel().tolist()))
        """

    private struct Task: Encodable {
        let values: [Float]
        let size, other: [Int]
        let order: Int
    }

    @Test(
        .enabled(if: PeerPython.has("scipy"), "\(PeerPython.missing("scipy"))"),
        arguments: [
            ([9, 12, 15], [14, 12, 31]), ([9, 12, 15], [5, 20, 7]), ([1, 30, 17], [1, 13, 40]), ([6, 1, 2], [3, 1, 5]),
        ], [3, 1])
    func volumesAreSciPys(_ sizes: ([Int], [Int]), _ order: Int) throws {
        let (size, other) = (GridSize(sizes.0), GridSize(sizes.1))
        let values = Self.volume(size)
        let found = GridResampling.resize(values, from: size, to: other, order == 3 ? .spline : .linearAtPoints)
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "task.json")
            try JSONEncoder().encode(Task(values: values, size: sizes.0, other: sizes.1, order: order)).write(to: url)
            let (status, output) = try PeerPython.run(["-c", Self.script, url.path])
            #expect(status == 0)
            let expected = try JSONDecoder().decode([Double].self, from: output)
            let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
            #expect(found.count == expected.count && worst < 2e-4, "\(worst)")
        }
    }

    /// On the way to the network splines stay between the least and the largest value, and scores come back without averaging.
    @Test func imagesKeepToTheirValues() throws {
        let native = GridSize([1, 1, 8])
        let route = GridRoute(
            native: native, spaced: GridSize([1, 1, 16]), fit: .pad(to: GridSize([1, 1, 16])), resampling: .spline,
            isAnisotropic: false)
        let step: [Float] = [0, 0, 0, 0, 1, 1, 1, 1]
        let free = GridResampling.resize(step, from: native, to: GridSize([1, 1, 16]), .spline)
        let kept = route.apply(toPlanes: [step])
        #expect(try #require(free.max()) > 1.01 && kept.max() == 1 && kept.min() == 0)
        #expect(zip(free, kept).allSatisfy { $1 == min(max($0, 0), 1) })
        // Twice as many scores as pixels: each pixel lies between two of them.
        #expect(route.restore(Array(repeating: [0, 1], count: 8).flatMap { $0 }) == Array(repeating: 0.5, count: 8))
        #expect(
            route.restore([0, 0, 0, 8] + [Float](repeating: 0, count: 12)) == [0, 4, 0, 0, 0, 0, 0, 0],
            "Pillow's triangle would spread it over three pixels")
    }
}
