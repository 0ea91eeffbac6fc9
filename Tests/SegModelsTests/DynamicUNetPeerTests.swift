import Foundation
import TestSupport
import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// U-Nets with strided convolutions against the same networks in stock PyTorch, in double precision: each head, and the gradient of
/// every parameter. Where `PeerPython` has torch.
@Suite struct DynamicUNetPeerTests {
    /// Reads weights, input and directions; writes the heads, and the gradients of Σ head·direction. A network is read off the names of
    /// its weights, which are those of dynamic-network-architectures.
    private static let script = """
        import json, struct, sys, torch
        import torch.nn.functional as F

        folder, strides, norm = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
        with open(folder + "/network.safetensors", "rb") as file: raw = file.read()
        length = struct.unpack("<Q", raw[:8])[0]
        header, data = json.loads(raw[8:8 + length]), raw[8 + length:]
        t = {}
        for name, entry in header.items():
            if name == "__metadata__": continue
            begin, end = entry["data_offsets"]
            t[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float64).reshape(entry["shape"])
        inputs = {k: t.pop(k) for k in list(t) if k == "input" or k.startswith("direction")}
        for w in t.values(): w.requires_grad_()
        d = len(strides[0])
        conv = [None, None, F.conv2d, F.conv3d][d]
        transposed = [None, None, F.conv_transpose2d, F.conv_transpose3d][d]
        pool = [None, None, F.avg_pool2d, F.avg_pool3d][d]

        def unit(x, name, stride=1, activates=True):
            w = t[name + ".conv.weight"]
            x = conv(x, w, t.get(name + ".conv.bias"), stride, [k // 2 for k in w.shape[2:]])
            g, b = t[name + ".norm.weight"], t[name + ".norm.bias"]
            x = F.instance_norm(x, weight=g, bias=b) if norm == "instance" else F.group_norm(x, 4, g, b)
            return F.leaky_relu(x, 0.01) if activates else x

        def units(x, name, stride=1):
            i = 0
            while f"{name}.convs.{i}.conv.weight" in t:
                x, i = unit(x, f"{name}.convs.{i}", stride if i == 0 else 1), i + 1
            return x

        def blocks(x, name, stride):
            i = 0
            while f"{name}.blocks.{i}.conv1.conv.weight" in t:
                n, s = f"{name}.blocks.{i}", stride if i == 0 else [1] * d
                around, place = x, 0
                if max(s) > 1: around, place = pool(around, s, s), 1
                if f"{n}.skip.{place}.conv.weight" in t: around = unit(around, f"{n}.skip.{place}", 1, False)
                x = F.leaky_relu(unit(unit(x, n + ".conv1", s), n + ".conv2", 1, False) + around, 0.01)
                i += 1
            return x

        x, levels = inputs["input"], []
        if "encoder.stem.convs.0.conv.weight" in t: x = units(x, "encoder.stem")
        for i, stride in enumerate(strides):
            x = units(x, f"encoder.stages.{i}.0", stride) if f"encoder.stages.{i}.0.convs.0.conv.weight" in t \\
                else blocks(x, f"encoder.stages.{i}", stride)
            levels.append(x)
        heads = []
        for i in range(len(strides) - 1):
            n = f"decoder.transpconvs.{i}"
            x = torch.cat([transposed(x, t[n + ".weight"], t[n + ".bias"], strides[-1 - i]), levels[-2 - i]], 1)
            x = units(x, f"decoder.stages.{i}")
            heads.append(conv(x, t[f"decoder.seg_layers.{i}.weight"], t[f"decoder.seg_layers.{i}.bias"]))
        out = {f"head{i}": h for i, h in enumerate(reversed(heads))}
        sum((out[k.replace("direction", "head")] * v).sum() for k, v in inputs.items() if k != "input").backward()
        out.update({k: w.grad for k, w in t.items() if w.grad is not None})
        header, chunks, at = {}, [], 0
        for k, v in out.items():
            b = bytes(v.detach().contiguous().view(torch.uint8).flatten().tolist())
            header[k] = {"dtype": "F64", "shape": list(v.shape), "data_offsets": [at, at + len(b)]}
            at += len(b)
            chunks.append(b)
        text = json.dumps(header).encode()
        with open(folder + "/output.safetensors", "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + b"".join(chunks))
        """

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var configuration: NetworkConfiguration
        let input: [Int]
    }

    @Test(
        .enabled(if: PeerPython.has("torch"), "\(PeerPython.missing("torch"))"),
        arguments: [
            Row(
                testDescription: "plain, volumes, anisotropic",
                configuration: NetworkConfiguration(
                    architecture: .plainConvUNet, dimensions: 3, features: [8, 16, 24, 24], dropout: [0, 0, 0, 0],
                    kernels: [[1, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]],
                    strides: [[1, 1, 1], [1, 2, 2], [2, 2, 2], [2, 2, 1]], deepSupervision: true, normalization: .instance),
                input: [2, 2, 8, 16, 12]),
            Row(
                testDescription: "plain, planes",
                configuration: NetworkConfiguration(
                    architecture: .plainConvUNet, features: [8, 16, 32], dropout: [0, 0, 0], blocks: [1, 2, 3],
                    decoderBlocks: [1, 2], deepSupervision: true, normalization: .instance), input: [2, 1, 16, 24]),
            Row(
                testDescription: "residual, volumes",
                configuration: NetworkConfiguration(
                    architecture: .residualEncoderUNet, dimensions: 3, features: [8, 16, 16, 24], dropout: [0, 0, 0, 0],
                    strides: [[1, 1, 1], [1, 2, 2], [2, 2, 2], [2, 2, 2]], blocks: [1, 2, 2, 2], deepSupervision: true,
                    normalization: .instance), input: [2, 1, 8, 16, 16]),
            Row(
                testDescription: "residual, planes, group norm, one head",
                configuration: NetworkConfiguration(
                    architecture: .residualEncoderUNet, features: [8, 16, 24], dropout: [0, 0, 0], normalization: .group),
                input: [2, 3, 16, 16]),
        ])
    func agreesWithPyTorch(_ row: Row) throws {
        let network = try row.configuration.makeNetwork(channels: row.input[1], classes: 3, generator: Generator(seed: 1))
        for (index, entry) in network.namedState().enumerated() {
            // Norms start at 1 and 0, and biases at 0: random ones show more.
            let values = try Tensor.random(entry.tensor.shape, seed: UInt64(index)).to(.float64)
            let start = entry.tensor.rank == 1 && entry.name.hasSuffix("weight") ? values * 0.3 + 1 : values * 0.3
            try entry.tensor.setDataInPlace(start)
        }
        let input = try Tensor.random(row.input, seed: 50).to(.float64)
        let heads = try network.heads(input, .evaluation)
        #expect(heads.count == (row.configuration.deepSupervision ? row.configuration.features.count - 2 : 1))
        #expect(try network(input, .evaluation).largestDifference(to: heads[0]) == 0)
        let directions = try heads.indices.map { try Tensor.random(heads[$0].shape, seed: UInt64(60 + $0)).to(.float64) }
        try zip(heads, directions).dropFirst().reduce((heads[0] * directions[0]).sum()) { try $0 + ($1.0 * $1.1).sum() }
            .backward()

        try withTemporaryFolder { folder in
            var tensors = network.state()
            tensors["input"] = input
            for (index, direction) in directions.enumerated() { tensors["direction\(index)"] = direction }
            try Safetensors(tensors: tensors).write(to: folder.appending(path: "network.safetensors"))
            let script = folder.appending(path: "peer.py")
            try Self.script.write(to: script, atomically: true, encoding: .utf8)
            let strides = String(decoding: try JSONEncoder().encode(row.configuration.levels.map(\.stride)), as: UTF8.self)
            let status = try PeerPython.run([script.path, folder.path, strides, row.configuration.normalization.rawValue]).status
            try #require(status == 0, "the Python script failed")
            let expected = try Safetensors(contentsOf: folder.appending(path: "output.safetensors")).tensors
            for (index, head) in heads.enumerated() {
                #expect(try head.largestDifference(to: #require(expected["head\(index)"])) < 1e-9)
            }
            let largest = try expected.filter { !$0.key.hasPrefix("head") }.map { try $0.value.abs().max().item() }.max() ?? 0
            for entry in network.namedState() {
                guard let gradient = entry.tensor.gradient else {
                    // Heads without a part in training have none, there as here.
                    #expect(expected[entry.name] == nil && entry.name.hasPrefix("decoder.seg_layers."), "\(entry.name)")
                    continue
                }
                let other = try #require(expected[entry.name], "\(entry.name)")
                #expect(try gradient.largestDifference(to: other) < 1e-9 * largest, "\(entry.name)")
            }
        }
    }

    /// A fresh residual block passes its input on, and weights have He's deviation.
    @Test func startsAsInNNUNet() throws {
        let network = try NetworkConfiguration(
            architecture: .residualEncoderUNet, features: [32, 64], dropout: [0, 0], normalization: .instance
        ).makeNetwork(channels: 1, classes: 2, generator: Generator(seed: 1))
        for entry in network.namedState() {
            if entry.name.contains("conv2.norm") || entry.name.hasSuffix("conv.bias") {
                #expect(try entry.tensor.abs().max().item() == 0, "\(entry.name)")
            } else if entry.name.hasSuffix("conv1.conv.weight") {
                let fanIn = Double(entry.tensor.shape.dropFirst().reduce(1, *))
                let variance = try (entry.tensor * entry.tensor).mean().item()
                #expect(abs(variance * fanIn / (2 / (1 + 1e-4)) - 1) < 0.1, "\(entry.name)")
            }
        }
    }
}
