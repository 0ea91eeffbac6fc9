"""nnU-Net's side of `bench loading`: windows of a volume, cut out as its loader does and transformed as in training, on
request.

Each line on standard input is a JSON object, {"window": 128, "count": 40}; one line answers when all are done. One thread, as a worker of nnU-Net has.
"""

import json
import sys

import numpy as np
import torch
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
from nnunetv2.training.data_augmentation.compute_initial_patch_size import get_patch_size

VOLUME = 160
ROTATION = (-30 / 360 * 2 * np.pi, 30 / 360 * 2 * np.pi)


def main():
    torch.set_num_threads(1)
    rng = np.random.default_rng(1)
    image = rng.standard_normal((1, VOLUME, VOLUME, VOLUME), dtype=np.float32)
    labels = np.zeros(image.shape, dtype=np.int16)
    labels[:, 60:90, 60:90, 60:90] = 1
    transforms = {}
    print(json.dumps({"settings": ["nnunet"], "version": torch.__version__, "threads": 1, "left_out": None}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        window = request["window"]
        if window not in transforms:
            transforms[window] = nnUNetTrainer.get_training_transforms(
                np.array([window] * 3), ROTATION, [[1, 1, 1], [0.5] * 3, [0.25] * 3], (0, 1, 2), False, use_mask_for_norm=[False])
        # Larger than the window, so that what is turned has corners.
        size = np.minimum(get_patch_size([window] * 3, ROTATION, ROTATION, ROTATION, (0.85, 1.25)), VOLUME)
        for _ in range(request["count"]):
            start = [rng.integers(0, VOLUME - s + 1) for s in size]
            box = (slice(None), *(slice(a, a + s) for a, s in zip(start, size)))
            with torch.no_grad():
                transforms[window](
                    image=torch.from_numpy(image[box].copy()), segmentation=torch.from_numpy(labels[box].copy()))
        print("done", flush=True)


if __name__ == "__main__":
    main()
