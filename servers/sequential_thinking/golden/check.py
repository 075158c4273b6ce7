#!/usr/bin/env python3
"""Asks the official server the calls of server.toml: the script of the server `time` does it for any.

    DATA=folder python3 golden/check.py server.toml node .../server-sequential-thinking/dist/index.js
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "time" / "golden"))
from check import main  # noqa: E402

sys.exit(bool(main(*sys.argv[1:])))
