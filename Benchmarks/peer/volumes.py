"""Stock PyTorch's side of `bench volumes`: a training step or a prediction of the planned 3-D U-Net at a time, on request.

Each line on standard input is a JSON object. {"make": "planned", "shape": [2, 1, 40, 56, 40], "classes": 3} builds the network and a
batch; {"run": "stock_float32", "work": "train"} does the work once and is answered by one line when it is done.

    volumes.py --memory stock_float32 planned 2,1,40,56,40 3

prints the megabytes by which three training steps raise the largest resident size over what was there before the network.
"""

import json
import sys

import torch
import torch.nn.functional as F
from torch import nn

FEATURES = [32, 64, 128, 256]
SETTINGS = ["stock_float32", "stock_channels_last", "stock_bfloat16", "stock_bfloat16_channels_last"]


def stage(inputs, outputs, stride):
    layers = []
    for place in range(2):
        layers += [
            nn.Conv3d(inputs if place == 0 else outputs, outputs, 3, stride if place == 0 else 1, 1),
            nn.InstanceNorm3d(outputs, affine=True), nn.LeakyReLU(0.01, inplace=True)]
    return nn.Sequential(*layers)


class Network(nn.Module):
    """dynamic-network-architectures' PlainConvUNet with deep supervision of all resolutions of the decoder but the lowest."""

    def __init__(self, channels, classes, features=FEATURES):
        super().__init__()
        f, levels = features, len(features)
        self.encoder = nn.ModuleList(stage(channels if i == 0 else f[i - 1], f[i], 1 if i == 0 else 2) for i in range(levels))
        self.up = nn.ModuleList(nn.ConvTranspose3d(f[i + 1], f[i], 2, 2) for i in range(levels - 1))
        self.decoder = nn.ModuleList(stage(2 * f[i], f[i], 1) for i in range(levels - 1))
        self.heads = nn.ModuleList(nn.Conv3d(f[i], classes, 1) for i in range(levels - 2))

    def forward(self, x, heads):
        skips = []
        for encode in self.encoder:
            x = encode(x)
            skips.append(x)
        scores = []
        for i in reversed(range(len(self.decoder))):
            x = self.decoder[i](torch.cat([self.up[i](x), skips[i]], 1))
            if i < heads:
                scores.insert(0, self.heads[i](x))
        return scores


class Work:
    """One setting of stock PyTorch on one batch."""

    def __init__(self, setting, shape, classes):
        torch.manual_seed(1)
        self.network, self.images = Network(shape[1], classes), torch.rand(shape)
        labels = torch.randint(0, classes, (shape[0], *shape[2:]))
        self.labels = [labels, labels[:, 1::2, 1::2, 1::2].contiguous()]
        self.bfloat16 = "bfloat16" in setting
        if "channels_last" in setting:
            self.network = self.network.to(memory_format=torch.channels_last_3d)
            self.images = self.images.contiguous(memory_format=torch.channels_last_3d)
        self.optimizer = torch.optim.SGD(
            self.network.parameters(), lr=0.01, momentum=0.99, nesterov=True, weight_decay=3e-5)

    def train(self):
        self.network.train()
        self.optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            scores = self.network(self.images, heads=2)
        losses = [F.cross_entropy(head.float(), labels) for head, labels in zip(scores, self.labels)]
        (losses[0] * (2 / 3) + losses[1] * (1 / 3)).backward()
        self.optimizer.step()

    def predict(self):
        self.network.eval()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            self.network(self.images, heads=1)


def kilobytes(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field + ":"))


def print_memory(setting, kind, shape, classes):
    with open("/proc/self/clear_refs", "w") as reset:
        reset.write("5")
    before = kilobytes("VmRSS")
    work = Work(setting, [int(size) for size in shape.split(",")], int(classes))
    for _ in range(3):
        work.train()
    print((kilobytes("VmHWM") - before) * 1024 / 1e6)


def main():
    if sys.argv[1:2] == ["--memory"]:
        print_memory(*sys.argv[2:])
        return
    print(json.dumps({"settings": SETTINGS, "version": torch.__version__, "threads": torch.get_num_threads(),
                      "left_out": None}), flush=True)
    made, works = None, {}
    for line in sys.stdin:
        request = json.loads(line)
        if "make" in request:
            made, works = (request["shape"], request["classes"]), {}
        else:
            setting = request["run"]
            if setting not in works:
                works[setting] = Work(setting, *made)
            getattr(works[setting], request["work"])()
        print("done", flush=True)


if __name__ == "__main__":
    main()
