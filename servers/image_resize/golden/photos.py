#!/usr/bin/env python3
"""Hashes every image of the data set with ImageHash and makes Pillow's thumbnails of a few photographs.

Needs pillow 13.0.0, imagehash 4.3.2. Run from the server's folder: python golden/photos.py DATA
where DATA was made by: cargo run -p dataset -- generate DATA
"""
import json
import pathlib
import sys

import imagehash
from PIL import Image

HERE = pathlib.Path(__file__).parent
KINDS = {
    "phash": imagehash.phash,
    "dhash": imagehash.dhash,
    "ahash": imagehash.average_hash,
    "whash": imagehash.whash,
}
THUMBNAILS = ["photo_640x426.jpg", "photo_1920x1280.jpg", "set/000000000008.jpg"]


def main():
    images = pathlib.Path(sys.argv[1]) / "images"
    answers = []
    for path in sorted(images.rglob("*")):
        if path.suffix not in (".jpg", ".png", ".bmp", ".gif", ".webp") or path.name == "broken.jpg":
            continue
        with Image.open(path) as image:
            answer = {
                "file": str(path.relative_to(images)),
                "format": image.format,
                "mode": image.mode,
                "width": image.width,
                "height": image.height,
                "size_bytes": path.stat().st_size,
                "aspect_ratio": round(image.width / image.height, 2),
            }
            answer.update({kind: str(make(image)) for kind, make in KINDS.items()})
        with Image.open(path) as image:
            image.thumbnail((150, 150), Image.Resampling.LANCZOS)
            answer["thumbnail_150"] = list(image.size)
        answers.append(answer)
    (HERE / "photos.json").write_text("[\n" + ",\n".join(" " + json.dumps(a) for a in answers) + "\n]\n")
    (HERE / "thumbnails").mkdir(exist_ok=True)
    for name in THUMBNAILS:
        with Image.open(images / name) as image:
            image.thumbnail((150, 150), Image.Resampling.LANCZOS)
            image.save(HERE / "thumbnails" / (name.replace("/", "-") + ".png"))
    with Image.open(images / "photo_1920x1280.jpg") as image:
        image.resize((300, 200), Image.Resampling.LANCZOS).save(HERE / "thumbnails" / "photo_1920x1280.jpg.300x200.png")


main()
