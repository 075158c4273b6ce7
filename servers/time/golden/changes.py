#!/usr/bin/env python3
"""Writes golden/changes.txt: what Python's zoneinfo tells of every zone over two years, found by asking hour by hour and by nothing of ours.

    python3 -m pip install tzdata==2026.6
    PYTHONTZPATH= python3 golden/changes.py > golden/changes.txt

A line is `changes;names`: what holds at first as `seconds:is_dst`, then `instant:seconds:is_dst` for each change, to the second.
"""

import datetime
import zoneinfo

FROM = int(datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc).timestamp())
TO = int(datetime.datetime(2029, 1, 1, tzinfo=datetime.timezone.utc).timestamp())
STEP = 6 * 3600


def told(zone, instant):
    there = datetime.datetime.fromtimestamp(instant, zone)
    return (int(there.utcoffset().total_seconds()), int(bool(there.dst())))


def changes(zone):
    """Every change, by bisection of the steps at whose ends the answers differ."""
    holds = told(zone, FROM)
    found = ["%d:%d" % holds]
    for step in range(FROM, TO, STEP):
        if told(zone, step + STEP) != holds:
            before, after = step, step + STEP
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if told(zone, middle) == holds else (before, middle)
            holds = told(zone, after)
            found.append("%d:%d:%d" % (after, *holds))
    return " ".join(found)


groups = {}
for name in sorted(zoneinfo.available_timezones()):
    groups.setdefault(changes(zoneinfo.ZoneInfo(name)), []).append(name)
print(f"# {FROM} {TO}")
for line, names in sorted(groups.items()):
    print(f"{line};{' '.join(names)}")
