import Foundation
import MedicalImages
import TestSupport
import Testing

/// Bad input of every kind: one line on standard error with the path and the reason, exit code 1, nothing else said and nothing
/// left behind.
@Suite struct CommandErrorTests {
    struct BadInput: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Puts the bad files into the row's own folder.
        var make: @Sendable (URL, TrainedRun) throws -> Void = { _, _ in }
        /// DIR is the row's folder, DATA and RUN are those of the trained run.
        let arguments: String
        /// The line after `Error: `, whole or, with an ellipsis at its end, its beginning.
        let says: String
        /// Whether progress may come before the error.
        var comesLate = false
    }

    // MARK: Files

    private static let image = Extent(width: 32, height: 32, depth: 2)

    private static func write(_ samples: Samples, _ extent: Extent = image, to url: URL) throws {
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try NIfTI.write(samples, extent: extent, geometry: VoxelGeometry(spacing: [1, 1, 1]), to: url)
    }

    /// Changes the bytes of a file, which stays as it is where there is another target.
    private static func change(_ url: URL, to target: URL? = nil, _ change: (inout Data) -> Void) throws {
        var data = try Data(contentsOf: url)
        change(&data)
        try data.write(to: target ?? url)
    }

    private static func writePicture(to url: URL) throws {
        try PNG.write(gray: noise.prefix(1024).map { UInt8(truncatingIfNeeded: $0) }, width: 32, height: 32, to: url)
    }

    /// Noise that no codec packs away.
    private static let noise: [Int16] = {
        var state: UInt32 = 1
        return (0..<image.voxelCount).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int16(truncatingIfNeeded: Int(state >> 20) - 2000)
        }
    }()

    /// A data set of two training volumes and one each for validation and test; `change` is given the label of `b`.
    private static func writeData(
        to folder: URL, split: String = "a,train\nb,train\nv,val\nt,test\n", change: (inout [UInt8]) -> Void = { _ in }
    ) throws {
        for name in ["a", "b", "t", "v"] {
            var labels = noise.map { UInt8($0 > 1500 ? 1 : 0) }
            if name == "b" { change(&labels) }
            try write(.int16(noise), to: folder.appending(path: "images/\(name).nii.gz"))
            try write(.uint8(labels), to: folder.appending(path: "labels/\(name).nii.gz"))
        }
        try Data("file,split\n\(split)".utf8).write(to: folder.appending(path: "split.csv"))
    }

    // MARK: The table

    static let images = [
        BadInput(
            testDescription: "no image", arguments: "predict DIR/no.nii.gz --model RUN --output DIR/out.nii.gz",
            says: "DIR/no.nii.gz cannot be read: no such file or folder"),
        BadInput(
            testDescription: "a folder without images",
            make: { folder, _ in
                try FileManager.default.createDirectory(at: folder.appending(path: "scans"), withIntermediateDirectories: true)
            },
            arguments: "predict DIR/scans --model RUN --output DIR/out",
            says: "DIR/scans cannot be predicted: there is no image in this folder"),
        BadInput(
            testDescription: "a packed volume cut short",
            make: { folder, run in try change(run.image, to: folder.appending(path: "a.nii.gz")) { $0.removeLast($0.count / 2) }
            },
            arguments: "predict DIR/a.nii.gz --model RUN --output DIR/out.nii.gz",
            says: "DIR/a.nii.gz: its gzip stream breaks off after …"),
        BadInput(
            testDescription: "a packed volume with a damaged byte",
            make: { folder, run in try change(run.image, to: folder.appending(path: "a.nii.gz")) { $0[$0.count - 6] ^= 0xff } },
            arguments: "predict DIR/a.nii.gz --model RUN --output DIR/out.nii.gz",
            says: "DIR/a.nii.gz: its gzip stream is damaged (incorrect data check); make or fetch the file again"),
        BadInput(
            testDescription: "a volume cut short",
            make: { folder, _ in
                try write(.int16(noise), to: folder.appending(path: "a.nii"))
                try change(folder.appending(path: "a.nii")) { $0.removeLast(100) }
            },
            arguments: "inspect DIR/a.nii",
            says:
                "DIR/a.nii: it cannot hold the 4096 bytes of voxels from byte 352 on that its header states; copy the file again from its source"
        ),
        BadInput(
            testDescription: "a volume with a damaged header",
            make: { folder, _ in
                try write(.int16(noise), to: folder.appending(path: "a.nii"))
                try change(folder.appending(path: "a.nii")) { $0[344] = 0 }
            },
            arguments: "predict DIR/a.nii --model RUN --output DIR/out.nii",
            says: "DIR/a.nii: its header lacks the magic of NIfTI …"),
        BadInput(
            testDescription: "voxels that are NaN",
            make: { folder, _ in
                try write(.float32((0..<image.voxelCount).map { $0 == 40 ? .nan : 1 }), to: folder.appending(path: "a.nii.gz"))
            },
            arguments: "predict DIR/a.nii.gz --model RUN --output DIR/out.nii.gz",
            says: "DIR/a.nii.gz: 1 voxel NaN or infinite, first at x 8, y 1, z 0; expected finite intensities; repair the file"),
        BadInput(
            testDescription: "a picture cut short",
            make: { folder, _ in
                try writePicture(to: folder.appending(path: "a.png"))
                try change(folder.appending(path: "a.png")) { $0.removeLast(200) }
            },
            arguments: "predict DIR/a.png --model RUN --output DIR/out.png",
            says: "DIR/a.png: its PNG stream breaks off (the bytes end); copy the file again from its source"),
        BadInput(
            testDescription: "a damaged picture",
            make: { folder, _ in
                try writePicture(to: folder.appending(path: "a.png"))
                try change(folder.appending(path: "a.png")) { $0[100] ^= 0xff }
            },
            arguments: "inspect DIR/a.png", says: "DIR/a.png: its PNG stream is damaged (…"),
        BadInput(
            testDescription: "other channels than in training",
            make: { folder, _ in
                try PNG.write(
                    rgb: (0..<300).map { UInt8($0 % 3) }, width: 10, height: 10, to: folder.appending(path: "a.png"))
            },
            arguments: "predict DIR/a.png --model RUN", says: "DIR/a.png: 3 channels, expected 1 as in training"),
        BadInput(
            testDescription: "a plane larger than the model's frame",
            make: { folder, _ in
                try PNG.write(gray: [UInt8](repeating: 1, count: 40), width: 40, height: 1, to: folder.appending(path: "a.png"))
            },
            arguments: "predict DIR/a.png --model RUN",
            says:
                "DIR/a.png: planes of 1×40 (rows × columns) do not fit into 32×32 (rows × columns); pad to at least that size, or resize"
        ),
        BadInput(
            testDescription: "labels over their own image",
            make: { folder, run in try FileManager.default.copyItem(at: run.image, to: folder.appending(path: "a.nii.gz")) },
            arguments: "predict DIR/a.nii.gz --model RUN --output DIR/a.nii.gz",
            says: "DIR/a.nii.gz cannot be written: it is an input of this command; name another --output"),
        BadInput(
            testDescription: "nothing of that name", arguments: "inspect DIR/nope", says: "DIR/nope cannot be read: no such file"),
        BadInput(
            testDescription: "no list of that name", arguments: "inspect DIR/nope.csv",
            says: "DIR/nope.csv cannot be read: no such file"),
        BadInput(
            testDescription: "no known format",
            make: { folder, _ in try Data("text".utf8).write(to: folder.appending(path: "a.txt")) },
            arguments: "inspect DIR/a.txt", says: "DIR/a.txt: the name has no known ending; known are …"),
    ]

    static let models = [
        BadInput(
            testDescription: "no model", arguments: "predict DATA/images/case_01.nii.gz --model DIR/no --output DIR/out.nii.gz",
            says: "DIR/no cannot be read: no such file"),
        BadInput(
            testDescription: "a folder that is no run", arguments: "evaluate DIR",
            says: "DIR is no run: there is no best.safetensors in it"),
        BadInput(
            testDescription: "a checkpoint cut short",
            make: { folder, run in try change(run.checkpoint, to: folder.appending(path: "m.safetensors")) { $0.removeLast(1000) }
            },
            arguments: "evaluate DIR/m.safetensors --data DATA", says: "DIR/m.safetensors is no sound safetensors file: tensor …"),
        BadInput(
            testDescription: "a damaged checkpoint",
            make: { folder, run in try change(run.checkpoint, to: folder.appending(path: "m.safetensors")) { $0[20] = 0 } },
            arguments: "predict DATA/images/case_01.nii.gz --model DIR/m.safetensors --output DIR/out.nii.gz",
            says: "DIR/m.safetensors is no sound safetensors file: the header is not the expected JSON"),
        BadInput(
            testDescription: "another program's weights",
            make: { folder, _ in
                let header = Data(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#.utf8)
                try (Data([UInt8(header.count), 0, 0, 0, 0, 0, 0, 0]) + header + [7]).write(
                    to: folder.appending(path: "m.safetensors"))
            },
            arguments: "inspect DIR/m.safetensors",
            says:
                "DIR/m.safetensors cannot be used as a checkpoint: it has no manifest of marginseg; marginseg import makes a run of another program's weights"
        ),
        BadInput(
            testDescription: "a model that is an image",
            arguments: "predict DATA/images/case_01.nii.gz --model DATA/images/case_01.nii.gz --output DIR/out.nii.gz",
            says: "DATA/images/case_01.nii.gz is no sound safetensors file: …"),
    ]

    static let configurations = [
        BadInput(
            testDescription: "no configuration", arguments: "train DIR/no.yaml --data DATA --output DIR/run",
            says: "DIR/no.yaml cannot be read: no such file"),
        BadInput(
            testDescription: "a folder for a configuration", arguments: "train DIR --data DATA --output DIR/run",
            says: "DIR cannot be read: it is a folder, expected a file"),
        BadInput(
            testDescription: "broken YAML",
            make: { folder, _ in try Data("data: [".utf8).write(to: folder.appending(path: "a.yaml")) },
            arguments: "train DIR/a.yaml --data DATA --output DIR/run",
            says: "DIR/a.yaml:2:1: no valid YAML: did not find expected node content"),
        BadInput(
            testDescription: "an unknown key",
            make: { folder, _ in try Data("training:\n  batchsize: 1\n".utf8).write(to: folder.appending(path: "a.yaml")) },
            arguments: "train DIR/a.yaml --data DATA --output DIR/run",
            says: "DIR/a.yaml:2:3: training: unknown key 'batchsize'; did you mean 'batch_size'? …"),
        BadInput(
            testDescription: "no data folder", arguments: "train --output DIR/run",
            says: "data.folder: no data folder is named; give --data FOLDER"),
        BadInput(
            testDescription: "no device", arguments: "train --data DATA --output DIR/run --device cuda:99",
            says: "device cuda:99: not available here: …"),
        BadInput(
            testDescription: "an unknown device", arguments: "evaluate RUN --device gpu",
            says: "device: 'gpu' is no device; use cpu, cuda, cuda:N or mps"),
    ]

    static let dataSets = [
        BadInput(
            testDescription: "no data", arguments: "train --data DIR/no --output DIR/run",
            says: "DIR/no cannot be read: no such folder"),
        BadInput(
            testDescription: "data without anything", arguments: "inspect DIR", says: "DIR: the folder is empty"),
        BadInput(
            testDescription: "images without labels",
            make: { folder, _ in
                try FileManager.default.createDirectory(at: folder.appending(path: "images"), withIntermediateDirectories: false)
                try Data().write(to: folder.appending(path: "images/a.png"))
            }, arguments: "inspect DIR", says: "DIR: no layout fits; nearest is folders: images/ has 1 image file, but …"),
        BadInput(
            testDescription: "a mask of another size",
            make: { folder, _ in
                try writeData(to: folder.appending(path: "data"))
                try write(
                    .uint8([UInt8](repeating: 0, count: 60)), Extent(width: 5, height: 6, depth: 2),
                    to: folder.appending(path: "data/labels/b.nii.gz"))
            },
            arguments: "train --data DIR/data --output DIR/run",
            says:
                "DIR/data/labels/b.nii.gz: 5×6×2 voxels, but its image DIR/data/images/b.nii.gz has 32×32×2; give the label that was drawn on this image"
        ),
        BadInput(
            testDescription: "a label outside the classes, in training",
            make: { folder, _ in try writeData(to: folder.appending(path: "data")) { $0[34] = 7 } },
            arguments: "train --data DIR/data --output DIR/run",
            says:
                "DIR/data/labels/b.nii.gz: 1 label value without a class: 7 on 1 pixel, first at x 2, y 1, z 0; expected 0, 1; …",
            comesLate: true),
        BadInput(
            testDescription: "an empty split",
            make: { folder, _ in try writeData(to: folder.appending(path: "data"), split: "a,train\nb,train\nv,train\nt,test\n")
            },
            arguments: "train --data DIR/data --output DIR/run",
            says: "DIR/data/split.csv: no case in the split 'validation'; put cases into it"),
        BadInput(
            testDescription: "a split of nothing",
            make: { folder, _ in try writeData(to: folder.appending(path: "data"), split: "a,some\n") },
            arguments: "evaluate RUN --data DIR/data",
            says: "DIR/data/split.csv:2: split 'some'; expected train, validation or test, or nothing to leave the file out"),
        BadInput(
            testDescription: "labels of background alone",
            make: { folder, _ in
                try writeData(to: folder.appending(path: "data"), split: "a,test\nb,train\nv,val\nt,test\n") {
                    for index in $0.indices { $0[index] = 0 }
                }
            },
            arguments: "train --data DIR/data --output DIR/run --set input.fit.resize=[32,32]",
            says:
                "DIR/data/split.csv: no class but 'background' trains: there is nothing to learn (axial planes or pictures, resized to 32×32); …",
            comesLate: true),
    ]

    static let outputs = [
        BadInput(
            testDescription: "a run below a file",
            make: { folder, _ in try Data("x".utf8).write(to: folder.appending(path: "file")) },
            arguments: "train --data DATA --output DIR/file/run", says: "DIR/file/run cannot be made: DIR/file is a file",
            comesLate: true),
        BadInput(
            testDescription: "a run where one is", arguments: "train --data DATA --output RUN",
            says: "RUN cannot take a new run: a run is there already; name another --output, or remove it"),
        BadInput(
            testDescription: "labels below a file",
            make: { folder, _ in try Data("x".utf8).write(to: folder.appending(path: "file")) },
            arguments: "predict DATA/images/case_01.nii.gz --model RUN --output DIR/file/out.nii.gz",
            says: "DIR/file cannot be made: DIR/file is a file"),
        BadInput(
            testDescription: "labels of a folder below a file",
            make: { folder, _ in try Data("x".utf8).write(to: folder.appending(path: "file")) },
            arguments: "predict DATA/images --model RUN --output DIR/file/out",
            says: "DIR/file/out cannot be made: DIR/file is a file"),
        BadInput(
            testDescription: "predictions below a file",
            make: { folder, _ in try Data("x".utf8).write(to: folder.appending(path: "file")) },
            arguments: "evaluate RUN --save-predictions DIR/file/out",
            says: "DIR/file/out cannot be made: DIR/file is a file"),
        BadInput(
            testDescription: "a picture in a folder that is not there", arguments: "evaluate RUN --overlay DIR/no/cases.png",
            says: "DIR/no/cases.png cannot be written: there is no folder DIR/no; make it first"),
        BadInput(
            testDescription: "a demo over other files",
            make: { folder, _ in try Data("x".utf8).write(to: folder.appending(path: "thesis.tex")) },
            arguments: "demo --output DIR",
            says: "DIR cannot take the demo: the folder holds other files; name an empty one with --output"),
        BadInput(
            testDescription: "a phantom over other files",
            make: { folder, _ in try Data("x".utf8).write(to: folder.appending(path: "thesis.tex")) },
            arguments: "phantom ct --output DIR", says: "DIR: this folder is not empty; name a new folder for the data set"),
    ]

    @Test(arguments: images + models + configurations + dataSets + outputs)
    func saysWhatIsWrongAndLeavesNothing(_ row: BadInput) throws {
        let run = try TrainedRun.untouched()
        try withTemporaryFolder { folder in
            try row.make(folder, run)
            let places = [("DIR", folder.path), ("DATA", run.data.path), ("RUN", run.url.path)]
            func filled(_ text: String) -> String { places.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) } }
            let before = (try contents(of: folder), try contents(of: run.url))
            let command = try Command.run(filled(row.arguments).split(separator: " ").map(String.init))

            #expect(command.status == 1)
            #expect(command.output.isEmpty)
            #expect(command.errorLines.count { $0.hasPrefix("Error: ") } == 1, "\(command.errors)")
            #expect(row.comesLate || command.errorLines.count == 1, "\(command.errors)")
            let line = try #require(command.errorLines.last)
            let expected = "Error: " + filled(row.says)
            if expected.hasSuffix("…") {
                #expect(line.hasPrefix(expected.dropLast()) && line.count >= expected.count, "\(line)")
            } else {
                #expect(line == expected)
            }
            let after = (try contents(of: folder), try contents(of: run.url))
            #expect(after == before, "nothing is left")
        }
    }

    /// Every file below a folder, hidden ones included, with its bytes.
    private func contents(of folder: URL) throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, (try? Data(contentsOf: folder.appending(path: $0))) ?? Data()) })
    }
}
