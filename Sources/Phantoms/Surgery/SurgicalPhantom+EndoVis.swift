import DurableFiles
import Foundation
import MedicalImages
import Sampling

extension SurgicalPhantom {
    /// Writes the videos as EndoVis 2017 lie: `instrument_dataset_1/left_frames/frame000.png` (RGB) and
    /// `ground_truth/Other_labels/frame000.png` (0 background, 10 shaft, 20 wrist, 30 claspers, 40 probe).
    ///
    /// Of EndoVis' frame numbers those are taken that put two thirds of each video into the paper's training split and a sixth
    /// each into validation and test.
    ///
    /// - Parameters:
    ///   - folder: missing or empty.
    ///   - workers: videos made at the same time; the bytes do not depend on it.
    /// - Throws: `PhantomFolderError` where the folder holds something; `FileError`.
    /// - Precondition: three frames or more, 225 at most.
    public func writeEndoVis(to folder: URL, workers: Int = 2) throws {
        precondition((3...225).contains(frames), "a video needs a frame in every split")
        try PhantomFolder.requireEmpty(folder)
        let held = max(1, frames / 6)
        let numbers = Array(0..<frames - 2 * held) + (0..<held).map { 150 + $0 } + (0..<held).map { 175 + $0 }
        _ = try concurrentMap(Array(0..<videos), workers: workers) { index in
            let place = folder.appending(path: "instrument_dataset_\(index + 1)")
            let (images, masks) = (place.appending(path: "left_frames"), place.appending(path: "ground_truth/Other_labels"))
            try FileSystem.makeFolder(images)
            try FileSystem.makeFolder(masks)
            for (number, frame) in zip(numbers, video(index)) {
                let name = String(format: "frame%03d.png", number)
                try PNG.write(rgb: frame.colours, width: width, height: height, to: images.appending(path: name))
                try PNG.write(
                    gray: frame.labels.map { 10 * $0 }, width: width, height: height, to: masks.appending(path: name))
            }
        }
    }
}
