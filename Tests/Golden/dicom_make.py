"""Writes small DICOM inputs into FOLDER, one folder each, and what a reader is to make of them: dicom_make.py FOLDER

FOLDER/manifest.json: inputs, each with name (of its folder), kind and why. kind "volume": shape, affine and sha256 as dicom_series.py has
them, and sum. "several": volumes, a list of such, each with its uid: one must be chosen. "refused": no volume. words and dates: what stands
in the attributes of the inputs "names" and "names-gap", by keyword; canary and date: what all of these contain.
FOLDER/specimens.json is Tests/Golden/dicom.json.
Codecs that are not installed are left out. The same files come out every time.
"""

import base64
import copy
import json
import os
import sys
import warnings

import numpy as np
from pydicom import uid
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.filewriter import dcmwrite
from pydicom.valuerep import format_number_as_ds

from dicom_series import summary

ROOT = "1.2.826.0.1.3680043.8.498."
CANARY, DATE, TIME = "CANARYNAME", "19310203", "010203"
PLANES, ROWS, COLUMNS = 5, 11, 13
# Millimetres between rows and between columns, and between planes.
SPACING, GAP = (0.75, 1.25), 2.5
AXIAL, CORONAL, SAGITTAL = (1, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, -1), (0, 1, 0, 0, 0, -1)
START = (-12.5, 20.25, -101.75)
rng = np.random.default_rng(20240607)
# Whose first files damaged ones are made of: Tests/Golden/dicom.json.
SPECIMENS = (
    "explicit-little", "implicit-little", "explicit-big", "deflated", "no-preamble", "rle", "jpeg-lossless", "jpeg-2000", "jpeg-ls",
    "rescale-by-plane", "enhanced-ct", "enhanced-rle",
)
out = sys.argv[1] if __name__ == "__main__" else None
inputs = []


def first(name):
    folder = os.path.join(out, name)
    with open(os.path.join(folder, sorted(os.listdir(folder))[0]), "rb") as file:
        return base64.b64encode(file.read()).decode()


def unique(*names):
    return uid.generate_uid(prefix=ROOT, entropy_srcs=[str(name) for name in names])


def decimals(values):
    """As a decimal string holds them."""
    return [float(format_number_as_ds(float(value))) for value in values]


def geometry(count, orientation=AXIAL, step=None):
    """Positions of planes; step: from one to the next, else along the normal."""
    normal = np.cross(orientation[:3], orientation[3:])
    step = normal * GAP if step is None else np.array(step)
    return [decimals(np.array(START) + k * step) for k in range(count)]


def affine(positions, orientation=AXIAL, spacing=SPACING):
    """RAS+, of planes in the order of rising position along the normal."""
    row, column, found = np.array(orientation[:3], float), np.array(orientation[3:], float), np.eye(4)
    positions = np.array(positions)
    step = (positions[-1] - positions[0]) / (len(positions) - 1) if len(positions) > 1 else np.cross(row, column) * GAP
    found[:3] = np.stack([row * spacing[1], column * spacing[0], step, positions[0]], axis=1)
    found[:2] *= -1
    return found + 0.0


def common(name, series="1", sop=uid.CTImageStorage, syntax=uid.ExplicitVRLittleEndian):
    """A data set with patient, study, series and equipment."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = sop
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.ImplementationClassUID = ROOT + "1"
    dataset.Modality = "MR" if sop == uid.EnhancedMRImageStorage else "CT"
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate, dataset.PatientSex = "Made^Volume", "made-" + name, "19700101", "O"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = unique(name, "study"), unique(name, "series", series)
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = unique(name, "frame"), ""
    dataset.StudyID, dataset.SeriesNumber, dataset.AcquisitionNumber, dataset.AccessionNumber = "1", int(series), 1, ""
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = dataset.AcquisitionDate = "20200102"
    dataset.StudyTime = dataset.SeriesTime = dataset.ContentTime = dataset.AcquisitionTime = "101112"
    dataset.ReferringPhysicianName, dataset.Manufacturer, dataset.PatientPosition = "", "MarginSeg tests", "HFS"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.KVP, dataset.BodyPartExamined = "120", "CHEST"
    return dataset


def identify(dataset, name, number):
    dataset.InstanceNumber = number
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = unique(name, dataset.SeriesInstanceUID, number)


def pixels(dataset, values, bits=None, photometric="MONOCHROME2"):
    """values: stored ones, frames x rows x columns (x 3), or rows x columns (x 3); of the type that they are stored in."""
    colour = photometric == "RGB"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3 if colour else 1, photometric
    if colour:
        dataset.PlanarConfiguration = 0
    dataset.Rows, dataset.Columns = values.shape[-3:-1] if colour else values.shape[-2:]
    dataset.BitsAllocated = values.dtype.itemsize * 8
    dataset.BitsStored = bits or dataset.BitsAllocated
    dataset.HighBit, dataset.PixelRepresentation = dataset.BitsStored - 1, int(values.dtype.kind == "i")
    big = dataset.file_meta.TransferSyntaxUID == uid.ExplicitVRBigEndian
    data = values.astype(values.dtype.newbyteorder(">" if big else "<")).tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OB" if values.dtype.itemsize == 1 else "OW"


def place(dataset, position, orientation=AXIAL, spacing=SPACING):
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = list(position), list(orientation)
    dataset.PixelSpacing, dataset.SliceThickness, dataset.SpacingBetweenSlices = list(spacing), GAP, GAP


def rescale(dataset, slope, intercept):
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = slope, intercept, "HU"


def save(dataset, folder, name):
    os.makedirs(os.path.join(out, folder), exist_ok=True)
    dataset.save_as(os.path.join(out, folder, name), enforce_file_format=True)


def noise(shape=(PLANES, ROWS, COLUMNS), low=0, high=4096, dtype="u2"):
    """Smooth enough for a codec to do something, rough enough for every error to show."""
    ramp = np.add.outer(np.arange(shape[0]) * 3, np.add.outer(np.arange(shape[1]) * 5, np.arange(shape[2]) * 2))
    return (low + (ramp * 7 + rng.integers(0, 50, shape)) % (high - low)).astype(dtype)


def rescaled(values, slopes, intercepts):
    return np.stack([plane.astype(float) * slope + intercept for plane, slope, intercept in zip(values, slopes, intercepts)])


def slices(name, values, positions, orientation=AXIAL, spacing=SPACING, slopes=None, intercepts=None, series="1", bits=None,
           photometric="MONOCHROME2", syntax=uid.ExplicitVRLittleEndian):
    """One data set a plane."""
    found = []
    for k, plane in enumerate(values):
        dataset = common(name, series, syntax=syntax)
        identify(dataset, name, k + 1)
        place(dataset, positions[k], orientation, spacing)
        rescale(dataset, 1 if slopes is None else slopes[k], -1024 if intercepts is None else intercepts[k])
        pixels(dataset, plane, bits, photometric)
        found.append(dataset)
    return found


def write(folder, datasets, names=None):
    for k, dataset in enumerate(datasets):
        save(dataset, folder, names[k] if names else f"{k + 1:03}.dcm")


def expected(values, positions, orientation=AXIAL, spacing=SPACING):
    """What a reader is to find: real values and positions in the order of rising position along the normal."""
    found = summary(values, affine(positions, orientation, spacing), positions)
    del found["positions"]
    return found


def note(name, kind, why, **more):
    inputs.append({"name": name, "kind": kind, "why": why} | more)


def volume(name, why, values, real=None, orientation=AXIAL, step=None, files=None, change=None, **more):
    """Writes a series of planes in order and notes it; real: real values, else stored ones - 1024."""
    positions = geometry(len(values), orientation, step)
    datasets = slices(name, values, positions, orientation, **more)
    for k, dataset in enumerate(datasets):
        if change:
            change(k, dataset)
    write(name, datasets, files)
    real = values.astype(float) - 1024 if real is None else real
    note(name, "volume", why, **expected(real, positions, orientation))
    return datasets


def compressed_by_itk(values, codec):
    """The encoded frame of a plane, by ITK's writer."""
    import tempfile

    import pydicom
    import SimpleITK

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "plane.dcm")
        writer = SimpleITK.ImageFileWriter()
        writer.SetFileName(path)
        writer.SetImageIO("GDCMImageIO")
        writer.UseCompressionOn()
        writer.SetCompressor(codec)
        writer.Execute(SimpleITK.GetImageFromArray(values[None]))
        dataset = pydicom.dcmread(path)
        return dataset.file_meta.TransferSyntaxUID, next(generate_frames(dataset.PixelData, number_of_frames=1))


def encodings():
    values = noise()
    for name, syntax in (
        ("explicit-little", uid.ExplicitVRLittleEndian), ("implicit-little", uid.ImplicitVRLittleEndian),
        ("explicit-big", uid.ExplicitVRBigEndian), ("deflated", uid.DeflatedExplicitVRLittleEndian),
    ):
        volume(name, syntax.name, values, syntax=syntax)

    datasets = slices("no-preamble", values, geometry(PLANES), syntax=uid.ImplicitVRLittleEndian)
    os.makedirs(os.path.join(out, "no-preamble"), exist_ok=True)
    for k, dataset in enumerate(datasets):
        bare = Dataset(dataset)
        bare.pop("file_meta", None)
        dcmwrite(os.path.join(out, "no-preamble", f"{k + 1:03}"), bare, implicit_vr=True, little_endian=True, enforce_file_format=False)
    note("no-preamble", "volume", "implicit, without preamble and meta header", **expected(values - 1024.0, geometry(PLANES)))

    volume("rle", "RLE lossless", values, change=lambda _, dataset: dataset.compress(
        uid.RLELossless, encoding_plugin="pydicom", generate_instance_uid=False))
    signed = noise(low=-2000, high=2000, dtype="i2")
    for name, codec, stored in (
        ("jpeg-lossless", "JPEG", values), ("jpeg-2000", "JPEG2000", values), ("jpeg-lossless-signed", "JPEG", signed),
        ("jpeg-2000-signed", "JPEG2000", signed),
    ):
        try:
            frames = [compressed_by_itk(plane, codec) for plane in stored]
        except ImportError:
            continue

        def change(k, dataset):
            dataset.file_meta.TransferSyntaxUID, frame = frames[k]
            dataset.PixelData = encapsulate([frame])
            dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True

        volume(name, frames[0][0].name, stored, change=change)
    try:
        volume("jpeg-ls", "JPEG-LS lossless", values, change=lambda _, dataset: dataset.compress(
            uid.JPEGLSLossless, generate_instance_uid=False))
    except (ImportError, RuntimeError, NotImplementedError):
        # A folder that was begun holds nothing: the first plane could not be encoded.
        pass


def values():
    signed = noise(low=-2000, high=2000, dtype="i2")
    volume("signed-16", "signed values", signed, real=signed.astype(float), intercepts=[0] * PLANES)
    signed = noise(low=-2000, high=2000, dtype="i2")
    volume("signed-12", "12 signed bits, others clear", (signed & 0x0FFF).astype("i2"), real=signed.astype(float), intercepts=[0] * PLANES,
           bits=12)
    clean = noise()
    volume("high-bits", "rubbish above 12 stored bits", clean | (rng.integers(0, 16, clean.shape) << 12).astype("u2"),
           real=clean - 1024.0, bits=12)
    small = noise(high=256, dtype="u1")
    volume("8-bit", "8 bits, an odd number of pixels", small)
    slopes, intercepts = [0.1, 1.5, 2.25, 0.333, 7], [0, -1024, 0.5, 3, -2.25]
    stored = noise()
    volume("rescale-by-plane", "every plane its own slope and intercept", stored, slopes=slopes, intercepts=intercepts,
           real=rescaled(stored, slopes, intercepts))
    stored = noise()
    volume("monochrome1", "the lowest value is white: turned round, before rescaling", stored,
           real=(4095 - stored.astype(float)) * 2 - 1024, bits=12, photometric="MONOCHROME1", slopes=[2] * PLANES)
    stored = noise(low=-1000, high=2000, dtype="i2")
    stored[:, :2] = -2000

    def padding(_, dataset):
        dataset.add_new("PixelPaddingValue", "SS", -2000)

    volume("padding", "PixelPaddingValue -2000, kept and rescaled as any other", stored, change=padding)


def places():
    stored = noise()

    def disorder(k, dataset):
        dataset.InstanceNumber, dataset.SliceLocation = (7, 3, 9, 1, 5)[k], (5, 4, 3, 2, 1)[k]

    volume("file-order", "file names, numbers and SliceLocation in wrong order", stored, change=disorder,
           files=["c.dcm", "a.dcm", "e", "b.IMA", "d.dcm"])
    angle, tilt = np.deg2rad(30), np.deg2rad(16)
    row = np.array([np.cos(angle), np.sin(angle), 0])
    column = np.array([-np.sin(angle) * np.cos(tilt), np.cos(angle) * np.cos(tilt), np.sin(tilt)])
    oblique = tuple(decimals([*row, *column]))
    volume("oblique", "turned by 30 and 16 degrees", noise(), orientation=oblique)
    tilted = tuple(decimals([1, 0, 0, 0, np.cos(tilt), np.sin(tilt)]))
    volume("gantry-tilt", "planes tilted by 16 degrees, one above the other: a sheared grid", noise(), orientation=tilted,
           step=(0, 0, GAP))
    volume("sagittal", "sagittal planes", noise(), orientation=SAGITTAL)
    volume("coronal", "coronal planes", noise(), orientation=CORONAL)
    volume("falling", "normal along falling z: planes rise along the normal", noise(), orientation=(1, 0, 0, 0, -1, 0))
    volume("one-plane", "one plane alone, 2.5 mm thick", noise((1, ROWS, COLUMNS)))


def many():
    first, second = noise(), noise((4, 9, 7))
    spots = geometry(PLANES)
    one, two = slices("two-series", first, spots), slices("two-series", second, spots[:4], series="2")
    write("two-series", one + two, ["a1", "a2", "b3", "b4", "c5", "a0", "b0", "c0", "d0"])
    note("two-series", "several", "two series in one folder", volumes=[
        {"uid": one[0].SeriesInstanceUID} | expected(first - 1024.0, spots),
        {"uid": two[0].SeriesInstanceUID} | expected(second - 1024.0, spots[:4]),
    ])


def refused():
    spots = geometry(PLANES + 1)

    def refuse(name, why, datasets, **more):
        write(name, datasets)
        note(name, "refused", why, **more)

    stored = noise()
    scout = slices("localiser", noise((1, ROWS, COLUMNS)), [START], CORONAL)
    identify(scout[0], "localiser", 9)
    refuse("localiser", "a plane of other orientation among the planes", slices("localiser", stored, spots) + scout)
    refuse("missing-plane", "the third of six planes is missing",
           [d for k, d in enumerate(slices("missing-plane", noise((6, ROWS, COLUMNS)), spots)) if k != 2])
    refuse("duplicate-plane", "two planes in the same place", slices("duplicate-plane", stored, spots[:3] + spots[2:4]))
    uneven = [decimals(np.array(START) + (0, 0, z)) for z in (0, 2.5, 5.25, 7.5, 11)]
    refuse("uneven-gaps", "gaps of 2.5, 2.75, 2.25 and 3.5 mm", slices("uneven-gaps", stored, uneven))
    sizes = slices("different-size", stored, spots)
    pixels(sizes[3], noise((1, ROWS + 1, COLUMNS))[0])
    refuse("different-size", "one plane has a row more", sizes)
    spacings = slices("different-spacing", stored, spots)
    spacings[1].PixelSpacing = [0.8, 1.25]
    refuse("different-spacing", "one plane has other distances between rows", spacings)
    colour = rng.integers(0, 256, (PLANES, ROWS, COLUMNS, 3)).astype("u1")
    refuse("colour", "RGB", slices("colour", colour, spots, photometric="RGB"))
    placeless = slices("no-position", stored, spots)
    for dataset in placeless:
        del dataset.ImagePositionPatient
    refuse("no-position", "no ImagePositionPatient", placeless)

    refuse("truncated", "one file ends in the middle of its pixel data", slices("truncated", stored, spots))
    path = os.path.join(out, "truncated", "003.dcm")
    os.truncate(path, os.path.getsize(path) - ROWS * COLUMNS)
    short = slices("short-pixels", stored, spots)
    short[2].PixelData = short[2].PixelData[:ROWS * COLUMNS + 1]
    refuse("short-pixels", "one plane's pixel data is shorter than rows and columns say, the file is whole", short)
    cut = slices("truncated-rle", stored, spots)
    for dataset in cut:
        dataset.compress(uid.RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    frame = next(generate_frames(cut[2].PixelData, number_of_frames=1))
    cut[2].PixelData = encapsulate([frame[:len(frame) // 2 // 2 * 2]])
    refuse("truncated-rle", "one plane's RLE data is cut", cut)

    for name, why, rows, frames in (
        ("bomb", "a small file that says 100 frames of 60000 x 60000", 60000, 100),
        ("bomb-plane", "a small file that says 65535 x 65535", 65535, 1),
    ):
        dataset = slices(name, stored[:1], spots, syntax=uid.RLELossless)[0]
        dataset.PixelData = encapsulate([b"\2\0\0\0\x40\0\0\0\x44\0\0\0" + b"\0" * 52 + b"\x81\0\x81\0" * 2])
        dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
        dataset.Rows = dataset.Columns = rows
        if frames > 1:
            dataset.NumberOfFrames = frames
        refuse(name, why, [dataset])
        assert os.path.getsize(os.path.join(out, name, "001.dcm")) < 2048

    # GDCM 3 reads a sequence in a sequence by recursion: this many overflow its stack.
    dataset = slices("nested", stored[:1], spots)[0]
    save(dataset, "nested", "001.dcm")
    path = os.path.join(out, "nested", "001.dcm")
    with open(path, "rb") as file:
        data = file.read()
    pixel = data.rindex(b"\xe0\x7f\x10\x00OW")
    begin = b"\xdf\x7f\x10\x10SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    end, depth = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0", 40_000
    with open(path, "wb") as file:
        file.write(data[:pixel] + b"\xdf\x7f\x10\x00LO\x04\0MADE" + begin * depth + end * depth + data[pixel:])
    note("nested", "refused", "40000 sequences, one in the other")

    for name, file, data, why in (
        ("random", "x.dcm", rng.bytes(200), "200 random bytes"), ("empty", "x.dcm", b"", "an empty file"),
        ("text", "x.dcm", b"This is no image.\n" * 20, "a text"),
        ("preamble-alone", "x.dcm", b"\0" * 128 + b"DICM", "a preamble and nothing after it"),
    ):
        os.makedirs(os.path.join(out, name), exist_ok=True)
        with open(os.path.join(out, name, file), "wb") as stream:
            stream.write(data)
        note(name, "refused", why)


def item(**attributes):
    dataset = Dataset()
    for key, value in attributes.items():
        setattr(dataset, key, value)
    return [dataset]


def enhanced(name, sop, frames, times=False, orientation=AXIAL):
    """One data set; frames: (stored values, position, its number, time, slope, intercept) in the order of the frames."""
    dataset = common(name, sop=sop)
    identify(dataset, name, 1)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    dataset.NumberOfFrames = len(frames)
    pixels(dataset, np.stack([frame[0] for frame in frames]))
    shared = Dataset()
    shared.PixelMeasuresSequence = item(PixelSpacing=list(SPACING), SliceThickness=GAP)
    shared.PlaneOrientationSequence = item(ImageOrientationPatient=list(orientation))
    dataset.SharedFunctionalGroupsSequence = [shared]
    organization = unique(name, "dimensions")
    dataset.DimensionOrganizationSequence = item(DimensionOrganizationUID=organization)
    pointers = [0x00209056, 0x00209057] + ([0x00209128] if times else [])
    dataset.DimensionIndexSequence = [
        item(DimensionOrganizationUID=organization, DimensionIndexPointer=pointer, FunctionalGroupPointer=0x00209111)[0]
        for pointer in pointers]
    groups = []
    for _, position, number, time, slope, intercept in frames:
        group = Dataset()
        group.FrameContentSequence = item(
            StackID="1", InStackPositionNumber=number, TemporalPositionIndex=time,
            DimensionIndexValues=[1, number] + ([time] if times else []))
        group.PlanePositionSequence = item(ImagePositionPatient=list(position))
        group.PixelValueTransformationSequence = item(RescaleSlope=slope, RescaleIntercept=intercept, RescaleType="US")
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = groups
    return dataset


def multiframe():
    spots, slopes, intercepts = geometry(PLANES), [1, 0.5, 2, 0.1, 3], [-1024, 0, 10, 0.25, -3]
    for name, why in (
        ("enhanced-ct", "frames in disorder, each with its own slope and intercept"), ("enhanced-rle", "the same, with RLE"),
    ):
        stored = noise()
        dataset = enhanced(name, uid.EnhancedCTImageStorage, [
            (stored[k], spots[k], k + 1, 1, slopes[k], intercepts[k]) for k in (2, 0, 4, 1, 3)])
        if name == "enhanced-rle":
            dataset.compress(uid.RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
        write(name, [dataset])
        real = rescaled(stored, slopes, intercepts)
        note(name, "volume", why, **expected(real, spots))
    stored = noise((2 * PLANES, ROWS, COLUMNS)).reshape(2, PLANES, ROWS, COLUMNS)
    dataset = enhanced("enhanced-mr-times", uid.EnhancedMRImageStorage, [
        (stored[t, k], spots[k], k + 1, t + 1, slopes[k] + t, intercepts[k]) for k in range(PLANES) for t in range(2)], times=True)
    write("enhanced-mr-times", [dataset])
    note("enhanced-mr-times", "several", "two time points in one file, by DimensionIndexValues", volumes=[
        {"uid": dataset.SeriesInstanceUID} | expected(
            rescaled(stored[t], [slope + t for slope in slopes], intercepts), spots) for t in range(2)])
    gap = enhanced("enhanced-gap", uid.EnhancedCTImageStorage, [
        (stored[0, k], spots[k], k + 1, 1, 1, -1024) for k in (0, 1, 3, 4)])
    write("enhanced-gap", [gap])
    note("enhanced-gap", "refused", "a frame is missing between the others")


def named():
    """Every text attribute of the groups of patient, study, series, equipment and image, also retired ones, holds a word."""
    words, dates, count = {}, {}, 0

    def word(key):
        nonlocal count
        count += 1
        words.setdefault(key, []).append(f"{CANARY}{count:04}")
        return words[key][-1]

    # One would name another place of the pixel data, one has a form of its own.
    apart = ("PixelDataProviderURL", "TimezoneOffsetFromUTC")
    filled = Dataset()
    for tag, (vr, _, _, _, key) in sorted(DicomDictionary.items()):
        if tag >> 16 not in (0x08, 0x10, 0x12, 0x18, 0x20, 0x28, 0x32, 0x38, 0x40, 0x100, 0x2200) or not key or key in apart:
            continue
        if vr == "PN":
            filled.add_new(tag, vr, word(key) + "^" + word(key))
        elif vr in ("LO", "SH", "ST", "LT", "UT", "UC", "AE"):
            filled.add_new(tag, vr, word(key))
        elif vr == "UR":
            filled.add_new(tag, vr, "urn:" + word(key))
        elif vr in ("DA", "TM", "DT"):
            dates[key] = {"DA": DATE, "TM": TIME, "DT": DATE + TIME}[vr]
            filled.add_new(tag, vr, dates[key])
    filled.OtherPatientIDsSequence = item(PatientID=word("OtherPatientIDsSequence"), TypeOfPatientID="TEXT")
    filled.RequestAttributesSequence = item(
        RequestedProcedureID=word("RequestAttributesSequence"), RequestedProcedureDescription=word("RequestAttributesSequence"),
        ScheduledProcedureStepDescription=word("RequestAttributesSequence"))
    filled.ReferringPhysicianIdentificationSequence = item(
        PersonIdentificationCodeSequence=item(
            CodeValue=word("ReferringPhysicianIdentificationSequence"), CodingSchemeDesignator="99MADE",
            CodeMeaning=word("ReferringPhysicianIdentificationSequence")),
        InstitutionName=word("ReferringPhysicianIdentificationSequence"), PersonAddress=word("ReferringPhysicianIdentificationSequence"))
    filled.ProcedureCodeSequence = item(
        CodeValue=word("ProcedureCodeSequence"), CodingSchemeDesignator="99MADE", CodeMeaning=word("ProcedureCodeSequence"))
    filled.private_block(0x0009, word("private"), create=True).add_new(1, "LO", word("private"))
    stored = noise((4, ROWS, COLUMNS))
    for name, kind in (("names", "volume"), ("names-gap", "refused")):
        spots = geometry(4) if kind == "volume" else [geometry(5)[k] for k in (0, 1, 3, 4)]
        datasets = slices(name, stored, spots)
        for dataset in datasets:
            for element in filled:
                dataset.add(copy.deepcopy(element))
            dataset.file_meta.SourceApplicationEntityTitle = words.setdefault("SourceApplicationEntityTitle", [f"{CANARY}9001"])[0]
            dataset.file_meta.ImplementationVersionName = words.setdefault("ImplementationVersionName", [f"{CANARY}9002"])[0]
            dataset.preamble = words.setdefault("preamble", [f"{CANARY}9003"])[0].encode().ljust(128, b"\0")
        write(name, datasets)
        if kind == "volume":
            note(name, kind, "every text and date is a canary", **expected(stored - 1024.0, spots))
        else:
            note(name, kind, "the same, with a plane missing")
    return words, dates


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for made in (encodings, values, places, many, multiframe, refused):
        made()
    found = named()
    with open(os.path.join(out, "specimens.json"), "w") as file:
        json.dump([{"name": name, "base64": first(name)} for name in SPECIMENS], file, indent=0)
    with open(os.path.join(out, "manifest.json"), "w") as file:
        json.dump({"inputs": inputs, "canary": CANARY, "date": DATE, "words": found[0], "dates": found[1]}, file, indent=1)
    print(json.dumps({"inputs": len(inputs)}))
