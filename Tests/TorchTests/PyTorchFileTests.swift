import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Torch

/// Files that `torch.save` wrote, and files that only look like it.
@Suite struct PyTorchFileTests {
    /// What PyTorch's own Python saves: views, other types, dictionaries in dictionaries, and what is no tensor.
    private static let saving = """
        import sys, torch, numpy
        from collections import OrderedDict
        from pathlib import Path

        folder = Path(sys.argv[1])
        base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
        net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
        torch.save({
            "state_dict": OrderedDict(weight=base, part=base[:, 1:, ::2], turned=base.permute(2, 0, 1), one=torch.tensor(2.5)),
            "types": {str(t).split(".")[1]: torch.arange(5).to(t) for t in
                      [torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.uint8, torch.bool]},
            "network": net.state_dict(), "parameter": torch.nn.Parameter(torch.ones(3)), "empty": torch.zeros(0, 4),
            "epoch": 7, "large": 2**40, "axes": (0, 1, 2), "sizes": [4, 5], "name": "a name", "rate": 0.5, "nothing": None,
            "huge": 2**80, "optimizer": {0: {"step": torch.tensor(1.0)}},
            "scalar": numpy.float64(3), "array": numpy.arange(3), "set": {1, 2}, "place": folder, "long": list(range(3000)),
        }, folder / "all.pth")
        torch.save(base, folder / "tensor.pt")
        torch.save(net, folder / "module.pth")
        torch.save({"a": base}, folder / "old.pth", _use_new_zipfile_serialization=False)
        torch.jit.script(net).save(folder / "program.pt")

        class Call:
            def __reduce__(self):
                import os
                return os.system, (f"touch {folder}/executed",)

        torch.save({"weight": base, "trap": Call()}, folder / "call.pth")
        """

    @Test(.enabled(if: PeerPython.has("torch"), "\(PeerPython.missing("torch"))"))
    func whatPyTorchSavesIsRead() throws {
        try withTemporaryFolder { folder in
            #expect(try PeerPython.run(["-c", Self.saving, folder.path]).status == 0)
            func file(_ name: String) throws -> PyTorchFile { try PyTorchFile(contentsOf: folder.appending(path: name)) }
            let all = try file("all.pth")
            func values(_ name: String) throws -> [Float] {
                try #require(all.tensors[name]).to(.float32).elements()
            }
            let base = (0..<24).map(Float.init)
            #expect(try values("state_dict.weight") == base)
            #expect(all.tensors["state_dict.part"]?.shape == [2, 2, 2])
            #expect(try values("state_dict.part") == [4, 6, 8, 10, 16, 18, 20, 22])
            #expect(all.tensors["state_dict.turned"]?.shape == [4, 2, 3])
            #expect(try values("state_dict.turned").prefix(7) == [0, 4, 8, 12, 16, 20, 1])
            #expect(try all.tensors["state_dict.one"]?.shape == [] && values("state_dict.one") == [2.5])
            for type in ["float64", "float16", "bfloat16", "int64", "int32", "uint8"] {
                #expect(try values("types.\(type)") == [0, 1, 2, 3, 4], "\(type)")
            }
            #expect(try values("types.bool") == [0, 1, 1, 1, 1])
            #expect(all.tensors["network.1.running_var"]?.shape == [2] && all.tensors["network.0.weight"]?.shape == [2, 1, 3, 3])
            #expect(try values("parameter") == [1, 1, 1])
            #expect(all.tensors["empty"]?.shape == [0, 4])
            #expect(all.numbers["epoch"] == [7] && all.numbers["large"] == [1 << 40])
            #expect(all.numbers["axes"] == [0, 1, 2] && all.numbers["sizes"] == [4, 5] && all.numbers["long"]?.count == 3000)
            #expect(all.numbers["nothing"] == nil && all.numbers["rate"] == nil && all.numbers["huge"] == nil)
            #expect(all.skipped.contains { $0.contains("scalar") } && all.skipped.contains { $0.contains("Path") })
            #expect(try file("tensor.pt").tensors["tensor"]?.shape == [2, 3, 4])
            #expect(
                messageThrown { _ = try file("old.pth") }?.contains(
                    "it has the form of before PyTorch 1.6, which cannot be read without executing it; in Python, load it with")
                    == true)
            #expect(
                messageThrown { _ = try file("program.pt") }?.contains("it is a program (TorchScript); save the state_dict()")
                    == true)
            // A module as a whole is an object of a class that nobody calls here.
            #expect(try file("module.pth").tensors.isEmpty)
            let call = try file("call.pth")
            #expect(call.tensors.keys.sorted() == ["weight"] && call.skipped == ["posix.system"])
            #expect(FileSystem.kind(of: folder.appending(path: "executed")) == .missing)
        }
    }

    // MARK: Files made here

    /// A ZIP archive of stored entries.
    private static func archive(_ entries: [(name: String, bytes: [UInt8])], method: UInt16 = 0) -> [UInt8] {
        func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        var (file, directory): ([UInt8], [UInt8]) = ([], [])
        for (name, bytes) in entries {
            let fields =
                little(UInt16(20)) + little(UInt16(0)) + little(method) + little(UInt32(0)) + little(UInt32(0))
                + little(UInt32(bytes.count)) + little(UInt32(bytes.count)) + little(UInt16(name.utf8.count)) + little(UInt16(0))
            directory += [0x50, 0x4b, 1, 2] + little(UInt16(20)) + fields
            directory +=
                little(UInt16(0)) + little(UInt16(0)) + little(UInt16(0)) + little(UInt32(0)) + little(UInt32(file.count))
            directory += name.utf8
            file += [0x50, 0x4b, 3, 4] + fields + name.utf8 + bytes
        }
        let start = file.count
        return file + directory + [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + little(UInt16(entries.count)) + little(UInt16(entries.count))
            + little(UInt32(directory.count)) + little(UInt32(start)) + [0, 0]
    }

    /// The pickle of `{'w': tensor}`, in words of the machine.
    private static func pickle(
        storage: String = "FloatStorage", key: String = "0", count: Int32 = 4, offset: Int32 = 0, shape: [Int32] = [2, 2],
        strides: [Int32] = [2, 1]
    ) -> [UInt8] {
        func text(_ value: String) -> [UInt8] { [0x58] + number(Int32(value.utf8.count)) + Array(value.utf8) }
        func number(_ value: Int32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        func int(_ value: Int32) -> [UInt8] { [0x4a] + number(value) }
        func tuple(_ values: [Int32]) -> [UInt8] { [0x28] + values.flatMap(int) + [0x74] }
        let reference =
            [0x28] + text("storage") + Array("ctorch\n\(storage)\n".utf8) + text(key) + text("cpu") + int(count) + [0x74, 0x51]
        return [0x80, 2, 0x7d] + text("w") + Array("ctorch._utils\n_rebuild_tensor_v2\n".utf8) + [0x28] + reference + int(offset)
            + tuple(shape) + tuple(strides) + [0x89, 0x74, 0x52, 0x73, 0x2e]
    }

    private static func read(_ pickle: [UInt8], memory: [UInt8] = Array(repeating: 0, count: 16)) throws -> PyTorchFile {
        try PyTorchFile(
            StoredArchive(Data(archive([("a/data.pkl", pickle), ("a/data/0", memory)])), path: "a.pth"), path: "a.pth")
    }

    @Test func ownPickle() throws {
        let memory = [Float](arrayLiteral: 1, 2, 3, 4).withUnsafeBytes { Array($0) }
        #expect(
            try #require(Self.read(Self.pickle(), memory: memory).tensors["w"]).elements() == [Float](arrayLiteral: 1, 2, 3, 4))
    }

    static let hostile: [(name: String, pickle: [UInt8], says: String)] = [
        ("longer storage", pickle(count: 5), "'w' claims 5 elements of memory, of which the archive has 4"),
        ("beyond memory", pickle(offset: 1), "'w' reaches beyond its memory"),
        ("before memory", pickle(offset: -1), "'w' begins before its memory"),
        ("no memory", pickle(key: "1"), "the memory of 'w' is not in the archive"),
        ("path for a key", pickle(key: "../../etc/passwd"), "the memory of 'w' is not in the archive"),
        ("negative stride", pickle(strides: [-2, 1]), "'w' has the impossible shape [2, 2]"),
        ("negative size", pickle(shape: [-2, 2]), "its tensors would take"),
        ("huge", pickle(shape: [1 << 30, 1 << 30], strides: [0, 0]), "its tensors would take"),
        ("repeated", pickle(shape: [40, 1], strides: [0, 0]), "'w' has more elements than its memory"),
        (
            "another type", pickle(storage: "QInt8Storage"),
            "a tensor has elements of torch.QInt8Storage, of which there are none here"
        ),
        ("sizes without strides", pickle(strides: [1]), "a tensor is not described as torch.save does it"),
        ("cut off", Array(pickle().dropLast(8)), "its pickle ends in the middle of an instruction"),
        ("nothing on the stack", [0x80, 2, 0x2e], "its pickle takes what is not there"),
        ("unknown instruction", [0x80, 2, 0xff], "its pickle has the instruction 255 at 2, which no state of weights needs"),
        ("extension code", [0x80, 2, 0x82, 1, 0x2e], "its pickle has the instruction 130 at 2"),
        ("recall of nothing", [0x80, 2, 0x68, 9, 0x2e], "its pickle recalls what it never kept"),
        ("no mark", [0x80, 2, 0x74, 0x2e], "its pickle has no mark to go back to"),
        ("text beyond the end", [0x80, 2, 0x58, 0xff, 0xff, 0xff, 0x7f, 0x61], "is cut off, or no UTF-8"),
        ("deep tuples", [0x80, 2, 0x29] + [UInt8](repeating: 0x85, count: 1000) + [0x2e], "tuples lie more than 64 deep"),
    ]

    @Test(arguments: hostile) func hostileFilesAreRefused(_ row: (name: String, pickle: [UInt8], says: String)) {
        let message = messageThrown { _ = try Self.read(row.pickle) }
        #expect(message?.contains(row.says) == true && message?.hasPrefix("a.pth ") == true, "\(row.name): \(message ?? "read")")
    }

    /// A pickle of some bytes may describe a tree without end, or list after list of the same list.
    @Test func treesWithoutEnd() throws {
        let selfContaining: [UInt8] = [0x80, 2, 0x5d, 0x71, 0, 0x68, 0, 0x61, 0x2e]
        #expect(try Self.read(selfContaining).tensors.isEmpty)
        var doubling: [UInt8] = [0x80, 2, 0x5d, 0x71, 0]
        for level in 1..<UInt8(60) { doubling += [0x5d, 0x71, level, 0x28, 0x68, level - 1, 0x68, level - 1, 0x65] }
        #expect(try Self.read(doubling + [0x2e]).tensors.isEmpty)
        // A chain of lists, each in the next: letting it go must not need as deep a stack.
        var chain: [UInt8] = [0x80, 2, 0x5d]
        for _ in 0..<200_000 { chain += [0x5d, 0x71, 0, 0x30, 0x71, 1, 0x30, 0x68, 0, 0x68, 1, 0x61] }
        #expect(try Self.read(chain + [0x2e]).tensors.isEmpty)
    }

    @Test func otherArchives() throws {
        func message(_ entries: [(String, [UInt8])], method: UInt16 = 0, cut: Int = 0) -> String? {
            messageThrown {
                let bytes = Self.archive(entries.map { (name: $0.0, bytes: $0.1) }, method: method).dropLast(cut)
                _ = try PyTorchFile(StoredArchive(Data(bytes), path: "a.pth"), path: "a.pth")
            }
        }
        #expect(message([("a/other", [1])])?.hasSuffix("there is no data.pkl in the archive") == true)
        #expect(message([("a/data.pkl", [1])], method: 8)?.contains("'a/data.pkl' is compressed") == true)
        #expect(
            message([("a/data.pkl", Self.pickle())], cut: 10)?.contains("no directory at its end; the file may be cut off")
                == true)
        #expect(
            message([("a/data.pkl", Self.pickle()), ("a/byteorder", Array("big".utf8))])?.contains(
                "byte order of another machine")
                == true)
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.pth")
            #expect(messageThrown { _ = try PyTorchFile(contentsOf: url) }?.contains(url.path) == true)
            try Data("hello".utf8).write(to: url)
            #expect(
                messageThrown { _ = try PyTorchFile(contentsOf: url) }?.hasSuffix("it does not begin as an archive does") == true)
        }
    }
}
