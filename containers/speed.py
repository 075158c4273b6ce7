#!/usr/bin/env python3
"""Holds the reference servers to what a bare call of the same library takes in the same process: at most a tenth more.

    python3 -m pip install -r image_resize/reference/requirements.txt
    python3 speed.py DATA

Prints a line a function: the bare call's and the server's CPU time in milliseconds, and their ratio. Both are made in turn, and of each the lower
quartile counts: a disturbance only ever adds. Exits with 1 where a ratio is above the bound in five attempts.
"""

import importlib.util
import io
import os
import pathlib
import sys
import time

import imagehash
from PIL import Image

BOUND = 1.1
HERE = pathlib.Path(__file__).resolve().parent


def load(name):
    """A reference server's module."""
    spec = importlib.util.spec_from_file_location(name, HERE / name / "reference" / "server.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compared(bare, served, rounds):
    """Milliseconds of both."""
    taken = ([], [])
    for _ in range(rounds):
        for place, function in enumerate((bare, served)):
            start = time.process_time_ns()
            function()
            taken[place].append(time.process_time_ns() - start)
    return [sorted(times)[rounds // 4] / 1e6 for times in taken]


def pairs(data):
    """What is compared: a name, the bare call, the server's function."""
    logs, images = load("log_parser"), load("image_resize")
    photo = str(data / "images/photo_640x426.jpg")
    text = (data / "logs/apache_combined_2000.log").read_text()

    def matched():
        entries = []
        for line in text.split("\n"):
            line = line.strip()
            if line:
                found = logs.COMBINED.match(line)
                if found:
                    entries.append(found.groupdict())
        return entries

    def opened():
        with Image.open(photo) as image:
            return image.format, image.mode, image.size, os.path.getsize(photo)

    def hashed():
        with Image.open(photo) as image:
            return str(imagehash.phash(image))

    def shrunk():
        with Image.open(photo) as image:
            image.thumbnail((150, 150), Image.Resampling.LANCZOS)
            file = io.BytesIO()
            image.save(file, "JPEG", quality=85)
            return file.getvalue()

    def described():
        with images.opened(photo) as image:
            return images.info(photo, image)

    yield "log_parser parse_logs", matched, lambda: logs.parse(text, "auto", 2000), 40
    yield "image_resize get_image_info", opened, described, 400
    yield "image_resize compute_image_hash", hashed, lambda: images.compute_image_hash(photo), 60
    yield "image_resize resize_image", shrunk, lambda: images.resize_image(photo, max_size=150), 60


def main():
    slow = 0
    for name, bare, served, rounds in pairs(pathlib.Path(sys.argv[1])):
        for _ in range(5):
            before, after = compared(bare, served, rounds)
            if after <= BOUND * before:
                break
        print(f"{name:32} {before:8.3f} {after:8.3f} {after / before:6.3f}")
        slow += after > BOUND * before
    return int(slow > 0)


if __name__ == "__main__":
    sys.exit(main())
