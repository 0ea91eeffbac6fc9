"""Stock PyTorch's side of `bench network`: the same networks, one training step or one prediction at a time on request.

Each line on standard input is a JSON object. {"make": "coplenet", "shape": [4, 1, 224, 336], "classes": 2} builds a network
and a batch; {"run": "stock_float32", "work": "train"} does the work once and is answered by one line when it is done.

    network.py --memory stock_float32 coplenet 4,1,224,336 2

prints the megabytes by which three training steps raise the largest resident size over what was there before the network.
"""

import json
import shutil
import sys

import torch
import torch.nn.functional as F
from torch import nn

FEATURES = [16, 32, 64, 128, 256]
DROPOUT = [0, 0, 0.3, 0.4, 0.5]


def norm(channels):
    return nn.GroupNorm(4, channels)


class SqueezeExcitation(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, channels // 2, 1), nn.LeakyReLU(),
            nn.Conv2d(channels // 2, channels, 1), nn.ReLU())

    def forward(self, x):
        return x + x * self.gate(x)


def block(inputs, outputs, dropout, excites):
    layers = [
        nn.Conv2d(inputs, outputs, 3, padding=1), norm(outputs), nn.LeakyReLU(), nn.Dropout(dropout),
        nn.Conv2d(outputs, outputs, 3, padding=1), norm(outputs), nn.LeakyReLU()]
    return nn.Sequential(*layers, *([SqueezeExcitation(outputs)] if excites else []))


class Network(nn.Module):
    """COPLE-Net, or U-Net of the same widths."""

    def __init__(self, kind, channels, classes):
        super().__init__()
        f, cople = FEATURES, kind == "coplenet"
        self.cople = cople
        self.first = block(channels, f[0], DROPOUT[0], cople)
        self.down = nn.ModuleList(
            block((2 if cople else 1) * f[i], f[i + 1], DROPOUT[i + 1], cople) for i in range(4))
        widths = [w // 2 if cople else w for w in f[:4]]
        self.bridges = nn.ModuleList(
            nn.Sequential(nn.Conv2d(f[i], widths[i], 1), norm(widths[i]), nn.LeakyReLU()) if cople else nn.Identity()
            for i in range(4))
        self.narrow = nn.ModuleList(nn.Conv2d(f[i + 1], widths[i], 1) for i in range(4))
        self.up = nn.ModuleList(block(2 * widths[i], f[i], 0, cople) for i in range(4))
        if cople:
            self.scales = nn.ModuleList(
                nn.Conv2d(f[4], f[4] // 4, k, padding=d * (k // 2), dilation=d) for k, d in [(1, 1), (3, 2), (3, 4), (3, 6)])
            self.join = nn.Sequential(nn.Conv2d(f[4], f[4], 1), norm(f[4]), nn.LeakyReLU())
        self.last = nn.Conv2d(f[0], classes, 3, padding=1)

    def forward(self, x):
        skips = [self.first(x)]
        for down in self.down:
            x = F.max_pool2d(skips[-1], 2)
            if self.cople:
                x = torch.cat([x, F.avg_pool2d(skips[-1], 2)], 1)
            skips.append(down(x) + x if self.cople else down(x))
        x = skips.pop()
        if self.cople:
            x = self.join(torch.cat([scale(x) for scale in self.scales], 1))
        for i in reversed(range(4)):
            low = F.interpolate(self.narrow[i](x), scale_factor=2, mode="bilinear", align_corners=True)
            z = torch.cat([self.bridges[i](skips[i]), low], 1)
            x = self.up[i](z) + z if self.cople else self.up[i](z)
        return self.last(x)


class Work:
    """One setting of stock PyTorch on one network and batch."""

    def __init__(self, setting, kind, shape, classes):
        torch.manual_seed(1)
        self.network, self.images = Network(kind, shape[1], classes), torch.rand(shape)
        self.labels = torch.randint(0, classes, (shape[0], *shape[2:]))
        self.bfloat16 = setting == "stock_bfloat16"
        if setting in ("stock_channels_last", "stock_bfloat16"):
            self.network = self.network.to(memory_format=torch.channels_last)
            self.images = self.images.contiguous(memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=1e-4, weight_decay=5e-4)
        self.call = torch.compile(self.network) if setting == "stock_compile" else self.network

    def train(self):
        self.network.train()
        self.optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            scores = self.call(self.images)
        F.cross_entropy(scores.float(), self.labels).backward()
        self.optimizer.step()

    def predict(self):
        self.network.eval()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            self.call(self.images)


def why_not_compiled():
    """Why torch.compile does not work here, in one line; None where it does."""
    if not (shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")):
        return "stock_compile is not measured: torch.compile needs a C++ compiler, and there is none"
    try:
        torch.compile(lambda x: x.sin() + 1)(torch.ones(8))
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return f"stock_compile is not measured: {lines[0]}"
    return None


def kilobytes(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field + ":"))


def print_memory(setting, kind, shape, classes):
    with open("/proc/self/clear_refs", "w") as reset:
        reset.write("5")
    before = kilobytes("VmRSS")
    work = Work(setting, kind, [int(size) for size in shape.split(",")], int(classes))
    for _ in range(3):
        work.train()
    print((kilobytes("VmHWM") - before) * 1024 / 1e6)


def main():
    if sys.argv[1:2] == ["--memory"]:
        print_memory(*sys.argv[2:])
        return
    settings, left_out = ["stock_float32", "stock_channels_last", "stock_bfloat16"], None
    if "--compile" in sys.argv:
        left_out = why_not_compiled()
        if left_out is None:
            settings.append("stock_compile")
    print(json.dumps({"settings": settings, "version": torch.__version__, "threads": torch.get_num_threads(),
                      "left_out": left_out}), flush=True)
    made, works = None, {}
    for line in sys.stdin:
        request = json.loads(line)
        if "make" in request:
            made, works = (request["make"], request["shape"], request["classes"]), {}
        else:
            setting = request["run"]
            if setting not in works:
                works[setting] = Work(setting, *made)
            getattr(works[setting], request["work"])()
        print("done", flush=True)


if __name__ == "__main__":
    main()
