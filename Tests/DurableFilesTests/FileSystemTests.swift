import DurableFiles
import Foundation
import TestSupport
import Testing

struct FileSystemTests {
    struct Misuse: CustomTestStringConvertible, Sendable {
        let name: String
        let call: @Sendable (URL) throws -> Void
        /// After the path.
        let message: String
        var testDescription: String { "\(message) (\(name))" }
    }

    /// Each gets a folder that holds the file `file` and the folder `folder`.
    static let misuses = [
        Misuse(name: "missing", call: { _ = try FileSystem.read($0) }, message: "cannot be read: no such file"),
        Misuse(name: "folder", call: { _ = try FileSystem.read($0) }, message: "cannot be read: it is a folder, expected a file"),
        Misuse(name: "file/below", call: { _ = try FileSystem.read($0) }, message: "cannot be read: no such file"),
        Misuse(name: "missing", call: { try FileSystem.requireFile($0) }, message: "cannot be read: no such file"),
        Misuse(
            name: "folder", call: { try FileSystem.requireFile($0) }, message: "cannot be read: it is a folder, expected a file"),
        Misuse(name: "missing", call: { try FileSystem.requireFolder($0) }, message: "cannot be read: no such folder"),
        Misuse(
            name: "file", call: { try FileSystem.requireFolder($0) }, message: "cannot be read: it is a file, expected a folder"),
        Misuse(name: "missing", call: { _ = try FileSystem.list($0) }, message: "cannot be read: no such folder"),
        Misuse(name: "file", call: { _ = try FileSystem.list($0) }, message: "cannot be read: it is a file, expected a folder"),
    ]

    @Test(arguments: misuses)
    func errorsNameThePathAndTheReason(misuse: Misuse) throws {
        try withFileAndFolder { folder in
            let url = folder.appending(path: misuse.name)
            #expect(messageThrown { try misuse.call(url) } == "\(url.path) \(misuse.message)")
        }
    }

    @Test(arguments: [("file", FileSystem.Kind.file), ("folder", .folder), ("missing", .missing), ("file/below", .missing)])
    func kinds(name: String, expected: FileSystem.Kind) throws {
        try withFileAndFolder { #expect(FileSystem.kind(of: $0.appending(path: name)) == expected) }
    }

    /// As git-annex leaves what it has not fetched.
    @Test func aLinkThatLeadsNowhereIsNamed() throws {
        try withFileAndFolder { folder in
            let url = folder.appending(path: "link")
            try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: "annex/SHA256E-1.nii.gz")
            #expect(
                messageThrown { try FileSystem.requireFile(url) }
                    == "\(url.path) cannot be read: it is a link to annex/SHA256E-1.nii.gz, which is not there; "
                    + "where git-annex or DataLad keeps the data, fetch it first")
        }
    }

    @Test func requirementsThatHold() throws {
        try withFileAndFolder { folder in
            try FileSystem.requireFile(folder.appending(path: "file"))
            try FileSystem.requireFolder(folder.appending(path: "folder"))
        }
    }

    /// As an old archive unpacks a name in Latin-1; HFS+ and APFS hold no such names.
    #if os(Linux)
        @Test func aNameThatIsNotUTF8IsReported() throws {
            try withTemporaryFolder { folder in
                let path = Array("\(folder.path)/sc".utf8) + [0xe9] + Array("an \"1\".png".utf8)
                let descriptor = path.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { name in
                    (Array(name) + [0]).withUnsafeBufferPointer { creat($0.baseAddress!, 0o644) }  // not empty
                }
                #expect(descriptor >= 0)
                close(descriptor)
                #expect(
                    messageThrown { _ = try FileSystem.list(folder) }
                        == "\(folder.path) cannot be read: it holds a name that is not UTF-8, \"sc\\xe9an \"1\".png\"; rename that file"
                )
            }
        }
    #endif

    @Test func foldersAreMadeWithThoseAbove() throws {
        try withTemporaryFolder { folder in
            let deep = folder.appending(path: "a/b/c")
            try FileSystem.makeFolder(deep)
            try FileSystem.requireFolder(deep)
            try FileSystem.makeFolder(deep)  // one that exists is fine
        }
    }

    @Test(arguments: ["file", "file/below", "file/far/below"])
    func aFileInTheWayOfAFolderIsNamed(name: String) throws {
        try withFileAndFolder { folder in
            let url = folder.appending(path: name)
            let message = messageThrown { try FileSystem.makeFolder(url) }
            #expect(message == "\(url.path) cannot be made: \(folder.appending(path: "file").path) is a file")
        }
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
            let url = folder.appending(path: "new")
            let message = try #require(messageThrown { try asOrdinaryUser { try FileSystem.makeFolder(url) } })
            #expect(message.hasPrefix("\(url.path) cannot be made: "))
            #expect(message.lowercased().contains("permission"))  // the words are Foundation's and differ by system
        }
    }

    @Test func aFolderWithoutPermissionIsNamed() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
            #expect(
                messageThrown { try asOrdinaryUser { try FileSystem.makeFolder(folder) } }
                    == "\(folder.path) cannot be written to: Permission denied")
        }
    }

    /// The reason is the system's, whichever folder of the path it is that cannot be made.
    @Test func theSystemsReasonIsGiven() throws {
        #if os(Linux)
            let url = URL(filePath: "/proc/none/run")
            #expect(
                messageThrown { try FileSystem.makeFolder(url) }
                    == "/proc/none/run cannot be made: \(String(cString: strerror(ENOENT)))")
        #endif
    }

    @Test func aPlaceForAFolderIsLookedForWithoutMakingIt() throws {
        try withFileAndFolder { folder in
            let new = folder.appending(path: "folder/a/b")
            let place = try FileSystem.requirePlace(forFolder: new)
            #expect(place.path == folder.appending(path: "folder").path)
            #expect(FileSystem.kind(of: folder.appending(path: "folder/a")) == .missing)
            let file = folder.appending(path: "file")
            #expect(
                messageThrown { try FileSystem.requirePlace(forFolder: file.appending(path: "run")) }
                    == "\(file.path)/run cannot be made: \(file.path) is a file")
        }
    }

    @Test func listsAsAPersonCounts() throws {
        try withTemporaryFolder { folder in
            let names = ["case_10.nii.gz", "case_2.nii.gz", ".hidden", "case_1.nii.gz", "b", "a"]
            for name in names { try DurableFile.write("", to: folder.appending(path: name)) }
            let listed = try FileSystem.list(folder).map(\.lastPathComponent)
            #expect(listed == ["a", "b", "case_1.nii.gz", "case_2.nii.gz", "case_10.nii.gz"])
        }
    }

    @Test(arguments: [
        (["case_10", "case_2"], ["case_2", "case_10"]),
        (["frame100", "frame099", "frame9"], ["frame9", "frame099", "frame100"]),
        (["v1.10", "v1.9", "v1"], ["v1", "v1.9", "v1.10"]),
        (["part2/case_1", "part1/case_12", "part1/case_3"], ["part1/case_3", "part1/case_12", "part2/case_1"]),
        ([], []),
    ])
    func digitsCompareByValue(names: [String], expected: [String]) {
        #expect(names.sortedAsCounted() == expected)
    }

    /// Names that count alike (`1`, `01`) still have one order, so that lists do not depend on the file system's.
    @Test func theOrderIsTotal() {
        let names = ["case_01", "case_1", "case_001", "case_2", "Case_1"]
        let sorted = names.sortedAsCounted()
        #expect(names.reversed().sortedAsCounted() == sorted)
        #expect(names.sorted().sortedAsCounted() == sorted)
    }

    private func withFileAndFolder(_ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try DurableFile.write("text", to: folder.appending(path: "file"))
            try FileSystem.makeFolder(folder.appending(path: "folder"))
            try body(folder)
        }
    }

    @Test func aStreamIsReadToItsEnd() throws {
        let pipe = Pipe()
        let text = Data(String(repeating: "seed: 1\n", count: 1000).utf8)
        try pipe.fileHandleForWriting.write(contentsOf: text)
        try pipe.fileHandleForWriting.close()
        let url = URL(filePath: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
        let data = try withExtendedLifetime(pipe) { try FileSystem.read(url) }
        #expect(data == text)
    }
}
