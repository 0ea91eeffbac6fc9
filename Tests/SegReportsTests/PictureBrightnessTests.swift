import SegReports
import Testing

@Suite struct PictureBrightnessTests {
    @Test func colourPicturesAreShownAsTheyAre() {
        let stored: [[Float]] = [[51, 255], [51, 0], [51, 51]]
        let shown: [[Float]] = [[0.2, 1], [0.2, 0], [0.2, 0.2]]
        #expect(PictureBrightness.of(stored) == shown)
        let unit: [[Float]] = [[0.25, 1], [0.25, 0], [0.25, 0.5]]
        #expect(PictureBrightness.of(unit) == unit)
    }

    /// All channels alike, so that grey stays grey.
    @Test func otherRangesAreStretched() {
        let grey: [[Float]] = [[-1000, 0, 1000]]
        let shown: [[Float]] = [[0, 0.5, 1]]
        #expect(PictureBrightness.of(grey) == shown)
        let colours: [[Float]] = [[400, 3000], [400, 1000], [400, 100]]
        let planes = PictureBrightness.of(colours)
        #expect(planes[0][0] == planes[1][0] && planes[1][0] == planes[2][0])
    }
}
