import DurableFiles
import Foundation
import SegInference
import SegModels
import TestSupport
import Testing
import Torch

/// COPLE-Nets of other programs: their weights in our network give their output.
@Suite struct CopleNetWeightsTests {
    private func network(_ normalization: NetworkConfiguration.Normalization) throws -> any SegmentationNetwork {
        try NetworkConfiguration(
            features: [8, 16, 32, 64, 128], dropout: [0, 0, 0, 0, 0], normalization: normalization
        ).makeNetwork(channels: 1, classes: 2, generator: Generator(seed: 1))
    }

    private func difference(_ network: any SegmentationNetwork, _ reference: [String: Tensor]) throws -> Float {
        let output = try withInference { try network(#require(reference["input"]), .evaluation) }
        let (found, expected): ([Float], [Float]) = try (output.elements(), #require(reference["output"]).elements())
        #expect(found.count == expected.count)
        return zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
    }

    private static let authors = TestFolders.golden.appending(path: "coplenet_binary_checkpoint.pth")

    /// GroupNorm, under `state_dict` beside the epoch and a score.
    @Test(
        .enabled(
            if: FileSystem.kind(of: authors) == .file, "no coplenet_binary_checkpoint.pth: set GOLDEN_DIR to a folder with it"))
    func thePapersAuthors() throws {
        let network = try network(.group)
        let note = try ForeignWeights(contentsOf: Self.authors).load(into: network)
        #expect(note.contains("under 'state_dict.'"))
        let url = TestFolders.golden.appending(path: "coplenet_binary_checkpoint_output.safetensors")
        let largest = try difference(network, Safetensors(contentsOf: url).tensors)
        #expect(largest <= 1e-4, "\(largest)")
    }

    /// BatchNorm with its statistics and counts, under `model_state_dict` and behind `module.`, as PyMIC saves it; computed by stock
    /// PyTorch.
    @Test(.enabled(if: PeerPython.has("torch"), "\(PeerPython.missing("torch"))"))
    func pyMICs() throws {
        let script = """
            import json, sys, torch
            import torch.nn.functional as F

            folder = sys.argv[1]
            sys.path.insert(0, sys.argv[2])
            import coplenet_peer
            shapes = json.load(open(folder + "/shapes.json"))
            torch.manual_seed(3)
            t = {}
            for name, shape in sorted(shapes.items()):
                x = torch.randn(shape)
                if name.endswith("running_var"): x = x.abs() + 0.5
                elif name.endswith("weight") and len(shape) > 1: x = x * (2 / x[0].numel()) ** 0.5
                elif name.endswith("weight"): x = 1 + 0.1 * x
                else: x = 0.1 * x
                t[name] = x

            def normalize(x, name):
                return F.batch_norm(x, t[name + ".running_mean"], t[name + ".running_var"], t[name + ".weight"], t[name + ".bias"])

            x = torch.randn(2, 1, 48, 64)
            y = coplenet_peer.output(t, x, [2] * 5, normalize)
            counts = {name.replace("running_var", "num_batches_tracked"): torch.tensor(9) for name in t if name.endswith("running_var")}
            state = {"module." + name: value for name, value in (t | counts).items()}
            torch.save({"iteration": 9, "valid_pred": 0.5, "model_state_dict": state}, folder + "/net.pt")
            torch.save({"input": x, "output": y}, folder + "/values.pth")
            """
        let network = try network(.batch)
        try withTemporaryFolder { folder in
            let shapes = Dictionary(uniqueKeysWithValues: network.namedState().map { ($0.name, $0.tensor.shape) })
            try JSONEncoder().encode(shapes).write(to: folder.appending(path: "shapes.json"))
            #expect(try PeerPython.run(["-c", script, folder.path, PeerPython.modules.path]).status == 0)
            let note = try ForeignWeights(contentsOf: folder.appending(path: "net.pt")).load(into: network)
            #expect(note.contains("under 'model_state_dict.module.'"))
            let values = try PyTorchFile(contentsOf: folder.appending(path: "values.pth")).tensors
            let output = try #require(values["output"]).elements() as [Float]
            let scale = output.map(abs).max() ?? 0
            let largest = try difference(network, values)
            #expect(scale > 0.1 && largest <= 1e-4 * max(1, scale), "\(largest) of \(scale)")
        }
    }
}
