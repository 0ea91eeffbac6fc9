"""Stock PyTorch's side of `Benchmarks/gpu`: the work of `bench device`, eager, compiled and as a CUDA graph, a line of JSON each.

    gpu.py DEVICE SECONDS

On the CPU everything is small: there it only shows that the benchmark runs.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F

import network
import volumes

DEVICE, SECONDS = sys.argv[1], float(sys.argv[2])
ON_GPU = DEVICE != "cpu"
TYPES = {"float32": None, "tf32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}
PLANNED = [32, 64, 128, 256, 320, 320]


def synchronize():
    if ON_GPU:
        torch.cuda.synchronize()


def measure(work, setting, body):
    """The mean of many in a row, after some that allocate memory and choose algorithms; None where PyTorch cannot."""
    try:
        for _ in range(3):
            body()
        synchronize()
        count, start = 0, time.perf_counter()
        while count < 3 or time.perf_counter() - start < SECONDS:
            body()
            count += 1
        synchronize()
        ms = 1000 * (time.perf_counter() - start) / count
    except Exception as error:
        print(f"{work}, {setting}: {str(error).splitlines()[0]}", file=sys.stderr)
        ms = None
    print(json.dumps({"work": work, "setting": setting, "ms": ms}), flush=True)


class Work:
    def __init__(self, kind, shape, classes, dtype, channels_last):
        torch.manual_seed(1)
        planned = kind == "planned"
        self.network = volumes.Network(shape[1], classes, PLANNED) if planned else network.Network(kind, shape[1], classes)
        self.network.to(DEVICE)
        images = torch.rand(shape)
        if channels_last:
            form = torch.channels_last_3d if planned else torch.channels_last
            self.network.to(memory_format=form)
            images = images.contiguous(memory_format=form)
        self.host = images.pin_memory() if ON_GPU else images
        self.images = images.to(DEVICE)
        labels = torch.randint(0, classes, (shape[0], *shape[2:]))
        self.labels = [labels[(slice(None), *[slice(2**i // 2, None, 2**i)] * (len(shape) - 2))].contiguous().to(DEVICE)
                       for i in range(len(PLANNED) - 2 if planned else 1)]
        parameters = self.network.parameters()
        options = {"capturable": True} if ON_GPU else {}
        self.optimizer = (torch.optim.SGD(parameters, lr=0.0001, momentum=0.99, nesterov=True, weight_decay=3e-5, fused=True)
                          if planned else torch.optim.AdamW(parameters, lr=1e-4, weight_decay=5e-4, fused=True, **options))
        self.dtype, self.planned, self.call = dtype, planned, self.network
        self.scaler = torch.amp.GradScaler(DEVICE.split(":")[0], enabled=dtype == torch.float16)

    def scores(self, images, heads):
        with torch.autocast(DEVICE.split(":")[0], self.dtype, enabled=self.dtype is not None):
            return self.call(images, heads=heads) if self.planned else [self.call(images)]

    def step(self):
        scores = self.scores(self.images, len(self.labels))
        weights = [0.5**i for i in range(len(scores))]
        losses = [F.cross_entropy(score.float(), labels) for score, labels in zip(scores, self.labels)]
        loss = sum(w * value for w, value in zip(weights, losses)) / sum(weights)
        self.scaler.scale(loss).backward()
        self.scaler.unscale_(self.optimizer)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 12)
        self.scaler.step(self.optimizer)
        self.scaler.update()

    def train(self):
        self.network.train()
        self.images.copy_(self.host, non_blocking=True)
        self.optimizer.zero_grad(set_to_none=True)
        self.step()

    def predict(self):
        self.network.eval()
        with torch.inference_mode():
            self.scores(self.images, 1)[0].argmax(1).to(torch.uint8).cpu()

    def graph(self):
        """The same step, captured once and replayed."""
        self.network.train()
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.optimizer.zero_grad(set_to_none=True)
                self.step()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        self.optimizer.zero_grad(set_to_none=True)
        with torch.cuda.graph(graph):
            self.step()

        def replay():
            self.images.copy_(self.host, non_blocking=True)
            graph.replay()
        return replay


def margin_loss(logits, labels, positive, negative):
    top, where = logits.topk(2, 1)
    classes = torch.arange(logits.shape[1], device=logits.device).view(1, -1, 1, 1)
    margins = logits - torch.where(classes == where[:, :1], top[:, 1:], top[:, :1])
    excess = torch.where(classes == labels.unsqueeze(1), positive - margins, margins + negative)
    return (F.softplus(excess * 0.6931471805599453) / 0.6931471805599453).sum(1).mean()


def main():
    torch.backends.cudnn.benchmark = True
    # Everything the networks need for their lowest level.
    works = [("coplenet", "4×1×224×336", [4, 1, 224, 336], 2), ("coplenet", "2×3×768×768", [2, 3, 768, 768], 5),
             ("planned", "2×1×128×128×128", [2, 1, 128, 128, 128], 3)]
    for kind, title, shape, classes in works:
        if not ON_GPU:
            shape = shape[:2] + [max(size // 128 * 16, 64 if kind == "planned" else 32) for size in shape[2:]]
        for name, dtype in TYPES.items():
            if not ON_GPU and name == "float16":
                continue
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = name == "tf32"
            for channels_last in (False, True):
                work = Work(kind, shape, classes, dtype, channels_last)
                setting = name + (" channels-last" if channels_last else "")
                measure(f"training step, {kind} {title}", "eager " + setting, work.train)
                measure(f"prediction, {kind} {title}", "eager " + setting, work.predict)
        if not ON_GPU:
            continue
        best = Work(kind, shape, classes, torch.bfloat16, True)
        try:
            measure(f"training step, {kind} {title}", "graph bfloat16 channels-last", best.graph())
        except Exception as error:
            print(f"graph: {str(error).splitlines()[0]}", file=sys.stderr)
        compiled = Work(kind, shape, classes, torch.bfloat16, True)
        compiled.call = torch.compile(compiled.network)
        measure(f"training step, {kind} {title}", "compile bfloat16 channels-last", compiled.train)
        measure(f"prediction, {kind} {title}", "compile bfloat16 channels-last", compiled.predict)
    shape = [6, 5, 768, 768] if ON_GPU else [2, 5, 96, 96]
    logits = torch.randn(shape, device=DEVICE).mul_(3).requires_grad_()
    labels = torch.randint(0, 5, (shape[0], *shape[2:]), device=DEVICE)
    offsets = [torch.rand(5, device=DEVICE).view(1, -1, 1, 1) for _ in range(2)]
    forms = [("eager float32", margin_loss)] + ([("compile float32", torch.compile(margin_loss))] if ON_GPU else [])
    for setting, form in forms:
        def body():
            logits.grad = None
            form(logits, labels, *offsets).backward()
        measure("margin loss, 6×5×768×768", setting, body)


if __name__ == "__main__":
    main()
