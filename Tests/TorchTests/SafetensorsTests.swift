import Foundation
import TestSupport
import Testing
import Torch
import TorchTestSupport

struct SafetensorsTests {
    // MARK: Round trips

    @Test(arguments: DType.allCases, [[], [0], [3], [2, 0, 3], [2, 3], [1, 2, 1, 3]])
    func tensorsComeBack(dtype: DType, shape: [Int]) throws {
        let tensor = try Tensor.random(shape, seed: 3).to(dtype)
        let back = try written(["a tensor": tensor])
        #expect(back.tensors.count == 1)
        let found = try #require(back.tensors["a tensor"])
        #expect(found.dtype == dtype)
        #expect(found.shape == shape)
        #expect(try found.bytes() == tensor.bytes())
    }

    @Test func manyTensorsWithNamesAndText() throws {
        let names = ["", "a", "B", "in_conv.conv_conv.0.weight", "ρ/\"quoted\"\\", "10", "9", "a\nb"]
        let tensors = try Dictionary(
            uniqueKeysWithValues: names.enumerated().map { ($1, try Tensor.random([$0], seed: UInt64($0))) })
        let metadata = ["": "", "epoch": "3", "note": "line\nline ρ \"quoted\""]
        let back = try written(tensors, metadata: metadata)
        #expect(back.metadata == metadata)
        #expect(Set(back.tensors.keys) == Set(names))
        for (name, tensor) in tensors { #expect(try back.tensors[name]?.largestDifference(to: tensor) == 0, "\(name)") }
    }

    @Test func nothingAtAllIsAFile() throws {
        let back = try written([:])
        #expect(back.tensors.isEmpty && back.metadata.isEmpty)
    }

    @Test func notANumberAndInfinityComeBack() throws {
        let tensor = try Tensor([.nan, -.infinity, -0.0] as [Float])
        let back = try #require(written(["a": tensor]).tensors["a"])
        #expect(try back.bytes() == tensor.bytes())
    }

    /// Whatever its layout, a tensor is stored row by row.
    @Test func layoutsAreNotStored() throws {
        let tensor = try Tensor.random([2, 3, 4, 5], seed: 2)
        let variants = try [
            "a": tensor.contiguous(.channelsLast), "b": tensor.permuted([3, 2, 1, 0]), "c": tensor.narrowed(3, 1..<3),
        ]
        let back = try written(variants)
        for (name, tensor) in variants {
            let found = try #require(back.tensors[name])
            #expect(found.isContiguous())
            #expect(try found.largestDifference(to: tensor) == 0, "\(name)")
        }
    }

    @Test func tensorsOutliveTheFile() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.safetensors")
            try Safetensors(tensors: ["a": Tensor([1, 2, 3] as [Float])]).write(to: file)
            let tensor = try #require(Safetensors(contentsOf: file).tensors["a"])
            try Data(repeating: 0xFF, count: 1000).write(to: file)
            let elements: [Float] = try tensor.elements()
            #expect(elements == [1, 2, 3])
        }
    }

    // MARK: Bytes

    @Test func equalContentGivesEqualBytes() throws {
        let names = (0..<20).map { "layer.\($0).weight" }
        func bytes(_ names: [String]) throws -> Data {
            var file = Safetensors(tensors: [:])
            for name in names {
                file.tensors[name] = try Tensor.full([name.count], 1)
                file.metadata["about " + name] = "text"
            }
            return try bytesWritten(file)
        }
        #expect(try bytes(names) == bytes(names.reversed()))
    }

    /// The checksum is of the content, not of its layout in memory, and no part of the content is left out.
    @Test func theChecksumSeesEveryPart() throws {
        func sum(_ tensors: [String: Tensor], _ metadata: [String: String] = [:]) throws -> String {
            try Safetensors(tensors: tensors, metadata: metadata).checksum()
        }
        #expect(try sum([:]) == "00000000")
        let tensor = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
        let first = try sum(["a": tensor])
        #expect(first.count == 8)
        #expect(try sum(["a": tensor.permuted([1, 0]).contiguous().permuted([1, 0])]) == first)
        let others = try [
            sum(["b": tensor]), sum(["a": Tensor([1, 2, 3, 4] as [Float])]), sum(["a": tensor.to(.float64)]),
            sum(["a": Tensor([1, 2, 3, 5] as [Float], shape: [2, 2])]), sum(["a": tensor], ["k": "v"]),
            sum(["a": tensor], ["kv": ""]),
        ]
        #expect(Set(others + [first]).count == others.count + 1)
    }

    /// Length, header padded by spaces to a multiple of 8, then the data in the order of the names.
    @Test func theFormatToTheByte() throws {
        let file = try Safetensors(tensors: ["b": Tensor([258] as [Int32]), "a": Tensor([true])], metadata: ["k": "v"])
        let header =
            #"{"__metadata__":{"k":"v"},"a":{"data_offsets":[0,1],"dtype":"BOOL","shape":[1]},"#
            + #""b":{"data_offsets":[1,5],"dtype":"I32","shape":[1]}}"#
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        let expected = Data([UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0]) + Data(padded.utf8) + Data([1, 2, 1, 0, 0])
        #expect(try bytesWritten(file) == expected)
    }

    /// A file that Python's safetensors 0.8 wrote: every dtype, a scalar, an empty tensor, metadata.
    @Test func readsWhatPythonWrote() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "python.safetensors")
            try Self.pythonFile.write(to: url)
            let file = try Safetensors(contentsOf: url)
            #expect(file.metadata == ["made": "by Python", "epoch": "3"])
            let expected: [String: (DType, [Int], [Double])] = [
                "weights": (.float32, [1, 3], [1.5, -2, 3.25]), "half": (.float16, [2], [0.5, -0.125]),
                "brain": (.bfloat16, [2], [1, -3]),
                "double": (.float64, [], [2.5]), "byte": (.uint8, [2], [0, 255]), "int": (.int32, [1], [-7]),
                "long": (.int64, [2, 1], [1_099_511_627_776, -1]), "flag": (.bool, [3], [1, 0, 1]),
                "empty": (.float32, [0, 3], []),
            ]
            #expect(Set(file.tensors.keys) == Set(expected.keys))
            for (name, (dtype, shape, values)) in expected {
                let tensor = try #require(file.tensors[name], "\(name)")
                #expect(tensor.dtype == dtype)
                #expect(tensor.shape == shape)
                let elements: [Double] = try tensor.elements()
                #expect(elements == values)
            }
        }
    }

    @Test func textAloneIsReadWithoutTensors() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "python.safetensors")
            try Self.pythonFile.write(to: url)
            #expect(try Safetensors.metadata(of: url) == ["made": "by Python", "epoch": "3"])
        }
    }

    @Test func aMissingFileAndAFolderAreNamed() throws {
        try withTemporaryFolder { folder in
            let missing = folder.appending(path: "missing.safetensors")
            for read in [{ _ = try Safetensors(contentsOf: $0) }, { _ = try Safetensors.metadata(of: $0) }]
                as [(URL) throws -> Void]
            {
                #expect(messageThrown { try read(missing) } == "\(missing.path) cannot be read: no such file")
                #expect(messageThrown { try read(folder) } == "\(folder.path) cannot be read: it is a folder, expected a file")
            }
        }
    }

    @Test func aTensorCannotTakeTheNameOfTheText() async {
        await #expect(processExitsWith: .failure) {
            try Safetensors(tensors: ["__metadata__": Tensor.zeros([1])]).write(to: URL(filePath: "/dev/null"))
        }
    }

    static let pythonFile = Data(
        base64Encoded: """
            SAIAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJtYWRlIjoiYnkgUHl0aG9uIiwiZXBvY2giOiIzIn0sImxvbmciOnsiZHR5cGUiOiJJNjQiLCJzaGFwZSI6WzIs
            MV0sImRhdGFfb2Zmc2V0cyI6WzAsMTZdfSwiZG91YmxlIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOltdLCJkYXRhX29mZnNldHMiOlsxNiwyNF19LCJlbXB0
            eSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMCwzXSwiZGF0YV9vZmZzZXRzIjpbMjQsMjRdfSwid2VpZ2h0cyI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpb
            MSwzXSwiZGF0YV9vZmZzZXRzIjpbMjQsMzZdfSwiaW50Ijp7ImR0eXBlIjoiSTMyIiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMzYsNDBdfSwiYnJh
            aW4iOnsiZHR5cGUiOiJCRjE2Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbNDAsNDRdfSwiaGFsZiI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbMl0s
            ImRhdGFfb2Zmc2V0cyI6WzQ0LDQ4XX0sImJ5dGUiOnsiZHR5cGUiOiJVOCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzQ4LDUwXX0sImZsYWciOnsi
            ZHR5cGUiOiJCT09MIiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbNTAsNTNdfX0gIAAAAAAAAQAA//////////8AAAAAAAAEQAAAwD8AAADAAABQQPn/
            //+AP0DAADgAsAD/AQAB
            """, options: .ignoreUnknownCharacters)!  // literal base64

    // MARK: Helpers

    private func written(_ tensors: [String: Tensor], metadata: [String: String] = [:]) throws -> Safetensors {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "file.safetensors")
            try Safetensors(tensors: tensors, metadata: metadata).write(to: file)
            return try Safetensors(contentsOf: file)
        }
    }

    private func bytesWritten(_ file: Safetensors) throws -> Data {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "file.safetensors")
            try file.write(to: url)
            return try Data(contentsOf: url)
        }
    }
}
