"""Writes plans.json: what nnU-Net's planners (nnunetv2 2.8) plan for data sets of some shapes and spacings.

    OMP_NUM_THREADS=1 nnUNet_n_proc_DA=1 python3 plans.py    # with nnunetv2 and nibabel; more threads may wait for each other for ever
"""

import contextlib
import io
import json
import os
import tempfile

import numpy as np

# name, spacings and shapes in planes, rows, columns; how often they are repeated, channels, classes, memory in GB or None
DATA_SETS = [
    ("hippocampus", [[1, 1, 1]] * 3, [[36, 50, 35], [35, 49, 33], [38, 52, 36]], 87, 1, 3, None),
    ("brats", [[1, 1, 1]] * 3, [[138, 169, 138], [140, 172, 142], [135, 168, 136]], 161, 4, 4, None),
    ("acdc", [[10, 1.5, 1.5], [5, 1.37, 1.37], [10, 1.68, 1.68], [7, 1.56, 1.56]],
     [[9, 256, 216], [16, 224, 256], [8, 232, 256], [10, 256, 248]], 50, 1, 4, None),
    ("liver", [[1, 0.77, 0.77], [0.8, 0.7, 0.7], [5, 0.85, 0.85]], [[432, 512, 512], [600, 512, 512], [90, 512, 512]], 43, 1, 3, None),
    ("prostate", [[3.6, 0.625, 0.625], [4, 0.6, 0.6], [3.6, 0.625, 0.625]], [[20, 320, 320], [15, 384, 384], [24, 256, 256]],
     11, 2, 3, None),
    ("pancreas", [[2.5, 0.8, 0.8], [1, 0.7, 0.7], [3, 0.9, 0.9]], [[93, 512, 512], [200, 512, 512], [80, 512, 512]], 94, 1, 3, None),
    ("twoSlices", [[8, 1, 1]] * 2, [[2, 256, 256], [2, 240, 256]], 10, 1, 2, None),
    ("small", [[2, 2, 2]] * 2, [[16, 17, 20], [17, 16, 22]], 10, 1, 2, None),
    ("large", [[0.5, 0.5, 0.5]] * 2, [[600, 640, 620], [580, 600, 620]], 50, 1, 25, None),
    ("stack", [[4, 0.4, 0.4], [0.04, 0.4, 0.4], [4, 0.4, 0.4]], [[30, 512, 400], [2000, 500, 512], [28, 512, 512]], 10, 1, 2, None),
    ("memory", [[1, 1, 1]] * 2, [[138, 169, 138], [140, 172, 142]], 161, 4, 4, 2),
]


def plans(name, spacings, shapes, repeat, channels, classes, memory):
    import nibabel
    from nnunetv2.experiment_planning.experiment_planners import default_experiment_planner as plain
    from nnunetv2.experiment_planning.experiment_planners.residual_unets import residual_encoder_unet_planners as residual

    raw, done = (os.path.join(os.environ[key], "Dataset001_Any") for key in ("nnUNet_raw", "nnUNet_preprocessed"))
    for folder in (raw, done):
        os.makedirs(folder, exist_ok=True)
    image = os.path.join(raw, "image.nii.gz")
    nibabel.save(nibabel.Nifti1Image(np.zeros((4, 4, 4), np.float32), np.eye(4)), image)
    case = {"images": [image] * channels, "label": image}
    description = {
        "channel_names": {str(i): "MRI" for i in range(channels)}, "labels": {f"c{i}": i for i in range(classes)},
        "numTraining": repeat * len(shapes), "file_ending": ".nii.gz", "dataset": {"any": case},
    }
    intensities = {str(i): {"mean": 0, "std": 1, "percentile_00_5": 0, "percentile_99_5": 1} for i in range(channels)}
    fingerprint = {
        "spacings": spacings * repeat, "shapes_after_crop": shapes * repeat, "median_relative_size_after_cropping": 1.0,
        "foreground_intensity_properties_per_channel": intensities,
    }
    for path, value in ((os.path.join(raw, "dataset.json"), description), (os.path.join(done, "dataset_fingerprint.json"), fingerprint)):
        with open(path, "w") as file:
            json.dump(value, file)
    found = {}
    for word, planner in (
        ("plain", plain.ExperimentPlanner), ("M", residual.nnUNetPlannerResEncM),
        ("L", residual.nnUNetPlannerResEncL), ("XL", residual.nnUNetPlannerResEncXL),
    ):
        # What nnU-Net finds of earlier plans it keeps.
        for file in os.listdir(done):
            if file.endswith("Plans.json"):
                os.remove(os.path.join(done, file))
        with contextlib.redirect_stdout(io.StringIO()):
            made = planner(1, **({"gpu_memory_target_in_gb": memory} if memory else {})).plan_experiment()
        for key in ("3d_fullres", "2d", "3d_lowres"):
            if key not in made["configurations"]:
                continue
            plan = made["configurations"][key]
            network = plan["architecture"]["arch_kwargs"]
            found[f"{word} {key}"] = {
                "spacing": [float(x) for x in plan["spacing"]],
                "median": [float(x) for x in plan["median_image_size_in_voxels"]],
                "patch": [int(x) for x in plan["patch_size"]], "batch": int(plan["batch_size"]),
                "features": list(network["features_per_stage"]), "strides": network["strides"], "kernels": network["kernel_sizes"],
                "blocks": list(network.get("n_conv_per_stage", network.get("n_blocks_per_stage"))),
            }
    return {
        "name": name, "spacings": spacings, "shapes": shapes, "repeat": repeat, "channels": channels, "classes": classes,
        "memory": memory, "plans": found,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for key in ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results"):
            os.environ[key] = os.path.join(folder, key)
        rows = [plans(*row) for row in DATA_SETS]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "plans.json"), "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
