import Foundation
import TestSupport
import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// COPLE-Net of volumes against the same network in stock PyTorch, in double precision: output and gradients. Where `PeerPython` has
/// torch.
@Suite struct CopleNetPeerTests {
    /// Reads weights, input and a direction; writes the output, and the gradients of Σ output·direction.
    private static let script = """
        import json, struct, sys, torch
        import torch.nn.functional as F

        folder, strides, norm = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
        sys.path.insert(0, sys.argv[4])
        import coplenet_peer
        with open(folder + "/network.safetensors", "rb") as file: raw = file.read()
        length = struct.unpack("<Q", raw[:8])[0]
        header, data = json.loads(raw[8:8 + length]), raw[8 + length:]
        t = {}
        for name, entry in header.items():
            if name == "__metadata__": continue
            begin, end = entry["data_offsets"]
            t[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float64).reshape(entry["shape"])
        x, direction = t.pop("input"), t.pop("direction")
        for w in t.values(): w.requires_grad_()

        def normalize(x, name):
            w, b = t[name + ".weight"], t[name + ".bias"]
            return F.group_norm(x, 4, w, b) if norm == "group" else F.instance_norm(x, weight=w, bias=b)

        y = coplenet_peer.output(t, x, strides, normalize)
        (y * direction).sum().backward()
        header, chunks, at = {}, [], 0
        for k, v in {"output": y, **{k: w.grad for k, w in t.items()}}.items():
            b = bytes(v.detach().contiguous().view(torch.uint8).flatten().tolist())
            header[k] = {"dtype": "F64", "shape": list(v.shape), "data_offsets": [at, at + len(b)]}
            at += len(b)
            chunks.append(b)
        text = json.dumps(header).encode()
        with open(folder + "/output.safetensors", "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + b"".join(chunks))
        """

    @Test(
        .enabled(if: PeerPython.has("torch"), "\(PeerPython.missing("torch"))"),
        arguments: [NetworkConfiguration.Normalization.group, .instance])
    func agreesWithPyTorch(normalization: NetworkConfiguration.Normalization) throws {
        let configuration = NetworkConfiguration(
            dimensions: 3, features: [8, 16, 32, 64], dropout: [0, 0, 0, 0],
            kernels: [[1, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]], strides: [[1, 1, 1], [1, 2, 2], [2, 2, 2], [2, 2, 2]],
            normalization: normalization)
        let network = try configuration.makeNetwork(channels: 2, classes: 3, generator: Generator(seed: 1))
        for entry in network.namedState() { try entry.tensor.setDataInPlace(entry.tensor.detached().to(.float64)) }
        let input = try Tensor.random([2, 2, 8, 16, 24], seed: 5)
        let output = try network(input, .evaluation)
        let direction = try Tensor.random(output.shape, seed: 6)
        try (output * direction).sum().backward()
        try withTemporaryFolder { folder in
            var tensors = network.state()
            tensors["input"] = input
            tensors["direction"] = direction
            try Safetensors(tensors: tensors).write(to: folder.appending(path: "network.safetensors"))
            let script = folder.appending(path: "peer.py")
            try Self.script.write(to: script, atomically: true, encoding: .utf8)
            let strides = String(decoding: try JSONEncoder().encode(configuration.strides), as: UTF8.self)
            let status = try PeerPython.run([
                script.path, folder.path, strides, normalization.rawValue, PeerPython.modules.path,
            ]).status
            try #require(status == 0, "the Python script failed")
            let expected = try Safetensors(contentsOf: folder.appending(path: "output.safetensors")).tensors
            #expect(try output.largestDifference(to: #require(expected["output"])) < 1e-9)
            for entry in network.namedState() {
                let (gradient, other) = (try #require(entry.tensor.gradient), try #require(expected[entry.name], "\(entry.name)"))
                #expect(try gradient.largestDifference(to: other) < 1e-9 * max(1, other.abs().max().item()), "\(entry.name)")
            }
        }
    }
}
