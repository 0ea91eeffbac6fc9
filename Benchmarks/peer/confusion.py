"""Stock PyTorch and numpy on the work of `bench confusion`: argmax, then bincount of pairs, in ms."""

import statistics
import time

import numpy
import torch

from losses import SHAPES


def main():
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, numpy {numpy.__version__}; medians, ms")
    for shape in SHAPES:
        torch.manual_seed(1)
        classes = shape[1]
        logits = 3 * torch.randn(shape)
        labels = torch.randint(0, classes, (shape[0], *shape[2:]))

        def counts_of_torch():
            return torch.bincount((labels * classes + logits.argmax(1)).flatten(), minlength=classes**2)

        def counts_of_numpy():
            predicted = logits.argmax(1).numpy()
            return numpy.bincount((labels.numpy() * classes + predicted).ravel(), minlength=classes**2)

        counters = {"argmax + torch.bincount": counts_of_torch, "argmax + numpy.bincount": counts_of_numpy}
        times = {name: [] for name in counters}
        for _ in range(6):
            for name, count in counters.items():
                begin = time.perf_counter()
                count()
                times[name].append((time.perf_counter() - begin) * 1e3)
        row = ", ".join(f"{name} {statistics.median(values[1:]):.2f}" for name, values in times.items())
        print("x".join(map(str, shape)) + ": " + row)


if __name__ == "__main__":
    main()
