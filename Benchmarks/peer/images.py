"""Others on the work of `bench images`: nibabel reads a packed float32 volume of the same size, and SimpleITK a DICOM series, in
turn with ours, each in a process of its own."""

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import nibabel
import numpy as np

SHAPE = (240, 240, 155)


ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
SCRIPT = os.path.join(ROOT, "Tests/Golden/dicom_speed.py")
ROUNDS = 5


def series():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, SCRIPT, "--make", folder], check=True)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            found = subprocess.run([os.path.join(ROOT, ".build/release/bench"), "--series", folder], check=True, capture_output=True)
            ours.append(float(found.stdout))
            found = subprocess.run([sys.executable, SCRIPT, "--read", folder], check=True, capture_output=True)
            theirs.append(1000 * json.loads(found.stdout)["seconds"])
    ours, theirs = statistics.median(ours), statistics.median(theirs)
    print(f"1000 DICOM files of 512x512: ours {ours:.0f} ms, SimpleITK {theirs:.0f} ms, {theirs / ours:.2f} times ours")


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
    if all(importlib.util.find_spec(name) for name in ("SimpleITK", "pydicom")):
        series()
    else:
        print("the reading of DICOM is not measured: it needs SimpleITK and pydicom")
