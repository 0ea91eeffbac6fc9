"""Prints as JSON what other programs find in a DICOM segmentation.

    dicom_seg_check.py [--volume N] SEG SERIES    by pydicom and highdicom, on the planes of the series in a folder (or one file)
    dicom_seg_check.py --dcmqi SEG OUTFOLDER      by dcmqi, which writes its NRRD files into a folder

The first: shape (planes as dicom_series.py orders them), type, segments, frames and how many of them are empty; counts: of each segment's
voxels; sums: of its stored values; sha256: of the label map as 8-bit numbers, the higher number where segments overlap. Voxels of a
FRACTIONAL segmentation count from half the maximum on, the segment 0 of a LABELMAP never.
by_references, by_volume: whether highdicom has the same label map from the references to source images, and from positions; null where it
has none. references_complete: whether every frame refers to an image of the series in its place, and to none elsewhere.
series_referenced: whether ReferencedSeriesSequence names the series and all those images. new_uids: whether series and instance have UIDs
of their own. patient_copied: whether what identifies patient and study is as in the source.

The second: counts of voxels by number of segment, and shape and affine (as in dicom_series.py) of the first file.
"""

import argparse
import contextlib
import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pydicom

import dicom_series

COPIED = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyID", "StudyDate", "StudyTime",
    "AccessionNumber", "ReferringPhysicianName",
)


def code(sequence):
    return [str(sequence[0].get(key, "")) for key in ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")]


def described(seg):
    return [{
        "number": int(item.SegmentNumber), "label": item.SegmentLabel, "algorithm_type": item.get("SegmentAlgorithmType"),
        "algorithm_name": item.get("SegmentAlgorithmName"), "category": code(item.SegmentedPropertyCategoryCodeSequence),
        "type": code(item.SegmentedPropertyTypeCodeSequence),
        "color": list(item.RecommendedDisplayCIELabValue) if "RecommendedDisplayCIELabValue" in item else None,
    } for item in seg.SegmentSequence]


def group(seg, frame, name):
    """The first item of a functional group, of the frame or of all."""
    for groups in (seg.PerFrameFunctionalGroupsSequence[frame], seg.SharedFunctionalGroupsSequence[0]):
        if name in groups and len(groups[name].value):
            return groups[name].value[0]
    return {}


def half(seg, values):
    """Where values of a FRACTIONAL segmentation, or of another, count."""
    return values.astype(int) * 2 >= int(seg.MaximumFractionalValue) if seg.SegmentationType == "FRACTIONAL" else values != 0


def plane_at(planes, position, orientation):
    """The number of the plane at a position."""
    for k, plane in enumerate(planes):
        if np.allclose(plane.position, position, atol=1e-2) and np.allclose(plane.orientation, orientation, atol=1e-3):
            return k
    raise dicom_series.Refused("a frame lies on no plane of the series")


def by_pydicom(seg, planes):
    """Label map, counts, sums, number of each frame's plane, number of empty frames."""
    labels = np.zeros((len(planes), seg.Rows, seg.Columns), np.uint8)
    numbers = [int(item.SegmentNumber) for item in seg.SegmentSequence]
    counts, sums = ({n: 0 for n in numbers if n} for _ in range(2))
    places, empty = [], 0
    for frame, values in enumerate(seg.pixel_array.reshape(-1, seg.Rows, seg.Columns)):
        k = plane_at(planes, group(seg, frame, "PlanePositionSequence").ImagePositionPatient,
                     group(seg, frame, "PlaneOrientationSequence").ImageOrientationPatient)
        places.append(k)
        empty += not values.any()
        if seg.SegmentationType == "LABELMAP":
            masks = {n: values == n for n in np.unique(values).tolist() if n in counts}
        else:
            n = int(group(seg, frame, "SegmentIdentificationSequence").ReferencedSegmentNumber)
            masks = {n: half(seg, values)}
            sums[n] += int(values.sum(dtype=np.int64))
        for n, mask in masks.items():
            counts[n] += int(mask.sum())
            labels[k] = np.maximum(labels[k], mask * np.uint8(n))
    return labels, counts, sums, places, empty


def by_highdicom(path, seg, planes):
    """Label maps by references and by positions, each None where there is none."""
    import highdicom

    opened = highdicom.seg.segread(path)
    numbers = [n for n in opened.segment_numbers if n]

    def combined(read):
        """read: gives the stored values of one segment, planes x rows x columns."""
        labels = None
        for n in numbers:
            mask = half(seg, read(n)[..., 0]) * np.uint8(n)
            labels = mask if labels is None else np.maximum(labels, mask)
        return labels

    options = {"rescale_fractional": False}
    missing = options | {"ignore_spatial_locations": True, "assert_missing_frames_are_empty": True}
    uids = [plane.source[0] for plane in planes]

    def references():
        if len(planes) > 1 and len(set(uids)) == 1:
            return combined(lambda n: opened.get_pixels_by_source_frame(
                uids[0], [plane.source[1] for plane in planes], segment_numbers=[n], **missing))
        return combined(lambda n: opened.get_pixels_by_source_instance(uids, segment_numbers=[n], **missing))

    def positions():
        volume = opened.get_volume(segment_numbers=numbers[:1], **options)
        values = combined(lambda n: opened.get_volume(segment_numbers=[n], **options).array)
        labels, matrix = np.zeros((len(planes),) + values.shape[1:], np.uint8), volume.affine
        orientation = np.concatenate([matrix[:3, 2] / np.linalg.norm(matrix[:3, 2]), matrix[:3, 1] / np.linalg.norm(matrix[:3, 1])])
        for k, plane in enumerate(values):
            # Between the series' planes nothing may lie.
            if plane.any():
                labels[plane_at(planes, matrix[:3, 3] + k * matrix[:3, 0], orientation)] = plane
        return labels

    found = []
    for read in (references, positions):
        try:
            found.append(read())
        except Exception as error:
            print(f"highdicom, {read.__name__}: {error}", file=sys.stderr)
            found.append(None)
    return found


def referenced(seg, planes, places):
    """Whether each frame refers to what lies in its place, and to nothing else."""
    at = {plane.source: k for k, plane in enumerate(planes)}
    for frame, k in enumerate(places):
        derivation = group(seg, frame, "DerivationImageSequence")
        sources = derivation.get("SourceImageSequence") or []
        if not sources:
            return False
        for source in sources:
            numbers = source.get("ReferencedFrameNumber") or 1
            for number in [numbers] if isinstance(numbers, int) else numbers:
                if at.get((str(source.ReferencedSOPInstanceUID), int(number))) != k:
                    return False
    return True


def series_referenced(seg, uid, planes, places):
    for item in seg.get("ReferencedSeriesSequence") or []:
        if item.SeriesInstanceUID == uid:
            instances = {str(one.ReferencedSOPInstanceUID) for one in item.ReferencedInstanceSequence}
            return {planes[k].source[0] for k in places} <= instances
    return False


def same(a, b, key):
    """Missing is as good as empty."""
    return str(a.get(key) or "") == str(b.get(key) or "")


def check(path, folder, number):
    seg = pydicom.dcmread(path)
    datasets = dicom_series.images(folder)
    uids = {str(dataset.SeriesInstanceUID) for dataset in datasets}
    named = [str(item.SeriesInstanceUID) for item in seg.get("ReferencedSeriesSequence") or [] if item.SeriesInstanceUID in uids]
    volume = dicom_series.series(folder, named[0] if named else None, number, even=False)
    source = next(dataset for dataset in datasets if dataset.SeriesInstanceUID == volume.uid)
    if volume.planes[0].size != (seg.Rows, seg.Columns):
        raise dicom_series.Refused("other size than the series")
    labels, counts, sums, places, empty = by_pydicom(seg, volume.planes)
    others = by_highdicom(path, seg, volume.planes)
    instances = {str(dataset.SOPInstanceUID) for dataset in datasets}
    return {
        "shape": list(labels.shape), "type": seg.SegmentationType, "segments": described(seg), "frames": len(places), "empty_frames": empty,
        "counts": counts, "sums": sums if seg.SegmentationType == "FRACTIONAL" else counts,
        "sha256": hashlib.sha256(labels.tobytes()).hexdigest(),
        "by_references": None if others[0] is None else bool(np.array_equal(others[0], labels)),
        "by_volume": None if others[1] is None else bool(np.array_equal(others[1], labels)),
        "references_complete": referenced(seg, volume.planes, places),
        "series_referenced": series_referenced(seg, volume.uid, volume.planes, places),
        "frame_of_reference_equal": "FrameOfReferenceUID" in seg and same(seg, source, "FrameOfReferenceUID"),
        "new_uids": str(seg.SeriesInstanceUID) not in uids and str(seg.SOPInstanceUID) not in instances,
        "patient_copied": all(same(seg, source, key) for key in COPIED),
    }


def by_dcmqi(path, folder):
    import SimpleITK

    program = os.path.join(os.path.dirname(sys.executable), "segimage2itkimage")
    program = program if os.path.exists(program) else shutil.which("segimage2itkimage")
    os.makedirs(folder, exist_ok=True)
    arguments = [program, "--inputDICOM", path, "--outputDirectory", folder, "--outputType", "nrrd"]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    if done.returncode:
        raise dicom_series.Refused("segimage2itkimage: " + done.stdout.strip()[-500:])
    seg = pydicom.dcmread(path, stop_before_pixels=True)
    with open(os.path.join(folder, "meta.json")) as file:
        groups = json.load(file)["segmentAttributes"]
    counts, first = {n: 0 for n in (int(item.SegmentNumber) for item in seg.SegmentSequence) if n}, None
    # A file for each group of segments that do not overlap: the numbers of the segments are its values.
    for file in sorted(glob.glob(os.path.join(folder, "*.nrrd")), key=lambda file: int(os.path.basename(file)[:-5])):
        image = SimpleITK.ReadImage(file)
        values = SimpleITK.GetArrayFromImage(image)
        if seg.SegmentationType == "FRACTIONAL":
            n = groups[int(os.path.basename(file)[:-5]) - 1][0]["labelID"]
            values = half(seg, values) * n
        for n, count in zip(*np.unique(values, return_counts=True)):
            # With the padding value of a LABELMAP, planes are filled that the object leaves out.
            if n and n != seg.get("PixelPaddingValue"):
                counts[int(n)] = counts.get(int(n), 0) + int(count)
        if first is None:
            affine = np.eye(4)
            affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
            affine[:3, 3] = image.GetOrigin()
            affine[:2] *= -1
            first = {"shape": list(values.shape), "affine": [float(x) + 0.0 for x in affine.ravel()]}
    return {"counts": counts} | (first or {})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--dcmqi", action="store_true")
    parser.add_argument("--volume", type=int, default=1)
    parser.add_argument("seg")
    parser.add_argument("folder")
    arguments = parser.parse_args()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            if arguments.dcmqi:
                result = by_dcmqi(arguments.seg, arguments.folder)
            else:
                result = check(arguments.seg, arguments.folder, arguments.volume)
    except dicom_series.Refused as error:
        sys.exit(f"dicom_seg_check: {error}")
    print(json.dumps(result))
