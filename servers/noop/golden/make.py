#!/usr/bin/env python3
"""Makes the digests of server.toml: what `echo` must answer is the file that it is given.

    cargo run -p dataset -- generate DIR
    python3 -m pip install blake3
    python3 golden/make.py DIR
"""

import pathlib
import sys

import blake3

for name in ("files/text-1k.txt", "files/text-1m.txt", "files/unicode.txt"):
    print(name, "blake3:" + blake3.blake3((pathlib.Path(sys.argv[1]) / name).read_bytes()).hexdigest())
