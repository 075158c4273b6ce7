"""Asks the official git server every call of calls.json and writes server.toml.

    python3 -m venv VENV && VENV/bin/pip install mcp-server-git==2026.10.19 blake3
    cargo run -p dataset -- generate DATA
    VENV/bin/python servers/git/golden/record.py DATA

DATA is a folder of its own: git refreshes the indexes of the repositories that it is asked about. Debian's git 2.47.3 was on the machine. A commit id that depends on the clock is matched by pattern; an answer longer than
4,000 characters is kept as its digest.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import blake3

HERE = pathlib.Path(__file__).resolve().parent
LONGEST = 4000


class Client:
    """One process of the official server, asked line by line."""

    def __init__(self):
        environment = dict(
            os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", TZ="UTC", LC_ALL="C.UTF-8"
        )
        command = str(pathlib.Path(sys.executable).parent / "mcp-server-git")
        self.process = subprocess.Popen(
            [command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )
        self.number = 0
        self.ask("initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                "clientInfo": {"name": "record", "version": "1"}})
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def send(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def ask(self, method, parameters):
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": parameters})
        while True:
            answer = json.loads(self.process.stdout.readline())
            if answer.get("id") == self.number:
                return answer["result"]

    def call(self, tool, arguments):
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})
        return "".join(block["text"] for block in result["content"]), result.get("isError", False)


def filled(value, places):
    if isinstance(value, str):
        for name, place in places.items():
            value = value.replace("{" + name + "}", place)
        return value
    if isinstance(value, list):
        return [filled(item, places) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, places) for key, item in value.items()}
    return value


def toml(value):
    if isinstance(value, dict):
        inside = ", ".join(f"{key} = {toml(item)}" for key, item in value.items())
        return "{ " + inside + " }" if inside else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def rule(call, text):
    if "mask" in call:
        # what the clock decides, as a pattern
        pattern, name = re.escape(text), re.compile(call["mask"])
        found = name.search(text)
        assert found, (call["id"], text)
        pattern = re.escape(text[: found.start()]) + call["mask"] + re.escape(text[found.end():])
        return {"pattern": "^" + pattern.replace("\\ ", " ") + "$"}
    if len(text) > LONGEST:
        return {"digest": "blake3:" + blake3.blake3(text.encode()).hexdigest()}
    return {"equal": text}


def main():
    data = str(pathlib.Path(sys.argv[1]).resolve())
    calls = json.loads((HERE / "calls.json").read_text())
    client = Client()
    out = [(HERE / "server.head.toml").read_text()]
    for call in calls:
        scratch = tempfile.mkdtemp(prefix="record-")
        places = {"data": data, "scratch": scratch}
        for copy in call.get("copy", []):
            shutil.copytree(f"{data}/{copy['from']}", f"{scratch}/{copy['to']}", symlinks=True)
        for before in call.get("before", []):
            text, error = client.call(before["tool"], filled(before["arguments"], places))
            assert not error, (call["id"], text)
        text, error = client.call(call["tool"], filled(call["arguments"], places))
        for name, place in places.items():
            text = text.replace(place, "{" + name + "}")
        shutil.rmtree(scratch)
        lines = ["", "[[call]]", f"id = {toml(call['id'])}", f"tool = {toml(call['tool'])}",
                 f"input = {toml(call['input'])}", f"arguments = {toml(call['arguments'])}"]
        for part in ("copy", "before"):
            if part in call:
                lines.append(f"{part} = {toml(call[part])}")
        lines += ["[call.expect]", f"text = {toml(rule(call, text))}"]
        if error:
            lines.append("error = true")
        lines += ["[call.source]", 'origin = "the official server\'s recorded answer"',
                  'script = "golden/record.py"', ""]
        out.append("\n".join(lines))
    (HERE.parent / "server.toml").write_text("".join(out))


main()
