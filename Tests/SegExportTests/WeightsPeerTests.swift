import DurableFiles
import Foundation
import RunTestSupport
import SegConfiguration
import TestSupport
import Testing
import Torch
import TorchTestSupport

@testable import SegExport

/// Weights in PyTorch: read by safetensors, loaded strictly into a module that is written as one would there.
@Suite(.enabled(if: ONNXPeer.isThere && PeerPython.has("torch"), ONNXPeer.missing))
struct WeightsPeerTests {
    private static let script = """
        import json, sys, torch
        import torch.nn.functional as F
        from safetensors import safe_open
        from safetensors.torch import load_file, save_file
        from torch import nn

        def block(inputs, outputs):
            def layers(i, o): return [nn.Conv2d(i, o, 3, padding=1), nn.GroupNorm(4, o), nn.LeakyReLU(0.01)]
            return nn.Sequential(*layers(inputs, outputs), nn.Dropout(0.1), *layers(outputs, outputs))

        class Conv(nn.Module):
            def __init__(self, i, o):
                super().__init__()
                self.conv_conv = block(i, o)
            def forward(self, x): return self.conv_conv(x)

        class Down(nn.Module):
            def __init__(self, i, o):
                super().__init__()
                self.conv = Conv(i, o)
            def forward(self, x): return self.conv(F.max_pool2d(x, 2))

        class Up(nn.Module):
            def __init__(self, i, o):
                super().__init__()
                self.conv1x1 = nn.Conv2d(i, o, 1)
                self.conv = Conv(2 * o, o)
            def forward(self, x, skip):
                up = F.interpolate(self.conv1x1(x), size=skip.shape[2:], mode="bilinear", align_corners=True)
                return self.conv(torch.cat([skip, up], 1))

        class UNet(nn.Module):
            def __init__(self):
                super().__init__()
                self.in_conv, self.down1, self.down2 = Conv(1, 8), Down(8, 16), Down(16, 32)
                self.up1, self.up2, self.out_conv = Up(32, 16), Up(16, 8), nn.Conv2d(8, 3, 3, padding=1)
            def forward(self, x):
                a = self.in_conv(x)
                b = self.down1(a)
                return self.out_conv(self.up2(self.up1(self.down2(b), b), a))

        folder = sys.argv[1]
        network = UNet().eval()
        state = load_file(folder + "/weights.safetensors")
        network.load_state_dict({name: value.float() for name, value in state.items()}, strict=True)
        with safe_open(folder + "/weights.safetensors", "pt") as file: metadata = file.metadata()
        assert json.loads(metadata["classes"])[1] == {"name": "a", "value": 2}, metadata
        with torch.no_grad(): save_file({"output": network(load_file(folder + "/image.safetensors")["image"])}, folder + "/o.safetensors")
        """

    @Test(arguments: StoredWeights.allCases)
    func loadIntoTheMatchingModule(_ weights: StoredWeights) throws {
        let checkpoint = try RandomCheckpoint.make(
            ConfigurationReader(
                file: nil,
                overrides: [
                    "network.architecture=unet", "network.features=[8,16,32]", "network.dropout=[0,0,0]",
                    "data.classes=[{name: background, values: [0]}, {name: a, values: [2, 3]}, {name: b, values: [5]}]",
                ]
            ).configuration())
        let network = try checkpoint.makeNetwork(execution: .composed)
        let image = try Tensor.random([2, 1, 16, 24], seed: 4, dtype: .float32)
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "weights.safetensors")
            try ModelExport([checkpoint], weights: weights).write(to: .safetensors(file))
            try Safetensors(tensors: ["image": image]).write(to: folder.appending(path: "image.safetensors"))
            let status = try PeerPython.run(["-c", Self.script, folder.path]).status
            try #require(status == 0, "the Python script failed")
            let output = try #require(Safetensors(contentsOf: folder.appending(path: "o.safetensors")).tensors["output"])
            if weights == .float16 {
                for entry in network.namedState() where entry.tensor.rank > 1 {
                    try entry.tensor.setDataInPlace(entry.tensor.detached().to(.float16).to(.float32))
                }
            }
            #expect(try output.largestDifference(to: network(image, .evaluation)) < 1e-4)
        }
    }
}
