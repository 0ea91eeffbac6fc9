"""Times SimpleITK's reader on a series of 1000 uncompressed planes of 512 x 512 values of 16 bits, and prints the seconds as JSON.

    dicom_speed.py                          makes the series in a temporary folder (500 MiB), reads it, and removes it
    dicom_speed.py --make FOLDER [PLANES]   only makes it
    dicom_speed.py --read FOLDER            reads one that is there

names: to list and order the files. read: to read them. seconds: both.
"""

import json
import os
import sys
import tempfile
import time

import numpy as np

ROOT = "1.2.826.0.1.3680043.8.498."
SIZE = 512


def make(folder, planes=1000):
    from pydicom import uid
    from pydicom.dataset import Dataset, FileMetaDataset

    os.makedirs(folder, exist_ok=True)
    rng = np.random.default_rng(1)
    ramp = np.add.outer(np.arange(SIZE), np.arange(SIZE)).astype("<i2")
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = uid.CTImageStorage
    dataset.PatientName, dataset.PatientID, dataset.Modality = "Made^Speed", "speed", "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = (
        uid.generate_uid(prefix=ROOT, entropy_srcs=["speed", name]) for name in ("study", "series", "frame"))
    dataset.ImageOrientationPatient, dataset.PixelSpacing, dataset.SliceThickness = [1, 0, 0, 0, 1, 0], [0.75, 0.75], 0.5
    dataset.Rows = dataset.Columns = SIZE
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    # The files' names tell nothing about the planes' order.
    order = rng.permutation(planes)
    for k in range(planes):
        dataset.SOPInstanceUID = uid.generate_uid(prefix=ROOT, entropy_srcs=["speed", str(k)])
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.InstanceNumber, dataset.ImagePositionPatient = k + 1, [-192, -192, -250 + 0.5 * k]
        dataset.add_new("PixelData", "OW", (ramp + rng.integers(-500, 500, (SIZE, SIZE), "<i2") + k).astype("<i2").tobytes())
        dataset.save_as(os.path.join(folder, f"{order[k]:05}.dcm"), enforce_file_format=True)


def read(folder):
    import SimpleITK

    reader = SimpleITK.ImageSeriesReader()
    start = time.perf_counter()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(folder))
    named = time.perf_counter()
    image = reader.Execute()
    done = time.perf_counter()
    return {"planes": image.GetSize()[2], "names": named - start, "read": done - named, "seconds": done - start}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make(sys.argv[2], *map(int, sys.argv[3:4]))
    elif sys.argv[1:2] == ["--read"]:
        print(json.dumps(read(sys.argv[2])))
    else:
        with tempfile.TemporaryDirectory() as folder:
            make(folder)
            print(json.dumps(read(folder)))
