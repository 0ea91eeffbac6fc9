"""Makes pictures.json: small pictures by Pillow and tifffile, BMP by the format's document, and what is in them.

BMP files that Pillow reads otherwise, or not at all, are printed: Pillow rounds channels of 5 and 6 bits down.
"""

import base64
import hashlib
import io
import json
import struct

import numpy as np
from PIL import Image, ImageOps
import tifffile


def pil(img, fmt, **k):
    b = io.BytesIO()
    img.save(b, fmt, **k)
    return b.getvalue()


W, H = 5, 3
gray = (np.arange(15) * 17).astype(np.uint8).reshape(H, W)
rgb = np.stack([gray, 255 - gray, (gray // 2) + 40], -1).astype(np.uint8)
out = []


def emit(kind, name, data, planes, dtype, color, bits):
    out.append((kind, name, data, planes, dtype, color, bits))


# JPEG
smooth = np.clip(np.add.outer(np.arange(11) * 9, np.arange(13) * 7), 0, 255).astype(np.uint8)
srgb = np.stack([smooth, 255 - smooth, (smooth // 2 + 60)], -1).astype(np.uint8)


for name, im, k in [
    ("grey", Image.fromarray(smooth), {}),
    ("colour", Image.fromarray(srgb), dict(quality=95, subsampling=0)),
    ("colour, subsampled", Image.fromarray(srgb), dict(quality=80, subsampling=2)),
    ("colour, progressive", Image.fromarray(srgb), dict(progressive=True)),
    ("CMYK", Image.fromarray(srgb).convert("CMYK"), {}),
]:
    d = pil(im, "JPEG", **k)
    r = Image.open(io.BytesIO(d))
    if r.mode == "CMYK":
        r = r.convert("RGB")
    a = np.array(r)
    a = a[..., None] if a.ndim == 2 else a
    emit("jpeg", name, d, np.moveaxis(a, -1, 0), "uint8", "gray" if a.shape[2] == 1 else "rgb", 8)
for o in range(1, 9):
    ex = Image.Exif()
    ex[0x112] = o
    d = pil(Image.fromarray(smooth), "JPEG", quality=95, exif=ex)
    a = np.array(ImageOps.exif_transpose(Image.open(io.BytesIO(d))))
    emit("orient", str(o), d, a[None], "uint8", "gray", 8)


# TIFF
def tf(arr, **k):
    b = io.BytesIO()
    tifffile.imwrite(b, arr, **k)
    return b.getvalue()


def tcase(name, data, planes, color="gray", bits=None):
    planes = np.asarray(planes)
    emit("tiff", name, data, planes, str(planes.dtype), color, bits or planes.dtype.itemsize * 8)


base = np.arange(15).reshape(3, 5)
for dt in ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]:
    a = (base * 7 - 50 if dt[0] != "u" else base * 7).astype(dt)
    if dt.startswith("f"):
        a = a / 4
    a = a.astype(dt)
    tcase(dt, tf(a, metadata=None, byteorder="<"), a[None])
    if np.dtype(dt).itemsize > 1:
        tcase(dt + ", big-endian", tf(a, metadata=None, byteorder=">"), a[None])
tcase("BigTIFF", tf((base * 1000).astype("uint16"), bigtiff=True, metadata=None), (base * 1000).astype("uint16")[None])
c = np.stack([base * 3, base * 5 + 1, 200 - base], -1).astype(np.uint8)
tcase("RGB", tf(c, photometric="rgb", metadata=None), np.moveaxis(c, -1, 0), "rgb")
tcase(
    "RGB, planes apart",
    tf(np.moveaxis(c, -1, 0), photometric="rgb", planarconfig="separate", metadata=None),
    np.moveaxis(c, -1, 0),
    "rgb",
)
c16 = c.astype("uint16") * 257
tcase(
    "RGB of 16 bits, big-endian",
    tf(c16, photometric="rgb", byteorder=">", metadata=None),
    np.moveaxis(c16, -1, 0),
    "rgb",
)
ca = np.concatenate([c, np.full((3, 5, 1), 9, np.uint8)], -1)
tcase(
    "RGB and alpha",
    tf(ca, photometric="rgb", extrasamples=["unassalpha"], metadata=None),
    np.moveaxis(ca, -1, 0),
    "rgba",
)
tall = np.arange(20 * 18).reshape(20, 18).astype("uint16")
tcase("tiles", tf(tall, tile=(16, 16), metadata=None), tall[None])
tc = np.stack([tall % 251, tall % 13, tall % 7], -1).astype(np.uint8)
tcase(
    "tiles of RGB, deflated",
    tf(tc, tile=(16, 16), photometric="rgb", compression="zlib", metadata=None),
    np.moveaxis(tc, -1, 0),
    "rgb",
)
tcase("strips, deflated", tf(tall, rowsperstrip=7, compression="zlib", metadata=None), tall[None])
tcase(
    "strips, horizontal predictor",
    tf(tall, rowsperstrip=7, compression="zlib", predictor=True, metadata=None),
    tall[None],
)
vol = np.arange(2 * 3 * 5).reshape(2, 3, 5).astype("int16")
vol = np.concatenate([vol, vol * 3, vol - 77])[:4]
tcase("pages", tf(vol, metadata=None, photometric="minisblack"), vol[None])
volc = np.stack([c, c[::-1]])
tcase("pages of RGB", tf(volc, photometric="rgb", metadata=None), np.moveaxis(volc, -1, 0), "rgb")
im8 = Image.fromarray((tall % 256).astype(np.uint8))
for comp in ["tiff_lzw", "packbits", "tiff_adobe_deflate", "lzma", "zstd"]:
    try:
        tcase("by Pillow, " + comp, pil(im8, "TIFF", compression=comp), np.array(im8)[None])
    except Exception as e:
        print(comp, e)
jp = pil(Image.fromarray(srgb), "TIFF", compression="jpeg", quality=95)
tcase("by Pillow, JPEG", jp, np.moveaxis(np.array(Image.open(io.BytesIO(jp)).convert("RGB")), -1, 0), "rgb")
bit = Image.fromarray(((base % 3) > 0)).convert("1")
tcase("one bit", pil(bit, "TIFF"), ((base % 3) > 0).astype(np.uint8)[None], bits=1)
g4 = pil(bit, "TIFF", compression="group4")
tcase("one bit, fax", g4, ((base % 3) > 0).astype(np.uint8)[None], bits=1)
tcase("grey from white", tf(gray, photometric="miniswhite", metadata=None), (255 - gray)[None])
pal = Image.fromarray((base % 4).astype(np.uint8), "P")
pal.putpalette([1, 2, 3, 40, 50, 60, 255, 0, 128, 9, 8, 7])
tcase("palette", pil(pal, "TIFF"), (base % 4).astype(np.uint8)[None], "palette", 8)
f = (base / 8 - 1).astype("float32")
tcase("float32, tiles", tf(np.tile(f, (7, 4)), tile=(16, 16), metadata=None), np.tile(f, (7, 4))[None])
# orientation in tiff
b = io.BytesIO()
tifffile.imwrite(b, gray, metadata=None, extratags=[(274, "H", 1, 6, True)])
d = b.getvalue()
tcase("quarter turn", d, np.rot90(gray, -1)[None])
# refused TIFFs
bad = []
cm = pil(Image.fromarray(srgb).convert("CMYK"), "TIFF")
bad.append(("CMYK pixels", cm))
b = io.BytesIO()
with tifffile.TiffWriter(b) as w:
    w.write(gray, metadata=None)
    w.write(gray[:2], metadata=None)
bad.append(("differs from the first", b.getvalue()))
bad.append(("floating-point samples of 16 or 24 bits", tf(f.astype("float16"), metadata=None)))
bad.append(("complex samples", tf(f.astype("complex64"), metadata=None)))
# thumbnail
b = io.BytesIO()
with tifffile.TiffWriter(b) as w:
    w.write(gray, metadata=None)
    w.write(gray[:1, :2], metadata=None, subfiletype=1)
tcase("a thumbnail beside", b.getvalue(), gray[None])
# BMP


def bmp(header, palette, pixels, off=None):
    off = 14 + len(header) + len(palette) if off is None else off
    return (
        b"BM"
        + struct.pack("<IHHI", 14 + len(header) + len(palette) + len(pixels), 0, 0, off)
        + header
        + palette
        + pixels
    )


def info(w, h, bits, comp=0, used=0, size=40, extra=b""):
    return struct.pack("<IiiHHIIiiII", size, w, h, 1, bits, comp, 0, 2835, 2835, used, 0) + extra


def core(w, h, bits):
    return struct.pack("<IHHHH", 12, w, h, 1, bits)


def pad(b):
    return b + b"\0" * (-len(b) % 4)


def packed(a, bits, up=True):
    o = b""
    for r in (a[::-1] if up else a):
        v = 0
        n = 0
        bb = bytearray()
        s = "".join(format(int(x), f"0{bits}b") for x in r)
        s += "0" * (-len(s) % 8)
        o += pad(bytes(int(s[i : i + 8], 2) for i in range(0, len(s), 8)))
    return o


pal4 = bytes([3, 2, 1, 0, 60, 50, 40, 0, 128, 0, 255, 0, 7, 8, 9, 0])
palrgb = [1, 2, 3, 40, 50, 60, 255, 0, 128, 9, 8, 7]
greyramp = lambda n: b"".join(bytes([round(i * 255 / (n - 1))] * 3 + [0]) for i in range(n))
ix = (base % 4).astype(np.uint8)


def bcase(name, data, planes, color="gray", bits=8, check=True):
    planes = np.asarray(planes).astype(np.uint8)
    if check:
        try:
            im = Image.open(io.BytesIO(data))
            a = np.array(im) if im.mode not in ("1",) else np.array(im).astype(np.uint8) * 255
            a = a[None] if a.ndim == 2 else np.moveaxis(a, -1, 0)
            if a.shape != planes.shape or not (a == planes).all():
                print("PIL differs", name, im.mode, a.shape, planes.shape, a.ravel()[:15], planes.ravel()[:15])
        except Exception as e:
            print("PIL refuses", name, e)
    emit("bmp", name, data, planes, "uint8", color, bits)


one = (base % 2).astype(np.uint8)
bcase("1 bit, black and white", bmp(info(W, H, 1, used=2), greyramp(2), packed(one, 1)), one[None] * 255)
bcase("1 bit, colours", bmp(info(W, H, 1, used=2), pal4[:8], packed(one, 1)), one[None], "palette", 1)
bcase("4 bits, colours", bmp(info(W, H, 4, used=4), pal4, packed(ix, 4)), ix[None], "palette", 4)
bcase("4 bits, grey", bmp(info(W, H, 4), greyramp(16), packed(base % 16, 4)), (base % 16 * 17)[None])
bcase("8 bits, grey", bmp(info(W, H, 8), greyramp(256), packed(gray, 8)), gray[None])
bcase("8 bits, colours", bmp(info(W, H, 8, used=4), pal4, packed(ix, 8)), ix[None], "palette", 8)
bcase("8 bits, top-down", bmp(info(W, -H, 8), greyramp(256), packed(gray, 8, False)), gray[None])
bgr = lambda a, up=True: b"".join(pad(r[:, ::-1].tobytes()) for r in (a[::-1] if up else a))
bcase("24 bits", bmp(info(W, H, 24), b"", bgr(rgb)), np.moveaxis(rgb, -1, 0), "rgb")
bcase("24 bits, top-down", bmp(info(W, -H, 24), b"", bgr(rgb, False)), np.moveaxis(rgb, -1, 0), "rgb")
bcase("24 bits, OS/2 1", bmp(core(W, H, 24), b"", bgr(rgb)), np.moveaxis(rgb, -1, 0), "rgb")
x32 = np.concatenate([rgb[..., ::-1], np.full((H, W, 1), 77, np.uint8)], -1)
bcase("32 bits", bmp(info(W, H, 32), b"", x32[::-1].tobytes()), np.moveaxis(rgb, -1, 0), "rgb")
v555 = ((rgb[..., 0].astype(int) >> 3) << 10) | ((rgb[..., 1].astype(int) >> 3) << 5) | (rgb[..., 2] >> 3)
ex5 = np.floor((rgb >> 3).astype(float) * 255 / 31 + 0.5)


def words(a):
    return b"".join(pad(r.astype("<u2").tobytes()) for r in a[::-1])


bcase("16 bits", bmp(info(W, H, 16), b"", words(v555)), np.moveaxis(ex5, -1, 0), "rgb")
v565 = ((rgb[..., 0].astype(int) >> 3) << 11) | ((rgb[..., 1].astype(int) >> 2) << 5) | (rgb[..., 2] >> 3)
ex565 = np.stack([ex5[..., 0], np.floor((rgb[..., 1] >> 2).astype(float) * 255 / 63 + 0.5), ex5[..., 2]])
bcase(
    "16 bits, 5-6-5", bmp(info(W, H, 16, 3) + struct.pack("<III", 0xF800, 0x7E0, 0x1F), b"", words(v565)), ex565, "rgb"
)
a32 = rgb.astype(np.uint32)
v = a32[..., 0] << 24 | a32[..., 1] << 16 | a32[..., 2] << 8 | (gray + 0).astype(np.uint32)
v5 = (
    info(W, H, 32, 3, size=124)
    + struct.pack("<IIII", 0xFF000000, 0xFF0000, 0xFF00, 0xFF)
    + b"BGRs"
    + b"\0" * (124 - 40 - 16 - 4)
)
bcase(
    "32 bits, RGBA in a version 5 header",
    bmp(v5, b"", v[::-1].astype("<u4").tobytes()),
    np.concatenate([np.moveaxis(rgb, -1, 0), gray[None]]),
    "rgba",
)
v4 = (
    info(W, H, 32, 3, size=108)
    + struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0)
    + b"BGRs"
    + b"\0" * (108 - 40 - 16 - 4)
)
vv = a32[..., 0] << 16 | a32[..., 1] << 8 | a32[..., 2]
bcase(
    "32 bits, no alpha in a version 4 header",
    bmp(v4, b"", vv[::-1].astype("<u4").tobytes()),
    np.moveaxis(rgb, -1, 0),
    "rgb",
)
core_pal = b"".join(pal4[i : i + 3] for i in range(0, 16, 4))
bcase("4 bits, OS/2 1, short palette", bmp(core(W, H, 4), core_pal, packed(ix, 4)), ix[None], "palette", 4)
os2 = struct.pack("<IiiHHIIiiII", 64, W, H, 1, 8, 0, 0, 0, 0, 4, 0) + b"\0" * 24
bcase("8 bits, OS/2 2", bmp(os2, pal4, packed(ix, 8)), ix[None], "palette", 8)
os16 = struct.pack("<IiiHH", 16, W, H, 1, 24)
bcase("24 bits, OS/2 2 cut short", bmp(os16, b"", bgr(rgb)), np.moveaxis(rgb, -1, 0), "rgb")
# RLE8: rows bottom-up
runs = bytes([5, 3, 0, 0, 2, 1, 0, 3, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 3, 2, 0, 1])
er = np.zeros((3, 5), np.uint8)
er[2] = 3
er[1] = [1, 1, 0, 1, 2]
er[0] = [0, 0, 2, 2, 2]
bcase("8 bits, run lengths", bmp(info(W, H, 8, 1, 4), pal4, runs), er[None], "palette", 8)
runs4 = bytes([5, 0x12, 0, 0, 0, 5, 0x01, 0x23, 0x30, 0, 0, 0, 0, 2, 1, 0, 3, 0x31, 0, 1])
e4 = np.zeros((3, 5), np.uint8)
e4[2] = [1, 2, 1, 2, 1]
e4[1] = [0, 1, 2, 3, 3]
e4[0] = [0, 3, 1, 3, 0]
bcase("4 bits, run lengths", bmp(info(W, H, 4, 2, 4), pal4, runs4), e4[None], "palette", 4)
rows = []
for kind, name, data, planes, dtype, color, bits in out:
    planes = np.ascontiguousarray(planes)
    c = planes.shape[0]
    hgt, wid = planes.shape[-2:]
    dep = planes.shape[1] if planes.ndim == 4 else 1
    rows.append(
        dict(
            format={"orient": "jpeg"}.get(kind, kind),
            name=("orientation " + name) if kind == "orient" else name,
            width=wid,
            height=hgt,
            depth=dep,
            channels=c,
            type=str(planes.dtype),
            color=color,
            bits=bits,
            sha256_16=hashlib.sha256(planes.tobytes()).hexdigest()[:16],
            mean=float(planes.astype(float).mean()),
            base64=base64.b64encode(data).decode(),
        )
    )
for why, data in bad:
    rows.append(dict(format="tiff", name="refused: " + why, refusal=why, base64=base64.b64encode(data).decode()))
open(__file__.replace(".py", ".json"), "w").write("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")
