import DurableFiles
import Foundation
import TestSupport
import Testing

struct DurableFileTests {
    @Test func remainsOfSomeFilesAreRemovedAlone() throws {
        try withTemporaryFolder { folder in
            let names = [
                ".a.nii.gz.12-3.part", ".b.nii.gz.12-3.part", ".a.nii.gz.part", "a.nii.gz", ".part", ".x.a.nii.gz.1-2.part",
            ]
            for name in names { try Data().write(to: folder.appending(path: name)) }
            DurableFile.removeParts(of: ["a.nii.gz", "c.nii.gz"], in: folder)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(Set(left) == Set(names).subtracting([".a.nii.gz.12-3.part"]))
        }
    }

    @Test(arguments: [0, 1, 4096, 3_000_000])
    func readsBackWhatWasWritten(byteCount: Int) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "data.bin")
            let data = Data((0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            try DurableFile.write(data, to: file)
            #expect(try FileSystem.read(file) == data)
            #expect(try everything(in: folder) == ["data.bin"])
        }
    }

    @Test(arguments: ["", "one line\n", "Größe ρ₀ₖ\n"])
    func textIsWrittenAsUTF8(text: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a text.txt")
            try DurableFile.write(text, to: file)
            #expect(try FileSystem.read(file) == Data(text.utf8))
        }
    }

    @Test func appendsInOrder() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "stream")
            try DurableFile.write(to: file) { writer in
                for number in 0..<100 { try writer.append(Data("\(number),".utf8)) }
            }
            let expected = (0..<100).map { "\($0)," }.joined()
            #expect(try FileSystem.read(file) == Data(expected.utf8))
        }
    }

    /// A second name keeps the bytes that the first had; also where both are one file already.
    @Test func aSecondNameKeepsTheOldBytes() throws {
        try withTemporaryFolder { folder in
            let (new, old) = (folder.appending(path: "last"), folder.appending(path: "previous"))
            try DurableFile.write("0", to: old)
            try DurableFile.write("1", to: new)
            for _ in 0..<2 { try DurableFile.link(new, to: old) }
            try DurableFile.write("2", to: new)
            #expect(try FileSystem.read(old) == Data("1".utf8))
            #expect(try FileSystem.read(new) == Data("2".utf8))
            #expect(try everything(in: folder) == ["last", "previous"])
            let missing = folder.appending(path: "missing")
            let message = messageThrown { try DurableFile.link(missing, to: old) }
            #expect(message == "\(missing.path) cannot be read: no such file")
        }
    }

    @Test func whatKilledWritersLeftIsRemoved() throws {
        try withTemporaryFolder { folder in
            for name in [".last.1-2.part", "kept.part", ".kept"] { try Data().write(to: folder.appending(path: name)) }
            DurableFile.removeParts(in: folder)
            #expect(try everything(in: folder) == [".kept", "kept.part"])
        }
    }

    /// While the new file is being written, and for whoever opened it before, the old content is there whole.
    @Test func readersSeeTheOldFileOrTheNewOne() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "checkpoint")
            try DurableFile.write("old", to: file)
            let early = try FileHandle(forReadingFrom: file)
            try DurableFile.write(to: file) { writer in
                try writer.append(Data("new and longer".utf8))
                #expect(try FileSystem.read(file) == Data("old".utf8))
            }
            #expect(try FileSystem.read(file) == Data("new and longer".utf8))
            #expect(try early.readToEnd() == Data("old".utf8))
        }
    }

    private struct Interrupted: Error {}

    @Test(arguments: [nil, "old"])
    func aBodyThatThrowsLeavesEverythingAsItWas(old: String?) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "checkpoint")
            if let old { try DurableFile.write(old, to: file) }
            #expect(throws: Interrupted.self) {
                try DurableFile.write(to: file) { writer in
                    try writer.append(Data("half of the new".utf8))
                    throw Interrupted()
                }
            }
            #expect(try everything(in: folder) == (old == nil ? [] : ["checkpoint"]))
            if let old { #expect(try FileSystem.read(file) == Data(old.utf8)) }
        }
    }

    @Test func aFolderInTheWayStays() throws {
        try withTemporaryFolder { folder in
            let target = folder.appending(path: "taken")
            try FileSystem.makeFolder(target)
            let message = messageThrown { try DurableFile.write("text", to: target) }
            #expect(message == "\(target.path) cannot be put in place: Is a directory")
            #expect(try everything(in: folder) == ["taken"])
        }
    }

    @Test func aMissingFolderIsNamed() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "missing/file.txt")
            let message = messageThrown { try DurableFile.write("text", to: file) }
            #expect(message == "\(file.path) cannot be written: No such file or directory")
        }
    }

    @Test func aFileAsFolderIsNamed() throws {
        try withTemporaryFolder { folder in
            try DurableFile.write("text", to: folder.appending(path: "file"))
            let below = folder.appending(path: "file/below")
            let message = messageThrown { try DurableFile.write("text", to: below) }
            #expect(message == "\(below.path) cannot be written: Not a directory")
        }
    }

    @Test func aFolderWithoutPermissionIsNamed() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
            let file = folder.appending(path: "file")
            let message = messageThrown { try asOrdinaryUser { try DurableFile.write("text", to: file) } }
            #expect(message == "\(file.path) cannot be written: Permission denied")
        }
    }

    /// Hidden files too.
    private func everything(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }
}
