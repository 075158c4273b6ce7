#!/usr/bin/env python3
"""Writes golden/official.json: what the official server answers at instants that are set for it, among them the nights in which clocks change.

    python3 -m pip install mcp-server-time==2026.10.19 tzdata==2026.6
    PYTHONTZPATH= python3 golden/official.py > golden/official.json
"""

import datetime
import json

from mcp_server_time import server

UTC = datetime.timezone.utc


class Set(datetime.datetime):
    """A clock that stands."""

    at = 0

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(cls.at, tz)


server.datetime = Set


def instant(text):
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


# The two nights of a year in which a zone's clock changes, a day without a change, and the turn of the year.
NIGHTS = {
    "America/New_York": ["2027-03-14 05:00", "2026-11-01 04:30", "2027-07-04 12:00", "2026-12-31 23:30"],
    "Europe/London": ["2027-03-28 00:10", "2026-10-25 00:10", "2027-10-31 12:00"],
    "Europe/Dublin": ["2027-03-28 00:10", "2027-10-31 00:10", "2026-12-24 12:00"],
    "Australia/Lord_Howe": ["2027-10-02 12:00", "2027-04-03 12:00"],
    "Africa/Casablanca": ["2026-02-14 12:00", "2026-03-22 00:30", "2026-11-22 00:00"],
    "Asia/Gaza": ["2027-03-27 00:00", "2027-10-30 00:00"],
    "America/Nuuk": ["2027-03-27 12:00", "2027-10-30 12:00"],
    "Pacific/Chatham": ["2027-04-03 12:00", "2027-09-25 12:00"],
    "Antarctica/Troll": ["2027-03-28 00:30", "2027-10-31 00:30"],
    "Asia/Kathmandu": ["2026-11-21 18:14", "2026-11-21 18:15"],
    "Pacific/Kiritimati": ["2026-11-21 09:59", "2026-11-21 10:00"],
    "Etc/GMT+12": ["2026-11-21 11:59", "2026-11-21 12:00"],
}
TIMES = ["00:00", "00:30", "01:30", "01:45", "02:00", "02:30", "3:5", "23:59"]
TARGETS = ["UTC", "Asia/Kolkata", "America/St_Johns", "Pacific/Marquesas"]

answers = []
tools = server.TimeServer()
for source, nights in NIGHTS.items():
    for night in nights:
        Set.at = instant(night)
        answers.append({"now": Set.at, "timezone": source, "answer": tools.get_current_time(source).model_dump()})
        for place, time in enumerate(TIMES):
            target = TARGETS[place % len(TARGETS)]
            case = {"now": Set.at, "source": source, "time": time, "target": target}
            try:
                case["answer"] = tools.convert_time(source, time, target).model_dump()
            except server.ToolError as error:
                case["error"] = str(error)
            answers.append(case)
print("[\n" + ",\n".join(json.dumps(answer, ensure_ascii=False) for answer in answers) + "\n]")
