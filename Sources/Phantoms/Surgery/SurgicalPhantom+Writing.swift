import DurableFiles
import Foundation
import MedicalImages
import Sampling

extension SurgicalPhantom {
    /// Writes the data set: `images/video_1_frame_000.png` (RGB) and `labels/video_1_frame_000.png` (0 to 4), …, `split.csv`,
    /// `README.txt`.
    ///
    /// - Parameters:
    ///   - folder: missing or empty.
    ///   - workers: videos made at the same time; the bytes do not depend on it.
    /// - Throws: `PhantomFolderError` where the folder holds something; `FileError`.
    public func write(to folder: URL, workers: Int = 2) throws {
        let place = try PhantomFolder(making: folder)
        _ = try concurrentMap(Array(0..<videos), workers: workers) { index in
            for (number, frame) in video(index).enumerated() {
                let file = name(video: index, frame: number)
                try PNG.write(rgb: frame.colours, width: width, height: height, to: place.images.appendingPathComponent(file))
                try PNG.write(gray: frame.labels, width: width, height: height, to: place.labels.appendingPathComponent(file))
            }
        }
        let rows = (0..<videos).flatMap { video in
            (0..<frames).map { frame in
                (
                    file: name(video: video, frame: frame), group: "video_\(video + 1)",
                    split: PhantomFolder.split(video, of: videos)
                )
            }
        }
        try place.finish(
            rows: rows,
            note: """
                Synthetic surgical video. Nothing here comes from a patient, and nothing here is fit for any clinical use.
                Made by MarginSeg: \(videos) videos of \(frames) frames, \(width)x\(height), seed \(seed).
                images/ RGB, labels/ 0 background, 1 shaft, 2 wrist, 3 claspers, 4 probe; a video stands in one split.

                """)
    }

    private func name(video: Int, frame: Int) -> String {
        let digits = String(frame)
        return "video_\(video + 1)_frame_" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + ".png"
    }
}
