#!/usr/bin/env python3
"""Makes golden/formats: small files of every format and mode, and what Pillow and ImageHash say of them.

Needs pillow 13.0.0, imagehash 4.3.2. Run from the server's folder: python golden/formats.py
"""
import json
import pathlib

import imagehash
import numpy
from PIL import Image

OUT = pathlib.Path(__file__).parent / "formats"
W, H = 61, 43


def scene(width=W, height=H):
    """A smooth picture without symmetry, so that no bit of a hash hangs on a tie."""
    y, x = numpy.mgrid[0:height, 0:width].astype(float)
    bands = [
        128 + 90 * numpy.sin(x / 9.1 + y / 17.3) + 30 * numpy.cos(y / 5.7 - x / 23.0),
        110 + 80 * numpy.cos(x / 13.7 - y / 7.9) + 0.7 * x,
        90 + 70 * numpy.sin((x * y) / 310.0 + 1.0) + 0.9 * y,
    ]
    return Image.fromarray(numpy.clip(numpy.stack(bands, 2), 0, 255).astype("uint8"))


def alpha_of(image):
    y, x = numpy.mgrid[0 : image.height, 0 : image.width]
    return Image.fromarray(((x * 5 + y * 3) % 256).astype("uint8"))


def files():
    rgb = scene()
    grey = rgb.convert("L")
    rgba = rgb.copy()
    rgba.putalpha(alpha_of(rgb))
    la = grey.copy()
    la.putalpha(alpha_of(rgb))
    few = rgb.quantize(16)
    many = rgb.quantize(200)
    # The lowest values only, because convert("L") clips 16-bit grey at 255.
    deep = Image.fromarray(numpy.asarray(grey).astype("uint16") * 1 + 3)
    wide = Image.fromarray(numpy.asarray(grey).astype("uint16") * 257)
    bits = grey.point(lambda v: 255 if v > 120 else 0).convert("1")
    yield "rgb.png", rgb, {}
    yield "grey.png", grey, {}
    yield "rgba.png", rgba, {}
    yield "la.png", la, {}
    yield "palette4.png", few, {}
    yield "palette8.png", many, {}
    yield "palette_alpha.png", many, {"transparency": 7}
    yield "grey16_low.png", deep, {}
    yield "grey16.png", wide, {}
    yield "bits.png", bits, {}
    yield "rgb.jpg", rgb, {"quality": 92}
    yield "rgb444.jpg", rgb, {"quality": 92, "subsampling": 0}
    yield "grey.jpg", grey, {"quality": 92}
    yield "progressive.jpg", rgb, {"quality": 92, "progressive": True}
    yield "cmyk.jpg", rgb.convert("CMYK"), {"quality": 92}
    yield "colour.gif", rgb, {}
    yield "grey.gif", grey, {}
    yield "clear.gif", many, {"transparency": 7}
    yield "lossless.webp", rgb, {"lossless": True}
    yield "lossless_alpha.webp", rgba, {"lossless": True, "exact": True}
    yield "lossy.webp", rgb, {"quality": 90}
    yield "lossy_alpha.webp", rgba, {"quality": 90}
    yield "rgb.bmp", rgb, {}
    yield "grey.bmp", grey, {}
    yield "palette.bmp", many, {}
    yield "bits.bmp", bits, {}
    yield "rgba.bmp", rgba, {}
    yield "rgb.tiff", rgb, {}
    yield "lzw.tiff", rgb, {"compression": "tiff_lzw"}
    yield "deflate.tiff", rgba, {"compression": "tiff_adobe_deflate"}
    yield "packbits.tiff", grey, {"compression": "packbits"}
    yield "palette.tiff", many, {}
    yield "predicted.tiff", rgb, {"compression": "tiff_lzw", "tiffinfo": {317: 2}}
    yield "grey16_low.tiff", deep, {}
    yield "bits.tiff", bits, {}
    yield "cmyk.tiff", rgb.convert("CMYK"), {}
    yield "one_row.png", scene(70, 1), {}
    yield "one_column.png", scene(1, 70), {}
    yield "one_pixel.png", scene(1, 1), {}


def animated():
    frames = [scene(), scene().rotate(180)]
    for name, options in (("animated.gif", {}), ("animated.webp", {"lossless": True})):
        frames[0].save(OUT / name, save_all=True, append_images=frames[1:], duration=100, **options)
        yield name


def facts(name):
    with Image.open(OUT / name) as image:
        answer = {
            "file": name,
            "format": image.format,
            "mode": image.mode,
            "width": image.width,
            "height": image.height,
            "hashes": {
                "phash": str(imagehash.phash(image)),
                "dhash": str(imagehash.dhash(image)),
                "ahash": str(imagehash.average_hash(image)),
                "whash": str(imagehash.whash(image)),
            },
        }
    # Thumbnails are compared where Pillow resamples colours; palettes and bits it picks by nearest neighbour.
    with Image.open(OUT / name) as image:
        if image.mode in ("L", "LA", "RGB", "RGBA"):
            image.thumbnail((20, 20), Image.Resampling.LANCZOS)
            image.save(OUT / f"{name}.thumb.png")
            answer["thumbnail"] = f"{name}.thumb.png"
    with Image.open(OUT / name) as image:
        if image.mode in ("L", "LA", "RGB", "RGBA"):
            image.resize((33, 50), Image.Resampling.LANCZOS).save(OUT / f"{name}.33x50.png")
            answer["resized"] = f"{name}.33x50.png"
    return answer


def main():
    OUT.mkdir(exist_ok=True)
    names = []
    for name, image, options in files():
        image.save(OUT / name, **options)
        names.append(name)
    names += list(animated())
    (OUT / "facts.json").write_text(json.dumps([facts(name) for name in names], indent=1) + "\n")


main()
