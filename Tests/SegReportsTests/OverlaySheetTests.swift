import MedicalImages
import SegReports
import TestSupport
import Testing

struct OverlaySheetTests {
    private func panel(width: Int, height: Int, intensity: Float) -> OverlayPanel {
        let labels = [UInt8](repeating: 0, count: width * height)
        return OverlayPanel(
            planes: [[Float](repeating: intensity, count: width * height)], width: width, height: height,
            truth: labels, prediction: labels)
    }

    @Test func casesStackAsRows() {
        let picture = OverlaySheet([panel(width: 2, height: 1, intensity: 0), panel(width: 1, height: 2, intensity: 1)]).render()
        #expect(picture.width == 4 * 256 + 3 * 8)
        #expect(picture.height == 128 + 8 + 256)
        #expect(picture[0, 127] == RGB(0, 0, 0))
        #expect(picture[100, 128] == RGB(255, 255, 255))
        // the narrow row is 4 · 128 + 3 · 8 wide, and paper beyond
        #expect(picture[4 * 128 + 23, 136] == RGB(128, 128, 128))
        #expect(picture[4 * 128 + 24, 136] == RGB(255, 255, 255))
    }

    @Test func isWrittenAsAReadablePNG() throws {
        let sheet = OverlaySheet([panel(width: 2, height: 1, intensity: 0.5)])
        let image = try withTemporaryFolder { folder in
            let file = folder.appending(path: "overlay.png")
            try sheet.write(to: file)
            return try PNG.read(file)
        }
        let picture = sheet.render()
        #expect(image.extent == Extent(width: picture.width, height: picture.height, channels: 3))
        let planes = (0..<3).map { channel in
            stride(from: channel, to: picture.bytes.count, by: 3).map { Float(picture.bytes[$0]) }
        }
        #expect(image.realValues() == planes.flatMap { $0 })
    }
}
