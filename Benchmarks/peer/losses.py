"""Stock PyTorch on the work of `bench losses`: objectives as their authors write them, forward and backward, in ms."""

import statistics
import time

import torch
import torch.nn.functional as F

SHAPES = [(4, 2, 224, 336), (6, 5, 224, 336), (6, 5, 768, 768), (1, 5, 128, 128, 128)]


def margin(logits, labels, rho_k0, rho_0k):
    """Eqs. 27-29 with the two largest scores of each pixel."""
    classes = logits.shape[1]
    (values, indices) = logits.topk(2, dim=1)
    one_hot = F.one_hot(labels, classes).movedim(-1, 1).bool()
    axis = torch.arange(classes).view(1, -1, *[1] * (logits.dim() - 2))
    rival = torch.where(axis == indices[:, :1], values[:, 1:], values[:, :1])
    gap = logits - rival
    shape = (1, -1, *[1] * (logits.dim() - 2))
    excess = torch.where(one_hot, rho_k0.view(shape) - gap, gap + rho_0k.view(shape))
    return F.softplus(excess * 0.6931471805599453).sum(1).mean() / 0.6931471805599453


def tversky(logits, labels):
    p = logits.softmax(1)
    y = F.one_hot(labels, logits.shape[1]).movedim(-1, 1).float()
    axes = tuple(range(2, logits.dim()))
    tp, fp, fn = (p * y).sum(axes), (p * (1 - y)).sum(axes), ((1 - p) * y).sum(axes)
    return 1 - ((tp + 1) / (tp + 0.3 * fp + 0.7 * fn + 1)).mean()


def focal(logits, labels):
    log_p = logits.log_softmax(1).gather(1, labels.unsqueeze(1)).squeeze(1)
    return -((1 - log_p.exp()) ** 2 * log_p).mean()


def main():
    print(f"stock PyTorch {torch.__version__}, {torch.get_num_threads()} threads, float32, labels int64; medians, ms")
    for shape in SHAPES:
        torch.manual_seed(1)
        logits = (3 * torch.randn(shape)).requires_grad_()
        labels = torch.randint(0, shape[1], (shape[0], *shape[2:]))
        rho = torch.full((shape[1],), 0.1)
        objectives = {
            "cross_entropy": lambda: F.cross_entropy(logits, labels),
            "margin": lambda: margin(logits, labels, rho, rho),
            "tversky": lambda: tversky(logits, labels),
            "focal": lambda: focal(logits, labels),
        }
        times = {name: [] for name in objectives}
        start, rounds = time.perf_counter(), 0
        while rounds < 4 or time.perf_counter() - start < 6:
            for name, objective in objectives.items():
                logits.grad = None
                begin = time.perf_counter()
                objective().backward()
                times[name].append((time.perf_counter() - begin) * 1e3)
            rounds += 1
        row = ", ".join(f"{name} {statistics.median(values[1:]):.2f}" for name, values in times.items())
        print("x".join(map(str, shape)) + ": " + row)


if __name__ == "__main__":
    main()
