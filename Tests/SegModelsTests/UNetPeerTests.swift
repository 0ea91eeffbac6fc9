import Foundation
import TestSupport
import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// The U-Net of volumes against the same network in stock PyTorch, where `PeerPython` has torch.
@Suite struct UNetPeerTests {
    /// Reads the state, the input, and the network's shape; writes the output.
    private static let script = """
        import json, struct, sys, torch
        import torch.nn.functional as F

        folder, norm, strides = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
        with open(folder + "/network.safetensors", "rb") as file: raw = file.read()
        length = struct.unpack("<Q", raw[:8])[0]
        header, data = json.loads(raw[8:8 + length]), raw[8 + length:]
        t = {}
        for name, entry in header.items():
            if name == "__metadata__": continue
            begin, end = entry["data_offsets"]
            t[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(entry["shape"])

        def conv(x, name):
            w = t[name + ".weight"]
            return F.conv3d(x, w, t[name + ".bias"], padding=[k // 2 for k in w.shape[2:]])

        def normed(x, name):
            w, b = t[name + ".weight"], t[name + ".bias"]
            return F.group_norm(x, 4, w, b) if norm == "group" else F.instance_norm(x, weight=w, bias=b)

        def block(x, name):
            for i in (0, 4): x = F.leaky_relu(normed(conv(x, f"{name}.conv_conv.{i}"), f"{name}.conv_conv.{i + 1}"))
            return x

        y, skips = block(t["input"], "in_conv"), []
        for i, stride in enumerate(strides[1:], 1):
            skips.append(y)
            y = block(F.max_pool3d(y, stride), f"down{i}.conv")
        for i in range(1, len(strides)):
            skip = skips.pop()
            up = F.interpolate(conv(y, f"up{i}.conv1x1"), size=skip.shape[2:], mode="trilinear", align_corners=True)
            y = block(torch.cat([skip, up], 1), f"up{i}.conv")
        y = conv(y, "out_conv").contiguous()
        text = json.dumps({"output": {"dtype": "F32", "shape": list(y.shape), "data_offsets": [0, 4 * y.numel()]}}).encode()
        with open(folder + "/output.safetensors", "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + bytes(y.view(torch.uint8).flatten().tolist()))
        """

    @Test(
        .enabled(if: PeerPython.has("torch"), "\(PeerPython.missing("torch"))"),
        arguments: [NetworkConfiguration.Normalization.group, .instance])
    func agreesWithPyTorch(normalization: NetworkConfiguration.Normalization) throws {
        let configuration = NetworkConfiguration(
            architecture: .unet, dimensions: 3, features: [8, 16, 24, 32], dropout: [0, 0, 0.1, 0.2],
            kernels: [[1, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]], strides: [[1, 1, 1], [1, 2, 2], [2, 2, 2], [2, 2, 2]],
            normalization: normalization)
        let network = try configuration.makeNetwork(channels: 2, classes: 3, generator: Generator(seed: 1))
        let input = try Tensor.random([2, 2, 8, 16, 24], seed: 5, dtype: .float32)
        try withTemporaryFolder { folder in
            var tensors = network.state()
            tensors["input"] = input
            try Safetensors(tensors: tensors).write(to: folder.appending(path: "network.safetensors"))
            let script = folder.appending(path: "peer.py")
            try Self.script.write(to: script, atomically: true, encoding: .utf8)
            let strides = String(decoding: try JSONEncoder().encode(configuration.strides), as: UTF8.self)
            let status = try PeerPython.run([script.path, folder.path, normalization.rawValue, strides]).status
            try #require(status == 0, "the Python script failed")
            let expected = try Safetensors(contentsOf: folder.appending(path: "output.safetensors")).tensors["output"]
            #expect(try network(input, .evaluation).largestDifference(to: #require(expected)) < 1e-4)
        }
    }
}
