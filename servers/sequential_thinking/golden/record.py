#!/usr/bin/env python3
"""Writes golden/answers.json: what the official server answers to these calls, made in this order in one process.

    npm install @modelcontextprotocol/server-sequential-thinking@2026.8.31
    python3 golden/record.py node .../server-sequential-thinking/dist/index.js > golden/answers.json

Calls that ours answers otherwise on purpose stand at the end, each with the reason; README.md lists them.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "time" / "golden"))
from check import Client  # noqa: E402

FULL = {"thought": "t", "nextThoughtNeeded": True, "thoughtNumber": 1, "totalThoughts": 1}


def branch(name, **more):
    return {"branchFromThought": 1, "branchId": name, **more}


EQUAL = [
    {},
    {"thought": "", "nextThoughtNeeded": "TRUE", "thoughtNumber": "5", "totalThoughts": "3"},
    {"thought": "Größe 😀\u2028\n\"\\\u0007", "nextThoughtNeeded": "false"},
    {"thoughtNumber": 2.0, "totalThoughts": "0x10"},
    {"thoughtNumber": True, "totalThoughts": " 1e1 "},
    {"thoughtNumber": "0b11", "totalThoughts": "0o17"},
    {"thoughtNumber": "1.", "totalThoughts": ".5e1"},
    {"thoughtNumber": "\u00a07\ufeff", "totalThoughts": "+7"},
    {"thoughtNumber": 9007199254740991, "totalThoughts": 1},
    # branches: whole numbers first, then the others as they came
    branch("10"),
    branch("2"),
    branch("b"),
    branch("01"),
    branch("a", isRevision=True, revisesThought=1),
    branch("4294967295"),
    branch("4294967294"),
    branch("7"),
    branch("b"),
    branch("a\u0007\u2028\"é"),
    branch(""),
    {"branchId": "without a thought"},
    {"branchFromThought": 1},
    {"isRevision": True},
    {"revisesThought": 99},
    {"isRevision": "True", "revisesThought": "2", "needsMoreThoughts": "false", "unknown": 1},
    # what is refused
    {"thoughtNumber": 0},
    {"thoughtNumber": 1.5},
    {"thoughtNumber": 0.5, "totalThoughts": -1.5},
    {"thoughtNumber": -1e300, "totalThoughts": -9007199254740993},
    {"thoughtNumber": 1e16, "totalThoughts": 1.5e308},
    {"thoughtNumber": "-0", "totalThoughts": "1e-5"},
    {"thoughtNumber": "", "totalThoughts": None},
    {"thoughtNumber": "1_0", "totalThoughts": "Infinity"},
    {"thoughtNumber": {}, "totalThoughts": "-Infinity"},
    {"thoughtNumber": "NaN", "totalThoughts": "-0x10"},
    {"nextThoughtNeeded": "yes"},
    {"nextThoughtNeeded": 1},
    {"nextThoughtNeeded": None, "thought": None},
    {"nextThoughtNeeded": "", "thought": [1]},
    {"thought": 5, "isRevision": 'a"b', "branchFromThought": "z", "branchId": 5},
    {"thought": {}, "revisesThought": "0", "branchId": True},
    # nothing that was refused is counted
    {},
]
OTHERWISE = [
    ("a list of one number is that number", {"thoughtNumber": [3]}),
    ("null is not left out", {"isRevision": None}),
    ("a name that JavaScript's objects have", branch("toString")),
    ("a name that JavaScript's objects have", branch("__proto__")),
]

client = Client(sys.argv[1:])
answers = []
for why, given in [(None, given) for given in EQUAL] + OTHERWISE:
    arguments = {**FULL, **given}
    result = client.ask("tools/call", {"name": "sequentialthinking", "arguments": arguments})
    answers.append({"arguments": arguments, "result": result} | ({"otherwise": why} if why else {}))
client.end()
print("[\n" + ",\n".join(json.dumps(answer, ensure_ascii=False) for answer in answers) + "\n]")
