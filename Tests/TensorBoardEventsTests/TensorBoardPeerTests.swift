import Foundation
import TestSupport
import Testing

@testable import TensorBoardEvents

/// The files as TensorBoard's own reader sees them, where `PeerPython` has it.
@Suite struct TensorBoardPeerTests {
    private struct Reading: Decodable {
        struct Picture: Decodable, Equatable {
            let step: Int
            let width: Int
            let height: Int
            let bytes: [UInt8]
        }
        struct Spread: Decodable, Equatable {
            let step: Int
            let min: Double
            let max: Double
            let num: Double
            let sum: Double
            let sumSquares: Double
            let limits: [Double]
            let counts: [Double]
        }
        let scalars: [String: [[Double]]]
        let images: [String: [Picture]]
        let histograms: [String: [Spread]]
        /// Of each tag, the plugin that shows it and the steps there are, as the server sees them.
        let plugins: [String: String]
        let steps: [String: [Int]]
    }

    private static let script = """
        import json, sys
        from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator

        everything = {name: 0 for name in event_accumulator.DEFAULT_SIZE_GUIDANCE}
        a = event_accumulator.EventAccumulator(sys.argv[1], size_guidance=everything)
        a.Reload()
        tags = a.Tags()
        served = plugin_event_accumulator.EventAccumulator(sys.argv[1], tensor_size_guidance=None)
        served.Reload()
        def spread(e):
            h = e.histogram_value
            return dict(step=e.step, min=h.min, max=h.max, num=h.num, sum=h.sum, sumSquares=h.sum_squares,
                        limits=list(h.bucket_limit), counts=list(h.bucket))
        json.dump({
            "scalars": {t: [[e.step, e.value] for e in a.Scalars(t)] for t in tags["scalars"]},
            "images": {t: [dict(step=e.step, width=e.width, height=e.height, bytes=list(e.encoded_image_string))
                           for e in a.Images(t)] for t in tags["images"]},
            "histograms": {t: [spread(e) for e in a.Histograms(t)] for t in tags["histograms"]},
            "plugins": {t: served.SummaryMetadata(t).plugin_data.plugin_name for t in served.Tags()["tensors"]},
            "steps": {t: [e.step for e in served.Tensors(t)] for t in served.Tags()["tensors"]},
        }, sys.stdout)
        """

    private func readByTensorBoard(_ folder: URL) throws -> Reading {
        let (status, output) = try PeerPython.run(["-c", Self.script, folder.path])
        try #require(status == 0, "the Python script failed")
        return try JSONDecoder().decode(Reading.self, from: output)
    }

    @Test(.enabled(if: PeerPython.has("tensorboard"), "\(PeerPython.missing("tensorboard"))"))
    func tensorBoardReadsTheSame() throws {
        try withTemporaryFolder { folder in
            // A session that ends in a torn record at step 4, and one that goes on from step 3.
            let first = try EventFile(in: folder)
            for step in 1...4 {
                try first.append(
                    [Summary("loss/train", .scalar(Double(step)))] + EventFileTests.summaries.dropFirst(), step: step)
            }
            try Data(contentsOf: first.url).dropLast(5).write(to: first.url)
            let second = try EventFile(in: folder, from: 3)
            for step in 3...5 { try second.append([Summary("loss/train", .scalar(Double(10 * step)))], step: step) }

            let reading = try readByTensorBoard(folder)
            #expect(reading.scalars == ["loss/train": [[1, 1], [2, 2], [3, 30], [4, 40], [5, 50]]])
            #expect(
                reading.images == ["cases/a": [1, 2].map { .init(step: $0, width: 5, height: 4, bytes: [1, 2, 3]) }])
            let expected = [1, 2].map {
                Reading.Spread(
                    step: $0, min: -1.5, max: 2, num: 4, sum: 0.75, sumSquares: 7, limits: [-1, 0, 1, 2], counts: [1, 0, 2, 1])
            }
            #expect(reading.histograms == ["margins/own/lesion": expected])
            #expect(
                reading.plugins == ["loss/train": "scalars", "cases/a": "images", "margins/own/lesion": "histograms"])
            #expect(
                reading.steps == ["loss/train": [1, 2, 3, 4, 5], "cases/a": [1, 2], "margins/own/lesion": [1, 2]])
        }
    }
}
