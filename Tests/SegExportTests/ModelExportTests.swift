import DurableFiles
import Foundation
import RunTestSupport
import SegConfiguration
import TestSupport
import Testing
import Torch
import TorchNN

@testable import SegExport
@testable import SegInference

/// What is written, and what is refused.
struct ModelExportTests {
    private static func checkpoint(_ overrides: [String] = [], seed: UInt64 = 1) throws -> Checkpoint {
        try RandomCheckpoint.make(
            ConfigurationReader(
                file: nil,
                overrides: [
                    "network.features=[8,16]", "network.dropout=[0,0]", "data.folder=/somebody/patients",
                    "input.fit={crop: [32, 48], foreground: 0.5}", "training.stages.0.from=/somebody/weights.safetensors",
                ] + overrides
            ).configuration(), seed: seed)
    }

    private static func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func metadataAndTheFileBesideSayTheSame() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "m.onnx")
            let settings = InferenceSettings(window: .trained, mirroring: .axes([.horizontal]))
            let checkpoint = try Self.checkpoint()
            try ModelExport(
                [checkpoint], outputs: [.classes, .logits], weights: .float16, settings: settings, decision: .offsets([0, 0.5])
            ).write(to: .onnx(file))
            #expect(try Self.names(in: folder) == ["m.json", "m.onnx"])
            let text = try String(contentsOf: folder.appending(path: "m.json"), encoding: .utf8)
            #expect(!text.contains("somebody"), "no path of the training")
            let json = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
            let model = try ONNXModelProto(serializedBytes: Data(contentsOf: file))
            #expect(Set(model.metadataProps.map(\.key)) == Set(json.allKeys.compactMap { $0 as? String }))
            for entry in model.metadataProps {
                let value =
                    entry.key == "licence"
                    ? entry.value : try JSONSerialization.jsonObject(with: Data(entry.value.utf8), options: .fragmentsAllowed)
                #expect(json[entry.key] as? NSObject == value as? NSObject, "\(entry.key)")
            }
            let network = try #require(json["network"] as? NSDictionary)
            #expect(
                network == [
                    "architecture": "coplenet", "channels": 1, "dimensions": 2, "input": "image",
                    "outputs": ["classes", "logits"], "parameters": try checkpoint.makeNetwork().parameterCount,
                    "size_multiples": [2, 2], "weights": "float16",
                ])
            #expect(json["inference"] as? NSDictionary == ["window": [32, 48], "step": 0.5, "mirror_axes": [1]])
            #expect(json["decision"] as? NSDictionary == ["name": "calibrated", "offsets": [0, 0.5]])
            let recipe = try #require(json["recipe"] as? NSDictionary)
            #expect(recipe["fit"] as? NSDictionary == ["crop": [32, 48], "foreground": 0.5])
            #expect(model.opsetImport.map(\.version) == [18])
        }
    }

    @Test func anEnsembleIsOneFolder() throws {
        try withTemporaryFolder { folder in
            let checkpoints = try [[], ["input.fit={pad: [64, 64]}"], []].enumerated().map {
                try Self.checkpoint($1, seed: UInt64($0))
            }
            let place = try ExportPlace(folder.appending(path: "e"), models: 3)
            try ModelExport(checkpoints, decision: .offsets([0, 1])).write(to: place, withExample: true)
            let written = place.files(models: 3, withExample: true)
            #expect(try Self.names(in: folder.appending(path: "e")) == written.map(\.lastPathComponent).sorted())
            #expect(written.last?.lastPathComponent == "ensemble.json")
            let json = try JSONSerialization.jsonObject(with: Data(contentsOf: written[written.count - 1]))
            let ensemble = try #require(json as? NSDictionary)
            #expect(ensemble["groups"] as? [[String]] == [["model-1.onnx", "model-3.onnx"], ["model-2.onnx"]])
            #expect(ensemble["decision"] as? NSDictionary == ["name": "calibrated", "offsets": [0, 1]])
        }
    }

    static let places: [(String, Int, String?)] = [
        ("m.onnx", 1, nil), ("M.ONNX", 1, nil), ("w.safetensors", 1, nil), ("folder", 3, nil), ("folder", 1, nil),
        ("m.onnx", 5, "a file takes one network, found 5; name a folder for the ensemble, such as m/, or one of the models"),
        ("w.safetensors", 2, "a file takes one network, found 2"),
        ("m.pt", 1, "its ending is .pt; expected .onnx, .safetensors, or a folder, whose name has none"),
    ]

    @Test(arguments: places)
    func theEndingSaysWhatIsWritten(_ row: (name: String, models: Int, says: String?)) throws {
        let message = messageThrown { _ = try ExportPlace(URL(filePath: "/x/\(row.name)"), models: row.models) }
        #expect(
            row.says.map { message?.contains("/x/\(row.name) cannot be written: \($0)") ?? false } ?? (message == nil),
            "\(message ?? "")")
    }

    @Test func aLayerWithoutDescriptionIsNamed() throws {
        let message = messageThrown {
            _ = try ModelExport.model(LevelNetwork([0, 1]), outputs: [.logits], weights: .float32, decision: .argmax, [:])
        }
        #expect(message?.hasPrefix("the operation 'LevelNetwork' cannot be exported: ") == true, "\(message ?? "")")
    }

    @Test func weightsBeyondHalfPrecisionAreNamed() throws {
        let network = try Self.checkpoint().makeNetwork()
        let entry = try #require(network.namedState().first { $0.name == "out_conv.weight" })
        try entry.tensor.setDataInPlace(entry.tensor.detached() * 0 + 70000)
        let message = messageThrown {
            _ = try ModelExport.model(network, outputs: [.logits], weights: .float16, decision: .argmax, [:])
        }
        #expect(
            message
                == "the weights 'out_conv.weight' cannot be stored in float16: they reach 70000.0, expected 65504.0 at most; export with --weights float32"
        )
    }

    @Test func whatProtobufCannotHoldIsRefused() throws {
        let network = try Self.checkpoint().makeNetwork()
        var graph = ONNXGraph(named: "g", of: network, weights: .float32, limit: 100)
        let weight = try #require(network.namedState().first { $0.name == "in_conv.conv_conv.0.weight" }).tensor
        let message = messageThrown { _ = try graph.parameter(weight) }
        #expect(message?.hasPrefix("the network is too large for an ONNX file: its weights take more than 100 bytes") == true)
    }
}
