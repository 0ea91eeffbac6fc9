import Randomness

/// A synthetic data set in the manner of robotic surgery: videos of instruments, made of four parts, over moving tissue.
///
/// Labels: 0 background, 1 shaft, 2 wrist, 3 claspers, 4 probe; the probe takes less than 0.5 % of the pixels. Highlights,
/// blood on the metal, unlabelled threads and gauze, haze and motion blur keep colour from telling the parts. Nothing in it
/// comes from a patient. The same parameters give the same pixels on every machine.
public struct SurgicalPhantom: Sendable, Equatable {
    /// Videos to make; a video stands in one split.
    public var videos: Int
    /// Frames of a video.
    public var frames: Int
    /// Pixels of a frame, left to right.
    public var width: Int
    /// Pixels of a frame, top to bottom.
    public var height: Int
    /// Another seed gives other scenes.
    public var seed: UInt64

    /// - Precondition: at least one video of one frame; frames of 32×32 or more.
    public init(videos: Int = 8, frames: Int = 24, width: Int = 160, height: Int = 128, seed: UInt64 = 1) {
        precondition(videos > 0 && frames > 0 && width >= 32 && height >= 32, "a surgical phantom needs a frame of 32×32 or more")
        self.videos = videos
        self.frames = frames
        self.width = width
        self.height = height
        self.seed = seed
    }

    /// Names of the labels 0 to 4.
    public static let classNames = ["background", "shaft", "wrist", "claspers", "probe"]

    /// One frame: `[height, width, 3]` and `[height, width]`, 8 bits each.
    struct Frame: Sendable {
        var colours: [UInt8]
        var labels: [UInt8]
    }

    /// The frames of one video, in order.
    func video(_ index: Int) -> [Frame] {
        var generator = SeededGenerator(seed: seed, index)
        let tissue = TissueScene(&generator)
        let camera = SurgicalCamera(&generator)
        let instruments = (0..<2 + generator.index(below: 2)).map { number in
            SurgicalInstrument(
                fromLeft: (number + index).isMultiple(of: 2), holdsProbe: number == 0,
                aspect: Double(height) / Double(width), generator: &generator)
        }
        return (0..<frames).map { frame in
            let time = Double(frame)
            var canvas = Canvas(width: width, height: height)
            tissue.paint(&canvas, time: time)
            var layer = InstrumentLayer(width: width, height: height)
            for instrument in instruments { layer.add(instrument, time: time) }
            canvas.shade(below: layer)
            canvas.lay(layer)
            return Frame(colours: camera.expose(canvas, time: time, generator: &generator), labels: layer.labels)
        }
    }
}
