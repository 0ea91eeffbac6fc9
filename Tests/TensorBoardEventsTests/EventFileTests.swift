import Foundation
import TestSupport
import Testing

@testable import TensorBoardEvents

struct EventFileTests {
    static let histogram = Summary.Histogram(
        minimum: -1.5, maximum: 2, sum: 0.75, sumOfSquares: 7, upperBounds: [-1, 0, 1, 2], counts: [1, 0, 2, 1])
    static let summaries = [
        Summary("loss/train", .scalar(0.25)), Summary("cases/a", .image(png: Data([1, 2, 3]), width: 5, height: 4)),
        Summary("margins/own/lesion", .histogram(histogram)),
    ]

    @Test func whatIsWrittenIsRead() throws {
        try withTemporaryFolder { folder in
            let file = try EventFile(in: folder.appending(path: "tensorboard"))
            let date = Date(timeIntervalSince1970: 1_700_000_000.5)
            try file.append(Self.summaries, step: 7, at: date)
            // Seen while the file is open.
            let events = try WireEvents.read(file.url)
            #expect(events.count == 3)
            #expect(events.map(\.fileVersion) == ["brain.Event:2", "", ""])
            #expect(events[1].sessionLog.status == .start)
            let event = events[2]
            #expect((event.step, event.wallTime) == (7, 1_700_000_000.5))
            #expect(event.summary.value.map(\.tag) == Self.summaries.map(\.tag))
            #expect(event.summary.value[0].simpleValue == 0.25)
            let image = event.summary.value[1].image
            #expect((image.width, image.height, image.colorspace) == (5, 4, 3))
            #expect(image.encodedImageString == Data([1, 2, 3]))
            let found = event.summary.value[2].histo
            #expect((found.min, found.max, found.num, found.sum, found.sumSquares) == (-1.5, 2, 4, 0.75, 7))
            #expect(found.bucketLimit == [-1, 0, 1, 2])
            #expect(found.bucket == [1, 0, 2, 1])
        }
    }

    /// A session's file is read after those of the sessions before, also where the clock was set back.
    @Test func filesOfSessionsAreInOrder() throws {
        try withTemporaryFolder { folder in
            let future = "events.out.tfevents.\(Int(Date.now.timeIntervalSince1970) + 3600).elsewhere"
            try Data().write(to: folder.appending(path: future))
            let names = try (0..<3).map { try EventFile(in: folder, from: $0).url.lastPathComponent }
            #expect(([future] + names).sorted() == [future] + names)
            let steps = try names.map { try WireEvents.read(folder.appending(path: $0)).map(\.step) }
            #expect(steps == [[0, 0], [1, 1], [2, 2]])
        }
    }

    @Test func aTornRecordEndsTheFile() throws {
        try withTemporaryFolder { folder in
            let file = try EventFile(in: folder)
            for step in 1...3 { try file.append([Summary("a", .scalar(1))], step: step) }
            let whole = try Data(contentsOf: file.url)
            for cut in 1...20 {
                try whole.dropLast(cut).write(to: file.url)
                let steps = try WireEvents.read(file.url).map(\.step)
                #expect(steps == [0, 0, 1, 2], "\(cut) bytes are missing")
            }
        }
    }

    @Test func aFolderThatCannotBeIsTold() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "tensorboard")
            try Data().write(to: file)
            let message = messageThrown { _ = try EventFile(in: file) }
            #expect(message == "\(file.path) cannot be made: \(file.path) is a file")
        }
    }
}
