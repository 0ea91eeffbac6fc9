"""Trains small networks of nnU-Net's on hippocampus volumes, and has nnU-Net predict with them: nnunet.py DATA OUT [ITERATIONS]

Every second volume gets another spacing and a border of zeros, so that what is done to images before and after the network is done.
Into OUT come results/, images/ of volumes that no network has seen, and predictions/NETWORK/ of these. The network of two folds has
post-processing, in the form that nnU-Net stores it in, and predictions with it in processed/NETWORK/.
"""

import csv
import json
import os
import shutil
import sys
from pathlib import Path

data, out = Path(sys.argv[1]), Path(sys.argv[2])
iterations = int(sys.argv[3]) if len(sys.argv) > 3 else 100
for key, name in {"nnUNet_raw": "raw", "nnUNet_preprocessed": "preprocessed", "nnUNet_results": "results"}.items():
    (out / name).mkdir(parents=True, exist_ok=True)
    os.environ[key] = str(out / name)
os.environ.update(nnUNet_compile="f", nnUNet_n_proc_DA="1", nnUNet_def_n_proc="1")

import numpy
import SimpleITK
import torch
from nnunetv2.experiment_planning.plan_and_preprocess_api import extract_fingerprints, plan_experiments, preprocess
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.postprocessing.remove_connected_components import (
    apply_postprocessing, remove_all_but_largest_component_from_segmentation)
from nnunetv2.training.lr_scheduler.polylr import PolyLRScheduler
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer as Trainer

torch.set_num_threads(1)
torch.manual_seed(7)
numpy.random.seed(7)
NAME = "Dataset004_Hippocampus"
# Plans, configuration, folds.
NETWORKS = [("nnUNetPlans", "3d_fullres", (0,)), ("nnUNetPlans", "2d", (0, 1)), ("nnUNetResEncUNetMPlans", "3d_fullres", (0,))]


class nnUNetTrainer(Trainer):
    """Under the name of the trainer whose networks it makes, by which predictions find it."""

    def __init__(self, plans, configuration, fold, dataset_json, device=torch.device("cpu")):
        super().__init__(plans, configuration, fold, dataset_json, device)
        self.num_epochs, self.num_iterations_per_epoch, self.num_val_iterations_per_epoch = 1, iterations, 1

    def configure_optimizers(self):
        # Finds something in some steps, which SGD does not.
        optimizer = torch.optim.AdamW(self.network.parameters(), 5e-3)
        return optimizer, PolyLRScheduler(optimizer, 5e-3, self.num_epochs)

    def perform_actual_validation(self, save_probabilities=False):
        pass


def changed(source, target, number):
    """A copy, every second one with another spacing and a border of zeros."""
    image = SimpleITK.ReadImage(str(source))
    if number % 2:
        image = SimpleITK.ConstantPad(image, (2, 0, 3), (1, 4, 0), 0)
        image.SetSpacing((1.3, 0.8, 1.1))
    SimpleITK.WriteImage(image, str(target))


def process(folder, predictions, target, folds):
    """What nnUNetv2_find_best_configuration leaves beside the folds, with two steps, and label maps after them."""
    stored = folder / ("crossval_results_folds_" + "_".join(map(str, folds)))
    stored.mkdir()
    target.mkdir(parents=True)
    functions = [remove_all_but_largest_component_from_segmentation] * 2
    arguments = [{"labels_or_regions": [1, 2]}, {"labels_or_regions": 2}]
    scores = [{"foreground_mean": {"Dice": dice}} for dice in (0.8125, 0.875)]
    (stored / "postprocessing.json").write_text(json.dumps({
        "input_folder": scores[0], "postprocessed": scores[1], "postprocessing_fns": [each.__name__ for each in functions],
        "postprocessing_kwargs": arguments}))
    (stored / "summary.json").write_text(json.dumps({"metric_per_case": [{}] * 6}))
    for path in predictions.glob("*.nii.gz"):
        image = SimpleITK.ReadImage(str(path))
        labels = apply_postprocessing(SimpleITK.GetArrayFromImage(image), functions, arguments)
        result = SimpleITK.GetImageFromArray(labels)
        result.CopyInformation(image)
        SimpleITK.WriteImage(result, str(target / path.name))


def main():
    rows = list(csv.DictReader(open(data / "split.csv")))
    training = [row["file"] for row in rows if row["suggested_split"] == "train"][:6]
    unseen = [row["file"] for row in rows if row["suggested_split"] == "test"][:2]
    raw = out / "raw" / NAME
    for folder in [raw / "imagesTr", raw / "labelsTr", out / "images"]:
        folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(training):
        changed(data / "images" / name, raw / "imagesTr" / name.replace(".nii.gz", "_0000.nii.gz"), number)
        changed(data / "labels" / name, raw / "labelsTr" / name, number)
    for number, name in enumerate(unseen):
        changed(data / "images" / name, out / "images" / name.replace(".nii.gz", "_0000.nii.gz"), number)
    (raw / "dataset.json").write_text(json.dumps({
        "channel_names": {"0": "MRI"}, "labels": {"background": 0, "Anterior": 1, "Posterior": 2},
        "numTraining": len(training), "file_ending": ".nii.gz"}))
    extract_fingerprints([4], num_processes=1)
    prepared = out / "preprocessed" / NAME
    for planner, plans in [("ExperimentPlanner", "nnUNetPlans"), ("nnUNetPlannerResEncM", "nnUNetResEncUNetMPlans")]:
        plan_experiments([4], planner)
        path = prepared / f"{plans}.json"
        content = json.loads(path.read_text())
        for name, size in {"2d": 12, "3d_fullres": 2}.items():
            # A quarter of the features, so that a network is trained in a minute on one core.
            arguments = content["configurations"][name]["architecture"]["arch_kwargs"]
            arguments["features_per_stage"] = [count // 4 for count in arguments["features_per_stage"]]
            content["configurations"][name]["batch_size"] = size
        path.write_text(json.dumps(content, indent=4))
    preprocess([4], "nnUNetPlans", configurations=["2d", "3d_fullres"], num_processes=[1, 1])
    os.environ["nnUNet_n_proc_DA"] = "0"
    for plans, configuration, folds in NETWORKS:
        for fold in folds:
            content = json.loads((prepared / f"{plans}.json").read_text()) | {"continue_training": False}
            dataset = json.loads((prepared / "dataset.json").read_text())
            nnUNetTrainer(content, configuration, fold, dataset, torch.device("cpu")).run_training()
        folder = out / "results" / NAME / f"nnUNetTrainer__{plans}__{configuration}"
        target = out / "predictions" / folder.name
        target.mkdir(parents=True, exist_ok=True)
        predictor = nnUNetPredictor(device=torch.device("cpu"), perform_everything_on_device=False, allow_tqdm=False)
        predictor.initialize_from_trained_model_folder(str(folder), folds, "checkpoint_final.pth")
        images = sorted((out / "images").iterdir())
        predictor.predict_from_files_sequential(
            [[str(image)] for image in images], [str(target / image.name.replace("_0000.nii.gz", "")) for image in images])
        if len(folds) > 1:
            process(folder, target, out / "processed" / folder.name, folds)


if __name__ == "__main__":
    main()
