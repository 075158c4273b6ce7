#!/usr/bin/env python3
"""Asks another server the calls of a server.toml, and holds its answers to what is expected of ours: the expectations are the other server's.

    python3 check.py path/to/server.toml COMMAND...

Calls of which the source says "a rule of ours" are left out. `$file` and `$json` arguments need the data set: DATA=folder in the environment.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib

DATA = os.environ.get("DATA", "")


def filled(value):
    """An argument with its files read and its places named."""
    if isinstance(value, dict):
        if "$file" in value:
            return pathlib.Path(DATA, value["$file"]).read_text()
        if "$json" in value:
            return json.loads(pathlib.Path(DATA, value["$json"]).read_text())
        return {key: filled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each) for each in value]
    return value.replace("{data}", DATA) if isinstance(value, str) else value


class Client:
    """A server over stdio."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.last = 0
        self.ask("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "check", "version": "1"}})
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def send(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def ask(self, method, params):
        self.last += 1
        self.send({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params})
        for line in self.process.stdout:
            answer = json.loads(line)
            if answer.get("id") == self.last:
                return answer.get("result") or {"error": answer["error"]}
        raise EOFError("the server went away")

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def within(wanted, found):
    """Whether all of an object is found, whatever is beside it."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(key in found and within(each, found[key]) for key, each in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(within, wanted, found))
    return wanted == found


def judge(expect, result):
    """What is wrong with a result, if anything is."""
    text = "".join(block.get("text", "") for block in result.get("content", []))
    if result.get("isError", False) != expect.get("error", False):
        return f"isError: {result}"
    rule = expect.get("text", {})
    if "equal" in rule and rule["equal"] != text or "pattern" in rule and not re.search(rule["pattern"], text):
        return f"text: {text!r}"
    rule = expect.get("structured", {})
    found = result.get("structuredContent")
    if "equal" in rule and rule["equal"] != found or "subset" in rule and not within(rule["subset"], found):
        return f"structured: {found}"
    return None


def main(path, *command):
    server = tomllib.loads(pathlib.Path(path).read_text())
    asked = wrong = 0
    for call in server["call"]:
        if "a rule of ours" in call["source"]["origin"]:
            continue
        client = Client(command)
        for before in call.get("before", []):
            client.ask("tools/call", {"name": before["tool"], "arguments": filled(before.get("arguments", {}))})
        result = client.ask("tools/call", {"name": call["tool"], "arguments": filled(call.get("arguments", {}))})
        client.end()
        asked += 1
        if why := judge(call["expect"], result):
            wrong += 1
            print(f"{call['id']}: {why}")
    print(f"{asked} asked, {wrong} otherwise, {len(server['call']) - asked} left out")
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
