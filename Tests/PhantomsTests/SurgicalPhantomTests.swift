import CaseTestSupport
import Foundation
import MedicalImages
import Testing

@testable import DataSets
@testable import Phantoms

struct SurgicalPhantomTests {
    private let small = SurgicalPhantom(videos: 3, frames: 4, width: 48, height: 40, seed: 7)

    @Test func sameSeedSameBytes() {
        let first = hash(small.video(1))
        #expect(first == hash(small.video(1)))
        #expect(first != hash(small.video(0)))
        #expect(first != hash(SurgicalPhantom(videos: 3, frames: 4, width: 48, height: 40, seed: 8).video(1)))
        // Promised to be the same everywhere and in every release.
        #expect(first == 1_352_569_964_725_417_060, "the phantom's bytes have changed")
    }

    @Test func partsHaveTheirShares() {
        let phantom = SurgicalPhantom(videos: 6, frames: 12, width: 64, height: 48, seed: 1)
        var counts = [Int](repeating: 0, count: SurgicalPhantom.classNames.count)
        for index in 0..<phantom.videos {
            for frame in phantom.video(index) {
                for label in frame.labels { counts[Int(label)] += 1 }
            }
        }
        let shares = counts.map { Double($0) / Double(counts.reduce(0, +)) }
        #expect(shares[0] > 0.7, "\(shares)")
        #expect((0.05...0.25).contains(shares[1]), "\(shares)")
        #expect((0.005...0.05).contains(shares[2]), "\(shares)")
        #expect((0.005...0.05).contains(shares[3]), "\(shares)")
        #expect(shares[4] > 0 && shares[4] < 0.005, "\(shares)")
    }

    @Test func instrumentsMoveSmoothly() {
        let frames = SurgicalPhantom(videos: 1, frames: 6, width: 64, height: 48, seed: 2).video(0)
        for (before, after) in zip(frames, frames.dropFirst()) {
            let both = zip(before.labels, after.labels).count { $0 > 0 && $1 > 0 }
            let either = zip(before.labels, after.labels).count { $0 > 0 || $1 > 0 }
            #expect(Double(both) / Double(either) > 0.5)
            #expect(before.labels != after.labels)
        }
    }

    @Test func writesADataSetInPlace() throws {
        let folder = try TemporaryFolder()
        let phantom = SurgicalPhantom(videos: 3, frames: 2, width: 40, height: 32, seed: 1)
        try phantom.write(to: folder("scene"))
        let data = try dataSet(at: folder("scene"), classNames: SurgicalPhantom.classNames)
        #expect(Split.allCases.map(data.count) == [2, 2, 2])
        let frame = try #require(data.cases(of: .train).last)
        #expect(frame.id == "video_1_frame_001")
        #expect(frame.group == "video_1")
        let image = try ImageFile.read(frame.image.first)
        #expect(image.extent == Extent(width: 40, height: 32, channels: 3))
        let label = try ImageFile.read(#require(frame.label?.first))
        let expected = phantom.video(0)[1]
        #expect(try label.labelValues() == expected.labels.map(Int32.init))
        let red = expected.colours.enumerated().filter { $0.offset % 3 == 0 }.map { Float($0.element) }
        #expect(Array(image.realValues().prefix(40 * 32)) == red)
    }
}
