"""nibabel on the work of `bench images`: reading a packed float32 volume of the same size, in ms."""

import os
import statistics
import tempfile
import time

import nibabel
import numpy as np

SHAPE = (240, 240, 155)


def main():
    x, y, z = np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE), indexing="ij")
    radius = x * x + y * y + z * z
    noise = np.random.default_rng(1).integers(0, 256, SHAPE)
    volume = np.where(radius < 0.8, (1 - radius) * 900 + noise, 0).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "volume.nii.gz")
        nibabel.save(nibabel.Nifti1Image(volume, np.eye(4)), path)
        times = []
        for _ in range(7):
            start = time.perf_counter()
            np.asarray(nibabel.load(path).dataobj)
            times.append(1000 * (time.perf_counter() - start))
    print(f"nibabel {nibabel.__version__} reads such a volume in {statistics.median(times):.0f} ms")


if __name__ == "__main__":
    main()
