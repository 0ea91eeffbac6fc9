"""Labels an image with a network that `marginseg export` wrote, as `marginseg predict` does: preparation, windows and decision in numpy.

    python3 model.py IMAGE LABELS [MODEL]

IMAGE is a NIfTI file (nibabel reads it), a picture (Pillow), or an array of numpy, .npy of [channels, planes, rows, columns]; several
files of channels have commas between them. LABELS has the kind of IMAGE. MODEL is the .onnx file, or the folder of an ensemble; without it
what lies beside this program. Needs numpy and onnxruntime, and SciPy where zeros around a brain stay zeros (z_score: nonzero).

Everything it knows of the network stands in the metadata of the .onnx file. Steps of post-processing are not part of an export.
"""

import json
import math
import sys
from itertools import product
from pathlib import Path

import numpy as np
import onnxruntime


# Files.


class Image:
    """Intensities as the files store them, [channels, z, y, x], float32."""

    def __init__(self, paths):
        # Distances along x, y, z in mm, None where the file states none; and the directions in which these axes grow.
        self.path, self.spacing, self.codes, self.nifti = paths[0], None, "LPS", None
        kind = Path(paths[0]).suffix
        read = np.load if kind == ".npy" else self.read_nifti if kind in (".nii", ".gz") else self.read_picture
        self.values = np.concatenate([read(path).astype(np.float32) for path in paths])

    def read_nifti(self, path):
        import nibabel

        file = nibabel.load(path)
        data = np.asarray(file.dataobj)  # [x, y, z], and channels behind
        self.nifti, self.spacing = file, nibabel.affines.voxel_sizes(file.affine)
        if file.header["sform_code"] > 0 or file.header["qform_code"] > 0:
            self.codes = nibabel.aff2axcodes(file.affine)
        return data.reshape((data.shape + (1, 1))[:3] + (-1,)).transpose(3, 2, 1, 0)

    @staticmethod
    def read_picture(path):
        from PIL import Image as Picture, ImageOps

        picture = ImageOps.exif_transpose(Picture.open(path))
        data = np.asarray(picture)
        if picture.mode in ("LA", "RGBA"):
            data = data[..., :-1]
        return data.reshape(data.shape[:2] + (-1,)).transpose(2, 0, 1)[:, None]

    def make_grey(self):
        """A grey picture that is stored as red, green and blue is one channel."""
        if len(self.values) == 3 and (self.values == self.values[0]).all():
            self.values = self.values[:1]

    def order(self, plane):
        """For x, y and z of the planes that a recipe wants: the file's axis, and whether it is turned round."""
        stored = [(0, False), (1, False), (2, False)]
        if plane in ("file", "file-x", "file-y"):
            return [stored[axis] for axis in {"file": (0, 1, 2), "file-x": (1, 2, 0), "file-y": (0, 2, 1)}[plane]]
        order = []
        for wanted in {"axial": "LPS", "coronal": "LIP", "sagittal": "PIL"}[plane]:
            pair = next(pair for pair in ("LR", "PA", "SI") if wanted in pair)
            axis = next(axis for axis in range(3) if self.codes[axis] in pair)
            order.append((axis, self.codes[axis] != wanted))
        sizes = self.values.shape[:0:-1]
        # A single plane of another kind stays as it is.
        return stored if sizes[2] == 1 and sizes[order[2][0]] > 1 else order

    def write(self, labels, path):
        """labels: values of [z, y, x]."""
        labels = labels.astype(np.uint8 if labels.min() >= 0 and labels.max() < 256 else np.int32)
        if self.nifti is not None:
            import nibabel

            header = self.nifti.header.copy()
            header.set_data_dtype(labels.dtype)
            header.set_slope_inter(1, 0)
            nibabel.Nifti1Image(labels.transpose(2, 1, 0), self.nifti.affine, header).to_filename(path)
        elif Path(self.path).suffix == ".npy":
            np.save(path, labels)
        else:
            from PIL import Image as Picture

            Picture.fromarray(labels[0]).save(path)


def ordered(values, order):
    """[…, z, y, x] of the file as […, planes, rows, columns]."""
    first = values.ndim - 3
    axes = [first + 2 - axis for axis, _ in reversed(order)]
    values = values.transpose(list(range(first)) + axes)
    return np.flip(values, [first + 2 - place for place, (_, turned) in enumerate(order) if turned])


def restored(values, order):
    """The way back."""
    first = values.ndim - 3
    values = np.flip(values, [first + 2 - place for place, (_, turned) in enumerate(order) if turned])
    axes = [first + 2 - axis for axis, _ in reversed(order)]
    return values.transpose(list(range(first)) + [first + int(place) for place in np.argsort(axes)])


# Preparation.


def crop_box(values, crop):
    """A slice along planes, rows and columns."""
    if crop is None:
        return (slice(None),) * 3
    if crop == "nonzero":
        inside = np.argwhere((values != 0).any(0))
        if not len(inside):
            return (slice(None),) * 3
        return tuple(slice(low, high + 1) for low, high in zip(inside.min(0), inside.max(0)))
    x, y, width, height = crop
    return slice(None), slice(y, y + height), slice(x, x + width)


IMAGENET = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]


def normalized(values, rule):
    """Each channel by its rule: (clip(x, low, high) - origin) * scale + offset."""
    outside, result = None, np.empty(values.shape, np.float32)
    for channel, x in enumerate(values):
        own = rule[channel] if isinstance(rule, list) else rule
        low, high, origin, scale, offset, zeros = -np.inf, np.inf, 0.0, 1.0, 0.0, False
        if own == "none":
            pass
        elif own == "imagenet":
            mean, deviation = IMAGENET[channel]
            origin, scale = np.float32(255) * np.float32(mean), 1 / (np.float32(255) * np.float32(deviation))
        elif own == "z_score" or "z_score" in own:
            zeros = own != "z_score"
            if zeros and outside is None:
                from scipy.ndimage import binary_fill_holes

                some = (values != 0).any(0)
                outside = ~(binary_fill_holes(some[0])[None] if len(some) == 1 else binary_fill_holes(some))
            inside = (x[~outside] if zeros else x).astype(np.float64)
            mean, deviation = (inside.mean(), inside.std()) if inside.size else (0.0, 0.0)
            origin, scale = mean, 1 / deviation if deviation > abs(mean) * 1e-6 else 0.0
        elif "clip" in own:
            (low, high), origin, scale = own["clip"], own["mean"], 1 / np.float32(own["deviation"])
        elif "range" in own:
            origin, scale = own["range"][0], 1 / (np.float32(own["range"][1]) - np.float32(own["range"][0]))
        else:
            low, high = own["window"] if "window" in own else np.percentile(x, own["percentiles"])
            low, high = np.float32(low), np.float32(high)
            if low < high:
                origin, scale, offset = low, 1 / (high - low), -0.5
            else:
                low, high, origin, scale = -np.inf, np.inf, low, 0.0
        y = np.minimum(np.float32(high), np.maximum(np.float32(low), x))
        result[channel] = (y - np.float32(origin)) * np.float32(scale) + np.float32(offset)
        if zeros:
            result[channel][outside] = 0
    return result


# Sizes. Axes are brought to another length one by one, the last one first, as Pillow does it.


def resampling_matrix(size, new, kind):
    scale = size / new
    matrix = np.zeros((new, size))
    if kind == "nearest":
        position = scale * 0.5
        for index in range(new):
            matrix[index, min(int(position), size - 1)] = 1
            position += scale
        return matrix
    if kind == "spline":
        # A line whose ends go on for a margin; the spline's coefficients solve a system of three diagonals.
        margin, count = 14, size + 28
        system = np.eye(count)
        for index in range(1, count - 1):
            system[index, index - 1 : index + 2] = (1 / 6, 4 / 6, 1 / 6)
        coefficients = np.linalg.solve(system, np.eye(size)[np.clip(np.arange(count) - margin, 0, size - 1)])
        places = (np.arange(new) + 0.5) * scale - 0.5 + margin
        first = np.floor(places).astype(int)
        t, u = places - first, 1 - (places - first)
        taps = np.zeros((new, count))
        for tap, weights in enumerate((u**3, 3 * t**3 - 6 * t**2 + 4, 3 * u**3 - 6 * u**2 + 4, t**3)):
            taps[np.arange(new), first - 1 + tap] = weights / 6
        return taps @ coefficients
    # At points, nothing is averaged where there are fewer samples than before.
    stretch = 1 if kind == "points" else max(scale, 1)
    support = (2 if kind == "cubic" else 1) * stretch
    for index in range(new):
        center = (index + 0.5) * scale
        places = np.arange(max(int(center - support + 0.5), 0), min(int(center + support + 0.5), size))
        x = np.abs((places - center + 0.5) / stretch)
        if kind == "cubic":
            weights = np.where(x < 1, (1.5 * x - 2.5) * x * x + 1, np.where(x < 2, (((x - 5) * x + 8) * x - 4) * -0.5, 0))
        else:
            weights = np.where(x < 1, 1 - x, 0)
        matrix[index, places] = weights / weights.sum()
    return matrix


def resized(image, sizes, kind, planes=None):
    """The last axes of an array in other sizes; planes: the way from plane to plane, where it is another."""
    first = image.ndim - len(sizes)
    for axis in reversed(range(len(sizes))):
        length = image.shape[first + axis]
        if length == sizes[axis]:
            continue
        own = planes if planes and len(sizes) == 3 and axis == 0 else kind
        matrix = resampling_matrix(length, sizes[axis], own)
        moved = np.tensordot(image.astype(np.float64), matrix, (first + axis, 1))
        image = np.moveaxis(moved, -1, first + axis).astype(np.float32)
    return image


class Route:
    """From native sizes of a sample to the network's input, and back: first the spacing, then the fit."""

    ANISOTROPY = 3

    def __init__(self, native, recipe, spacing):
        self.native, self.spaced, self.fit, self.planes = tuple(native), tuple(native), recipe["fit"], None
        wanted, self.is_spline = recipe.get("spacing"), recipe.get("resampling") == "spline"
        if wanted:
            if spacing is None:
                sys.exit("the network needs to know how far apart voxels lie, and the image does not say it")
            own = spacing[-len(wanted) :]
            nearest = round if self.is_spline else lambda x: math.floor(x + 0.5)
            self.spaced = tuple(max(1, nearest(n * a / b)) for n, a, b in zip(native, own, wanted))
            if any(len(s) == 3 and max(s) > self.ANISOTROPY * min(s) for s in (own, wanted)):
                self.planes = "nearest"
        kind = next(kind for kind in ("resize", "pad", "crop") if kind in self.fit)
        size = tuple(self.fit[kind])
        self.size = size if kind != "crop" else tuple(map(max, size, self.spaced))
        if any(s > t for s, t in zip(self.spaced, self.size)) and kind == "pad":
            sys.exit(f"the image has {self.spaced}, and the network takes {self.size} at most")
        self.frame = None
        if kind != "resize":
            starts = [(t - s) // 2 for s, t in zip(self.spaced, self.size)]
            self.frame = tuple(slice(a, a + s) for a, s in zip(starts, self.spaced))

    def splined(self, sample):
        """Splines swing beyond the values that they go through, so these bound them; each plane's own where planes are apart."""
        axes = tuple(range(2 if self.planes else 1, sample.ndim))
        low, high = sample.min(axes, keepdims=True), sample.max(axes, keepdims=True)
        between = self.native[:1] + self.spaced[1:] if self.planes else self.spaced
        return resized(np.clip(resized(sample, between, "spline"), low, high), self.spaced, "spline", self.planes)

    def forward(self, sample):
        if self.is_spline and self.spaced != self.native:
            sample = self.splined(sample)
        else:
            sample = resized(sample, self.spaced, "cubic", self.planes)
        if self.frame is None:
            return resized(sample, self.size, "linear" if self.fit.get("by") == "bilinear" else "cubic")
        least = sample.reshape(len(sample), -1).min(1) * (self.fit.get("frame") != "zero")
        framed = np.empty((len(sample),) + self.size, np.float32)
        framed[:] = least.reshape((-1,) + (1,) * len(self.size))
        framed[(slice(None),) + self.frame] = sample
        return framed

    def back(self, scores):
        if self.frame is None:
            scores = resized(scores, self.spaced, "linear")
        else:
            scores = scores[(slice(None),) + self.frame]
        return resized(scores, self.native, "points" if self.is_spline else "linear", self.planes)


# Scores.


class Network:
    def __init__(self, path):
        self.session = onnxruntime.InferenceSession(str(path), providers=onnxruntime.get_available_providers())
        metadata = self.session.get_modelmeta().custom_metadata_map
        self.about = {key: text if key == "licence" else json.loads(text) for key, text in metadata.items()}
        if "logits" not in self.about["network"]["outputs"]:
            sys.exit(f"{path} does not give logits; export it with --outputs logits")

    def logits(self, x):
        """x: [channels, …] of any size; the network itself wants multiples."""
        multiples = self.about["network"]["size_multiples"]
        missing = [(0, 0)] + [(0, -n % m) for n, m in zip(x.shape[1:], multiples)]
        scores = self.session.run(["logits"], {"image": np.pad(x, missing, mode="edge")[None]})[0][0]
        return scores[(slice(None),) + tuple(slice(n) for n in x.shape[1:])]


def mean_logits(networks, x):
    return sum(network.logits(x) for network in networks) / np.float32(len(networks))


def mirrored(networks, x, axes):
    sum_, count = 0, 0
    for flips in product((False, True), repeat=len(axes)):
        places = [axis + 1 for axis, flip in zip(axes, flips) if flip]
        sum_ = sum_ + np.flip(mean_logits(networks, np.flip(x, places)), places)
        count += 1
    return sum_ / np.float32(count)


def window_weights(window):
    weights = np.full((), 10.0)
    for length in window:
        sigma = length / 8
        distance = np.arange(length) - length // 2
        profile = np.where(abs(distance) > int(4 * sigma + 0.5), 0, np.exp(-0.5 * (distance / sigma) ** 2))
        weights = weights[..., None] * profile
    return np.maximum(weights, weights[weights > 0].min()).astype(np.float32)


def scores_of(networks, x):
    """x: [channels, …] → [classes, …], by the windows and mirrors of the first network's metadata."""
    way = networks[0].about["inference"]
    window, axes = way.get("window"), way["mirror_axes"]
    if window is None:
        return mirrored(networks, x, axes)
    sizes = x.shape[1:]
    padded = [max(n, w) for n, w in zip(sizes, window)]
    x = np.pad(x, [(0, 0)] + [(0, p - n) for p, n in zip(padded, sizes)], mode="edge")
    starts = []
    for size, length in zip(padded, window):
        count = math.ceil((size - length) / max(way["step"] * length, 1)) + 1
        starts.append([round((size - length) / (count - 1) * i) if count > 1 else 0 for i in range(count)])
    weights, sums, counts = window_weights(window), 0, np.zeros(padded, np.float32)
    for corner in product(*starts):
        box = tuple(slice(a, a + w) for a, w in zip(corner, window))
        scores = mirrored(networks, x[(slice(None),) + box], axes) * weights
        if isinstance(sums, int):
            sums = np.zeros((len(scores),) + tuple(padded), np.float32)
        sums[(slice(None),) + box] += scores
        counts[box] += weights
    return (sums / counts)[(slice(None),) + tuple(slice(n) for n in sizes)]


def softmax(scores):
    shares = np.exp(scores - scores.max(0))
    return shares / shares.sum(0)


def native_scores(networks, image):
    """[classes, planes, rows, columns] of what the recipe crops the image to, that box, and the order of the axes."""
    recipe, network = networks[0].about["recipe"], networks[0].about["network"]
    order = image.order(recipe["plane"])
    values = ordered(image.values, order)
    spacing = None if image.spacing is None else [float(image.spacing[axis]) for axis, _ in reversed(order)]
    box = crop_box(values, recipe.get("crop"))
    values = normalized(values[(slice(None),) + box], recipe["normalization"])
    if network["dimensions"] == 3:
        route = Route(values.shape[1:], recipe, spacing)
        return route.back(scores_of(networks, route.forward(values))), box, order
    route = Route(values.shape[2:], recipe, spacing)
    planes = [route.back(scores_of(networks, route.forward(values[:, z]))) for z in range(values.shape[1])]
    return np.stack(planes, 1), box, order


def decided(scores, decision):
    """The class of each pixel: the first of equals."""
    if "offsets" in decision:
        shape = (-1,) + (1,) * (scores.ndim - 1)
        scores = scores + np.array(decision["offsets"], np.float32).reshape(shape)
    elif "slopes" in decision:
        slopes, constants = (np.array(decision[key], np.float32) for key in ("slopes", "constants"))
        scores = np.tensordot(slopes, softmax(scores), 1) + constants.reshape((-1,) + (1,) * (scores.ndim - 1))
    return scores.argmax(0)


def label(paths, model):
    """The values of the label file, [z, y, x], and the image."""
    if Path(model).is_dir():
        about = json.loads((Path(model) / "ensemble.json").read_text())
        groups = [[Network(Path(model) / name) for name in group] for group in about["groups"]]
    else:
        groups = [[Network(model)]]
        about = groups[0][0].about
    image = Image(paths)
    if groups[0][0].about["network"]["channels"] == len(paths):
        image.make_grey()
    if len(groups) == 1:
        scores, box, order = native_scores(groups[0], image)
        classes = np.zeros(ordered(image.values, order).shape[1:], np.int64)
        classes[box] = decided(scores, about["decision"])
        classes = restored(classes, order)
    else:
        # Networks of several recipes meet on the file's grid, by the mean of their probabilities in half precision.
        mean = 0
        for networks in groups:
            scores, box, order = native_scores(networks, image)
            shares = np.zeros((len(scores),) + ordered(image.values, order).shape[1:], np.float32)
            shares[0] = 1
            shares[(slice(None),) + box] = softmax(scores).astype(np.float16)
            mean = mean + restored(shares, order) / np.float32(len(groups))
        mean = np.minimum(mean, 1).astype(np.float16).astype(np.float32)
        classes = decided(np.log(np.maximum(mean, 2.0**-25)), about["decision"])
    return np.array([entry["value"] for entry in about["classes"]])[classes], image


def main(arguments):
    if len(arguments) not in (2, 3):
        sys.exit(__doc__.strip())
    here = Path(__file__)
    beside = here.with_suffix(".onnx")
    model = arguments[2] if len(arguments) > 2 else beside if beside.exists() else here.parent
    labels, image = label(arguments[0].split(","), model)
    image.write(labels, arguments[1])


if __name__ == "__main__":
    main(sys.argv[1:])
