import Foundation
import MarginCalibration
import SegLosses
import Testing
import Torch

/// docs/LIBRARY.md shows code that is compiled and run here.
@Suite struct LibraryPageTests {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent()

    /// The Swift blocks of the page, in order.
    private static func blocks() throws -> [String] {
        let page = tests.deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/LIBRARY.md")
        let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```swift\n").dropFirst()
        return parts.map { $0.components(separatedBy: "```")[0] }
    }

    @Test(arguments: ["TrainingLoop", "Offsets"])
    func thePageShowsTheFileThatIsCompiled(name: String) throws {
        let source = try String(contentsOf: Self.tests.appending(path: "\(name).swift"), encoding: .utf8)
        let blocks = try Self.blocks()
        #expect(blocks.contains(source), "docs/LIBRARY.md shows Tests/LibraryPageTests/\(name).swift as it stands")
    }

    /// Bright squares on a dark ground: the loop learns them, and a frame of ignored pixels does no harm.
    @Test func theTrainingLoopLearns() throws {
        let side = 32
        var pixels = [Float](repeating: -0.5, count: side * side)
        var labels = [UInt8](repeating: 0, count: side * side)
        for row in 8..<20 {
            for column in 8..<20 {
                pixels[row * side + column] = 0.5
                labels[row * side + column] = 1
            }
        }
        for column in 0..<side { labels[column] = 255 }
        let batch = (
            images: try Tensor(pixels, shape: [1, 1, side, side]), labels: try Tensor(labels, shape: [1, side, side])
        )
        let losses = try train(Array(repeating: batch, count: 12), pixelsOfEachClass: [900_000, 100_000])
        #expect(losses.count == 12)
        #expect(losses[11] < 0.7 * losses[0], "\(losses)")
    }

    @Test func theOffsetsAreThoseOfTheCorollary() throws {
        let (loss, offsets) = try calibratedLoss(pixelsOfEachClass: [900_000, 100_000])
        #expect(loss.marginOffsets == [offsets])
        // ρ_01 = 10·√900000 / 100000
        #expect(abs(offsets.rho0k[1] - 0.0948683298) < 1e-9)
    }
}
