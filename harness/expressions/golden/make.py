#!/usr/bin/env python3
"""Makes the right answers of server.toml by Python's own expressions.

    cargo run -p dataset -- generate DIR
    python3 golden/make.py DIR
"""

import pathlib
import re
import sys

REQUEST = r'^(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (?P<path>\S+) (\S+)" (\d+) (?P<size>\d+|-)'
COMBINED = re.compile(REQUEST + r' "([^"]*)" "([^"]*)"$')
COMMON = re.compile(REQUEST + "$")
OTHERS = [
    re.compile(r'^(\S+) - (\S+) \[([^\]]+)\] "([^"]*)" (\d+) (\d+) "([^"]*)" "([^"]*)" "([^"]*)"$'),
    re.compile(r"^(\w{3}\s+\d+\s+\d+:\d+:\d+)\s+(\S+)\s+(\S+?)(?:\[(\d+)\])?:\s+(.*)$"),
    re.compile(r"^(\d{4}-\d{2}-\d{2}\s+\d{2}:\d{2}:\d{2},\d{3})\s+-\s+(\S+)\s+-\s+(\S+)\s+-\s+(.*)$"),
]

for count in (200, 2000):
    name = f"logs/apache_combined_{count}.log"
    lines = (pathlib.Path(sys.argv[1]) / name).read_text().splitlines()
    requests = [found for line in lines if (found := COMBINED.search(line) or COMMON.search(line))]
    parsed = sum(1 for line in lines if COMBINED.search(line) or COMMON.search(line) or any(other.search(line) for other in OTHERS))
    letters = sum(len(found["path"].encode()) for found in requests)
    sent = sum(int(found["size"]) for found in requests if found["size"] != "-")
    print(f"{name}: {len(lines)} lines, {parsed} parsed, paths of {letters} letters, {sent} bytes sent")
