#!/usr/bin/env python3
"""Writes src/zones.txt: every zone of the IANA database from 2026 on, from the compiled files in the package tzdata.

    python3 -m pip install tzdata==2026.6
    python3 golden/zones.py > src/zones.txt

A line is `rule;changes;names`. The rule is the POSIX TZ text that ends a compiled file; it alone tells nearly all zones from 2026 on. Where it does not, the
changes until it does go before it: what holds at first, as `seconds:is_dst`, then `instant:seconds:is_dst` for each. Links are names like others.
The database is in the public domain.
"""

import datetime
import importlib.resources
import io
import struct
import zoneinfo

import tzdata

BEGIN = 1767225600  # 2026-01-01: no clock that runs this is before
ROOT = importlib.resources.files("tzdata") / "zoneinfo"


def read(data):
    """The changes and the rule of a compiled file (RFC 8536): [(instant, seconds, is_dst)], what holds before them, text."""
    def counts(at):
        assert data[at : at + 4] == b"TZif" and data[at + 4] >= ord("2")
        return struct.unpack(">6L", data[at + 20 : at + 44])

    utc, std, leap, times, types, chars = counts(0)
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + std + utc
    utc, std, leap, times, types, chars = counts(at)
    at += 44
    instants = struct.unpack(f">{times}q", data[at : at + 8 * times])
    at += 8 * times
    begins = data[at : at + times]
    at += times
    kinds = [struct.unpack(">lBB", data[at + 6 * i : at + 6 * i + 6])[:2] for i in range(types)]
    at += 6 * types + chars + leap * 12 + std + utc
    return [(t, *kinds[b]) for t, b in zip(instants, begins)], kinds[0], data[at:].decode().strip("\n")


def needed(changes, first, rule):
    """The changes from BEGIN on that the rule does not tell; nothing where it tells all."""
    later = [change for change in changes if change[0] >= BEGIN]
    holds = ([first] + [change[1:] for change in changes if change[0] < BEGIN])[-1]
    # A rule with two changes a year tells the listed ones from some year on; the compiled files list until 2037 for readers without rules.
    # What the rule tells is worked out by Python, from a file that holds nothing but the rule.
    ruled = by_rule(rule)
    before = [holds] + [change[1:] for change in later]
    untold = [
        place
        for place, (instant, *after) in enumerate(later)
        if (told(ruled, instant - 1), told(ruled, instant)) != (before[place], tuple(after))
    ]
    if not untold:
        return ""
    last = untold[-1]
    kept = later[: last + 1]
    return " ".join([f"{holds[0]}:{holds[1]}"] + [f"{t}:{seconds}:{dst}" for t, seconds, dst in kept])


def by_rule(rule):
    """A zone that follows a rule at all times."""
    head = b"TZif2" + bytes(15)
    block = struct.pack(">6L", 0, 0, 0, 0, 1, 4) + struct.pack(">lBB", 0, 0, 0) + b"UTC\0"
    return zoneinfo.ZoneInfo.from_file(io.BytesIO(head + block + head + block + b"\n" + rule.encode() + b"\n"))


def told(zone, instant):
    there = datetime.datetime.fromtimestamp(instant, zone)
    return (int(there.utcoffset().total_seconds()), int(bool(there.dst())))


groups = {}
for name in (importlib.resources.files("tzdata") / "zones").read_text().split():
    data = ROOT.joinpath(*name.split("/")).read_bytes()
    changes, first, rule = read(data)
    groups.setdefault((rule, needed(changes, first, rule)), []).append(name)
print(f"# IANA time zone database {tzdata.IANA_VERSION}, public domain; made by golden/zones.py")
for (rule, changes), names in sorted(groups.items()):
    print(f"{rule};{changes};{' '.join(sorted(names))}")
