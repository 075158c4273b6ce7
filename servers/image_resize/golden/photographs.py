#!/usr/bin/env python3
"""Makes lossless copies of a folder of photographs and the list of their hashes by ImageHash.

Needs pillow 13.0.0, imagehash 4.3.2. Run: python golden/photographs.py PHOTOGRAPHS COPIES
Then the test `tests/photographs.rs` with IMAGE_RESIZE_COPIES=COPIES compares every hash on Pillow's very pixels.
The list of wavelet hashes, which the photographs' manifest lacks, is kept in golden/whash.csv.
"""
import pathlib
import sys

import imagehash
from PIL import Image

HERE = pathlib.Path(__file__).parent


def main():
    photographs, copies = map(pathlib.Path, sys.argv[1:3])
    copies.mkdir(parents=True, exist_ok=True)
    lines = ["file,whash"]
    for path in sorted(photographs.rglob("*.jpg")):
        name = path.relative_to(photographs)
        with Image.open(path) as image:
            image.save(copies / (path.stem + ".png"), compress_level=1)
            lines.append(f"{name},{imagehash.whash(image)}")
    (HERE / "whash.csv").write_text("\n".join(lines) + "\n")


main()
