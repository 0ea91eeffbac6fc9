import Foundation
import MedicalImages
import SegReports
import TestSupport
import Testing

/// Pages as a browser shows them.
struct BrowserTests {
    private static let chromium = ["chromium", "chromium-browser", "google-chrome"].lazy.compactMap { name in
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { URL(filePath: "\($0)/\(name)") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }.first

    /// A colour that nothing else on the page has stands at every figure's left upper corner; where the pixels of the screenshot
    /// have it, the figure is there.
    @Test(.enabled(if: BrowserTests.chromium != nil, "no chromium, chromium-browser or google-chrome in PATH"))
    func showsEveryFigure() throws {
        let chromium = try #require(Self.chromium)
        let page = try SampleReport.make(runCount: 1).page
        try withTemporaryFolder { folder in
            let (file, picture) = (folder.appending(path: "report.html"), folder.appending(path: "report.png"))
            let mark = "<style>figure { border-left: 6px solid #ff00ff }</style></head>"
            try page.html.replacingOccurrences(of: "</head>", with: mark).write(to: file, atomically: true, encoding: .utf8)
            let browser = Process()
            browser.executableURL = chromium
            browser.arguments = [
                "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1000,9000",
                "--user-data-dir=\(folder.path)/profile", "--screenshot=\(picture.path)", "file://\(file.path)",
            ]
            (browser.standardOutput, browser.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
            try browser.run()
            browser.waitUntilExit()
            #expect(browser.terminationStatus == 0)
            let stripes = try Self.stripes(in: PNG.read(picture))
            #expect(stripes.count == 10, "\(stripes)")
            #expect(stripes.allSatisfy { $0 > 150 }, "every figure has some height: \(stripes)")
        }
    }

    /// The lengths of the columns of magenta, from the top.
    private static func stripes(in image: MedicalImage) throws -> [Int] {
        let values = image.realValues()
        let (width, height) = (image.extent.width, image.extent.height)
        let plane = width * height
        func isMarked(_ row: Int) -> Bool {
            (0..<width / 4).contains { column in
                let index = row * width + column
                return values[index] == 255 && values[plane + index] == 0 && values[2 * plane + index] == 255
            }
        }
        var lengths: [Int] = []
        var length = 0
        for row in 0..<height {
            if isMarked(row) {
                length += 1
            } else if length > 0 {
                lengths.append(length)
                length = 0
            }
        }
        return length > 0 ? lengths + [length] : lengths
    }
}
