import Foundation
import TestSupport
import Testing

@testable import DurableFiles

@Suite struct OutputFilesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let outputs: [String]
        var inputs: [String] = []
        var permissions: OutputFiles.Permissions = []
        /// After `DIR/…: `, its beginning; nil: nothing is wrong.
        let says: String?
    }

    /// There are `a.txt`, its links `soft.txt` and `hard.txt`, `loose.txt` that leads nowhere, `sub/`, and `again`, a link to the
    /// folder.
    static let rows = [
        Row(testDescription: "new files", outputs: ["x.txt", "sub/x.txt"], inputs: ["a.txt"], says: nil),
        Row(
            testDescription: "an input", outputs: ["x.txt", "a.txt"], inputs: ["a.txt"], permissions: .replacing,
            says: "a.txt cannot be written: it is an input of this command; name another"),
        Row(
            testDescription: "an input by the folder's other name", outputs: ["again/a.txt"], inputs: ["a.txt"],
            permissions: .replacing, says: "again/a.txt cannot be written: it is an input"),
        Row(
            testDescription: "an input by a way round", outputs: ["sub/../a.txt"], inputs: ["a.txt"], permissions: .replacing,
            says: "a.txt cannot be written: it is an input"),
        Row(
            testDescription: "an input by its link", outputs: ["soft.txt"], inputs: ["a.txt"], permissions: .replacing,
            says: "soft.txt cannot be written: it is an input"),
        Row(
            testDescription: "an input by its second name", outputs: ["hard.txt"], inputs: ["a.txt"], permissions: .replacing,
            says: "hard.txt cannot be written: it is an input"),
        Row(
            testDescription: "two outputs of one name", outputs: ["x.txt", "again/x.txt"],
            says: "again/x.txt cannot be written: 1 and 2 would both become this file"),
        Row(testDescription: "names that differ in case", outputs: ["x.txt", "X.txt"], says: nil),
        Row(testDescription: "a file that exists", outputs: ["a.txt"], says: "a.txt cannot be written: it exists already; name"),
        Row(testDescription: "it may be replaced", outputs: ["a.txt"], permissions: .replacing, says: nil),
        Row(testDescription: "a link to nowhere", outputs: ["loose.txt"], says: "loose.txt cannot be written: it exists already"),
        Row(
            testDescription: "a folder", outputs: ["sub"], permissions: .replacing,
            says: "sub cannot be written: a folder of this name is there"),
        Row(
            testDescription: "a folder that is missing", outputs: ["no/x.txt"],
            says: "no/x.txt cannot be written: there is no folder DIR/no; make it first"),
        Row(testDescription: "it will be made", outputs: ["no/x.txt"], permissions: .makingFolders, says: nil),
        Row(
            testDescription: "a file as folder", outputs: ["a.txt/b/x.txt"], permissions: .makingFolders,
            says: "a.txt/b cannot be made: DIR/a.txt is a file"),
    ]

    @Test(arguments: rows)
    func refusesWhatWouldBeLost(_ row: Row) throws {
        try withTemporaryFolder { folder in
            let manager = FileManager.default
            try Data("a".utf8).write(to: folder.appending(path: "a.txt"))
            try manager.createDirectory(at: folder.appending(path: "sub"), withIntermediateDirectories: true)
            for (name, target) in [("soft.txt", "a.txt"), ("loose.txt", "nowhere"), ("again", ".")] {
                try manager.createSymbolicLink(
                    atPath: folder.appending(path: name).path, withDestinationPath: folder.appending(path: target).path)
            }
            try manager.linkItem(at: folder.appending(path: "a.txt"), to: folder.appending(path: "hard.txt"))
            let message = messageThrown {
                try OutputFiles.check(
                    row.outputs.enumerated().map { .init(folder.appending(path: $1), of: "\($0 + 1)") },
                    inputs: row.inputs.map { folder.appending(path: $0) }, row.permissions)
            }?.replacingOccurrences(of: folder.path, with: "DIR")
            guard let says = row.says else {
                #expect(message == nil)
                return
            }
            let found = try #require(message).replacing("DIR/sub/../", with: "DIR/")
            #expect(found.hasPrefix("DIR/" + says), "\(found)")
        }
    }

    @Test func aFolderThatTakesNoFileIsTold() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
            defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path) }
            let message = messageThrown {
                try asOrdinaryUser { try OutputFiles.check([.init(folder.appending(path: "x"), of: "x")], inputs: []) }
            }
            #expect(message == "\(folder.path) cannot be written to: Permission denied")
        }
    }
}
