#!/usr/bin/env python3
"""Perceptual hashes of the forty pictures by ImageHash, and their digests, so that a test can tell whether the hashes are still theirs.

    pip install ImageHash==4.3.2 Pillow==13.0.0
    cargo run -p dataset -- generate data && python3 datasets/golden/phash.py data > datasets/golden/phash.json
"""
import json
import sys
from pathlib import Path

import imagehash
from PIL import Image

data = Path(sys.argv[1])
digests = {entry["path"]: entry["digest"] for entry in json.loads((data / "manifest.json").read_text())["files"]}
pictures = [
    {"path": path, "digest": digest, "phash": str(imagehash.phash(Image.open(data / path)))}
    for path, digest in digests.items()
    if path.startswith("images/set/")
]
print("[\n" + ",\n".join(json.dumps(picture) for picture in pictures) + "\n]")
