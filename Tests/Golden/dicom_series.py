"""Reads a DICOM series and prints its voxel grid as JSON: dicom_series.py [--itk] [--volume N] FOLDER_OR_FILE [UID]

With pydicom alone, or, with --itk, with SimpleITK. Of a series that holds several volumes, such as time points, volume N (from 1).
What is no volume is refused with one line on standard error and status 1.

shape: planes, rows, columns. affine: 16 numbers row by row, from voxel indices (along columns' numbers, along rows' numbers, plane) to
RAS+ millimetres. positions: each plane's ImagePositionPatient (LPS), in the order of rising position along row x column. sum and sha256:
of the real values as float32, little-endian, in the order of shape. volumes: how many the series holds. uid: SeriesInstanceUID.
"""

import argparse
import contextlib
import hashlib
import json
import math
import os
import sys
from collections import namedtuple

import numpy as np

# apart: SpacingBetweenSlices or SliceThickness, for a volume of one plane. source: SOPInstanceUID and number of the frame, from 1.
# details: what may tell volumes apart, by name. values: a function without arguments.
Plane = namedtuple("Plane", "position orientation spacing apart size source details values")
Volume = namedtuple("Volume", "uid planes affine count")

# What can differ between volumes of one series whose planes lie in the same places, in the order in which it is tried.
DETAILS = (
    "TemporalPositionIndex", "TemporalPositionIdentifier", "EffectiveEchoTime", "EchoTime", "EchoNumbers", "DiffusionBValue",
    "TriggerTime", "AcquisitionNumber",
)
# Dimensions of an enhanced image that run along a volume.
WITHIN = ("ImagePositionPatient", "PlanePositionSequence", "InStackPositionNumber")
# More voxels than any input here has; what claims more is not decoded.
LARGEST = 2**30


class Refused(Exception):
    """What was read is no volume; the message says why, without values of text attributes."""


def files(path):
    """The path itself, or all files below it."""
    if os.path.isfile(path):
        return [path]
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)


def images(path):
    """The images among the files, with pixel data still unread."""
    import pydicom

    found = []
    for file in files(path):
        # Also files without preamble and meta header; of what is no DICOM at all, this reads nonsense or fails.
        try:
            dataset = pydicom.dcmread(file, force=True, defer_size="1 KB")
            if "Rows" in dataset and "SeriesInstanceUID" in dataset and any(
                    key in dataset for key in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
                found.append(dataset)
        except Exception:
            continue
    return found


def stored(dataset):
    """The stored values, frames x rows x columns; bits above HighBit and below the lowest stored one are dropped."""
    if dataset.SamplesPerPixel != 1 or not dataset.PhotometricInterpretation.startswith("MONOCHROME"):
        raise Refused("not monochrome")
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames * dataset.Rows * dataset.Columns > LARGEST:
        raise Refused("too large")
    if "ModalityLUTSequence" in dataset:
        raise Refused("a table of modality values")
    if not hasattr(dataset, "file_meta") or "TransferSyntaxUID" not in dataset.file_meta:
        import pydicom
        dataset.ensure_file_meta()
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    values = dataset.pixel_array.reshape(frames, dataset.Rows, dataset.Columns)
    if values.dtype.kind == "f":
        return values.astype(np.float64)
    bits, signed = int(dataset.BitsStored), dataset.PixelRepresentation == 1
    values = values.astype(np.int64) >> (int(dataset.HighBit) + 1 - bits) & (1 << bits) - 1
    if signed:
        values = np.where(values >= 1 << (bits - 1), values - (1 << bits), values)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        # The lowest value for the highest and so on, before rescaling: as ITK does it.
        values = (-1 if signed else (1 << bits) - 1) - values
    return values.astype(np.float64)


def planes(dataset):
    """The planes of one file: of an enhanced image by its functional groups, else one."""
    from pydicom.datadict import keyword_for_tag

    frames = int(dataset.get("NumberOfFrames") or 1)
    shared = dataset.get("SharedFunctionalGroupsSequence") or [{}]
    each = dataset.get("PerFrameFunctionalGroupsSequence") or [{}] * frames
    enhanced = "SharedFunctionalGroupsSequence" in dataset or "PerFrameFunctionalGroupsSequence" in dataset
    if frames > 1 and not enhanced or len(each) != frames:
        raise Refused("frames without functional groups")
    dimensions = [keyword_for_tag(item.DimensionIndexPointer) for item in dataset.get("DimensionIndexSequence") or []]
    decoded = []

    def group(frame, name):
        """The item of a functional group, of the frame or of all; the data set itself where there are none."""
        for groups in (each[frame], shared[0]):
            if groups and groups.get(name):
                return groups[name].value[0]
        return {} if enhanced else dataset

    def value(frame, slope, intercept):
        if not decoded:
            decoded.append(stored(dataset))
        return decoded[0][frame] * slope + intercept

    found = []
    for frame in range(frames):
        measures, content = group(frame, "PixelMeasuresSequence"), group(frame, "FrameContentSequence")
        position = group(frame, "PlanePositionSequence").get("ImagePositionPatient")
        orientation = group(frame, "PlaneOrientationSequence").get("ImageOrientationPatient")
        spacing = measures.get("PixelSpacing")
        if not position or not orientation or not spacing:
            raise Refused("no position, orientation or spacing")
        rescale = group(frame, "PixelValueTransformationSequence")
        slope, intercept = rescale.get("RescaleSlope"), rescale.get("RescaleIntercept")
        slope, intercept = 1.0 if slope is None else float(slope), 0.0 if intercept is None else float(intercept)
        gap = abs(float(measures.get("SpacingBetweenSlices") or measures.get("SliceThickness") or 1)) or 1.0
        details = {}
        if content and content.get("DimensionIndexValues") and dimensions:
            indices = content.DimensionIndexValues
            indices = [indices] if isinstance(indices, int) else list(indices)
            details["dimensions"] = tuple(int(i) for name, i in zip(dimensions, indices) if name not in WITHIN)
        for name in DETAILS:
            for item in (content, group(frame, "MREchoSequence"), group(frame, "MRDiffusionSequence"), dataset):
                if item and item.get(name) is not None:
                    details[name] = str(item[name].value)
                    break
        found.append(Plane(
            np.array(position, float), np.array(orientation, float), np.array(spacing, float), gap,
            (int(dataset.Rows), int(dataset.Columns)), (str(dataset.SOPInstanceUID), frame + 1), details,
            lambda frame=frame, slope=slope, intercept=intercept: value(frame, slope, intercept)))
    return found


def distance(plane):
    """Of a plane along row x column."""
    return float(np.dot(plane.position, np.cross(plane.orientation[:3], plane.orientation[3:])))


def apart(group):
    """Whether no two planes lie in the same place."""
    places = sorted(distance(plane) for plane in group)
    return all(b - a > 1e-4 for a, b in zip(places, places[1:]))


def number(text):
    """To sort by, numbers as such."""
    try:
        return (0, float(text), "")
    except (TypeError, ValueError):
        return (1, 0.0, str(text))


def volumes(group):
    """The planes by volumes, in the order of what tells these apart."""
    if apart(group):
        return [group]
    for name in ("dimensions",) + DETAILS:
        parts = {}
        for plane in group:
            parts.setdefault(plane.details.get(name), []).append(plane)
        if len(parts) > 1 and all(apart(part) for part in parts.values()):
            return [parts[key] for key in sorted(parts, key=lambda key: key if name == "dimensions" else number(key))]
    raise Refused("two planes in the same place")


def series(path, uid=None, number=1, even=True):
    """The volume of one series, its planes in order; even: only where the gaps between planes are equal."""
    found = images(path)
    uids = sorted({str(dataset.SeriesInstanceUID) for dataset in found})
    if not found or uid and uid not in uids:
        raise Refused("no image")
    if not uid and len(uids) > 1:
        raise Refused(f"{len(uids)} series: give a UID")
    uid = uid or uids[0]
    group = [plane for dataset in found if dataset.SeriesInstanceUID == uid for plane in planes(dataset)]
    first = group[0]
    for plane in group:
        if plane.size != first.size:
            raise Refused("planes of different size")
        if not np.allclose(plane.orientation, first.orientation, atol=1e-4):
            raise Refused("planes of different orientation")
        if not np.allclose(plane.spacing, first.spacing, rtol=1e-4):
            raise Refused("planes of different spacing")
    parts = volumes(group)
    if number > len(parts):
        raise Refused(f"{len(parts)} volumes alone")
    ordered = sorted(parts[number - 1], key=distance)
    first, last, row, column = ordered[0], ordered[-1], ordered[0].orientation[:3], ordered[0].orientation[3:]
    if len(ordered) > 1:
        step = (last.position - first.position) / (len(ordered) - 1)
        for a, b in zip(ordered, ordered[1:]):
            if even and np.linalg.norm(b.position - a.position - step) > 0.01 * np.linalg.norm(step):
                raise Refused("gaps between planes differ")
    else:
        step = np.cross(row, column) * first.apart
    affine = np.eye(4)
    affine[:3] = np.stack([row * first.spacing[1], column * first.spacing[0], step, first.position], axis=1)
    affine[:2] *= -1
    return Volume(uid, ordered, affine + 0.0, len(parts))


def summary(values, affine, positions):
    """values: planes x rows x columns, real ones."""
    values = np.ascontiguousarray(values, "<f4")
    return {
        "shape": list(values.shape), "affine": [float(x) for x in affine.ravel()], "positions": [[float(x) for x in p] for p in positions],
        "sum": math.fsum(x for plane in values for x in plane.astype(np.float64).ravel().tolist()),
        "sha256": hashlib.sha256(values.tobytes()).hexdigest(),
    }


def by_pydicom(path, uid, number):
    volume = series(path, uid, number)
    values = np.stack([plane.values() for plane in volume.planes])
    return {"uid": volume.uid, "volumes": volume.count} | summary(values, volume.affine, [plane.position for plane in volume.planes])


def by_itk(path, uid):
    """As ITK has it: GDCM's order of files, orthogonal directions, one volume."""
    import SimpleITK

    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    if os.path.isdir(path):
        reader = SimpleITK.ImageSeriesReader()
        uids = reader.GetGDCMSeriesIDs(path)
        if not uids or uid and uid not in uids:
            raise Refused("no image")
        if not uid and len(uids) > 1:
            raise Refused(f"{len(uids)} series: give a UID")
        uid = uid or uids[0]
        names = reader.GetGDCMSeriesFileNames(path, uid)
        reader.SetFileNames(names)
        reader.SetOutputPixelType(SimpleITK.sitkFloat64)
        image = reader.Execute() if len(names) > 1 else SimpleITK.ReadImage(names[0], SimpleITK.sitkFloat64)
    else:
        image = SimpleITK.ReadImage(path, SimpleITK.sitkFloat64)
        uid = uid or (image.GetMetaData("0020|000e") if image.HasMetaDataKey("0020|000e") else None)
    if image.GetDimension() != 3:
        raise Refused("no volume")
    matrix = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    origin, affine = np.array(image.GetOrigin()), np.eye(4)
    affine[:3, :3], affine[:3, 3] = matrix, origin
    affine[:2] *= -1
    values = SimpleITK.GetArrayFromImage(image)
    positions = [origin + k * matrix[:, 2] for k in range(len(values))]
    return {"uid": uid, "volumes": 1} | summary(values, affine + 0.0, positions)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--itk", action="store_true")
    parser.add_argument("--volume", type=int, default=1)
    parser.add_argument("path")
    parser.add_argument("uid", nargs="?")
    arguments = parser.parse_args()
    try:
        # What the libraries print is none of the JSON.
        with contextlib.redirect_stdout(sys.stderr):
            if arguments.itk:
                result = by_itk(arguments.path, arguments.uid)
            else:
                result = by_pydicom(arguments.path, arguments.uid, arguments.volume)
    except Exception as error:
        sys.exit(f"dicom_series: {error if isinstance(error, Refused) else type(error).__name__ + ': ' + str(error).splitlines()[-1]}")
    print(json.dumps(result))
