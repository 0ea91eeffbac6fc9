"""Prints as JSON what programs that check DICOM files find wrong in one: dicom_validate.py FILE

dciodvfy: the lines with errors of the program of that name (of dicom3tools); null where it is not installed. It knows no LABELMAP.
modules: attributes that highdicom's tables of the standard's modules require and the file lacks; null where they have no such SOP class.
The package dicom-validator is not asked: it fetches the standard's text from the web.
"""

import json
import os
import pkgutil
import shutil
import subprocess
import sys


def dciodvfy(path):
    program = shutil.which("dciodvfy")
    if not program:
        return None
    done = subprocess.run([program, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    errors = [line for line in lines if line.startswith("Error")]
    # Without an error of its own, failure must not pass for silence.
    return errors or ([f"Error - dciodvfy ended with {done.returncode}"] if done.returncode < 0 else [])


def table(name):
    return json.loads(pkgutil.get_data("highdicom", f"_standard/{name}.json"))


def modules(path):
    import pydicom

    dataset = pydicom.dcmread(path, stop_before_pixels=True)
    kind = table("sop_class_iod_map").get(str(dataset.SOPClassUID))
    if not kind:
        return None
    attributes, found = table("module_attribute_map"), []

    def items(parents):
        """The data sets at a path of sequences."""
        reached = [dataset]
        for key in parents:
            reached = [item for one in reached if key in one for item in one[key].value]
        return reached

    for module in table("iod_module_map")[kind]:
        if module["usage"] != "M":
            continue
        for attribute in attributes[module["key"]]:
            key, parents, kind = attribute["keyword"], attribute["path"], attribute["type"]
            # Functional groups stand in one of the two sequences, which of them is free.
            if kind not in ("1", "2") or key == "PixelData" or parents and parents[-1].endswith("FunctionalGroupsSequence"):
                continue
            for item in items(parents):
                if key not in item or kind == "1" and not item[key].value and item[key].value != 0:
                    found.append(f"{module['key']}: {'.'.join(parents + [key])}, type {kind}")
                    break
    return sorted(set(found))


if __name__ == "__main__":
    file = sys.argv[1]
    if not os.path.isfile(file):
        sys.exit(f"dicom_validate: no file {file}")
    print(json.dumps({"dciodvfy": dciodvfy(file), "modules": modules(file)}))
