#!/usr/bin/env python3
"""Where the time of one tool goes, by file that the code is mapped from: guest code, host, kernel.

Needs perf (Debian: linux-perf) and root. Run, for each packaging:
  python3 profile.py CALLS TOOL ARGUMENTS-JSON BEFORE-JSON -- COMMAND [ARGUMENT ...]
Either JSON may be @FILE. BEFORE-JSON is a list of [tool, arguments] that is called before each call, and is part of the profile. COMMAND is what `harness` starts: wasmmcp-runtime run … FILE.wasm -- …,
or the native program with its arguments.
"""
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

split = sys.argv.index("--")
calls, tool, arguments, before = sys.argv[1:split]
arguments, before = (open(text[1:]).read() if text.startswith("@") else text for text in (arguments, before))
calls, arguments, before = int(calls), json.loads(arguments), json.loads(before)
server = subprocess.Popen(sys.argv[split + 1 :], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def ask(method, params):
    line = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    server.stdin.write(line.encode() + b"\n")
    server.stdin.flush()
    return server.stdout.readline()


def call():
    for name, given in before:
        ask("tools/call", {"name": name, "arguments": given})
    answer = ask("tools/call", {"name": tool, "arguments": arguments})
    if b'"isError":true' in answer or b'"error":' in answer[:60]:
        sys.exit(f"{tool} failed: {answer[:300]!r}")


ask("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "profile", "version": "1"}})
server.stdin.write(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
for _ in range(10):
    call()
with tempfile.TemporaryDirectory() as folder:
    data = os.path.join(folder, "perf.data")
    perf = subprocess.Popen(["perf", "record", "-q", "-e", "cpu-clock", "-F", "9999", "-o", data, "-p", str(server.pid)], stderr=subprocess.DEVNULL)
    for _ in range(calls):
        call()
    perf.send_signal(2)
    perf.wait()
    script = subprocess.run(["perf", "script", "-i", data, "-F", "ip,sym,dso"], capture_output=True, text=True).stdout
server.stdin.close()
server.wait()
kinds = collections.Counter()
functions = collections.Counter()
for line in script.splitlines():
    dso = line[line.rfind("(") + 1 : line.rfind(")")]
    name = os.path.basename(dso)
    # "address symbol (file)"; a symbol of WebAssembly begins with its module and number.
    symbol = line[: line.rfind("(")].split(None, 1)[-1].strip()
    functions[re.sub(r"^wasm\[\d+\]::function\[\d+\]::", "", symbol)] += 1
    if "kernel" in dso:
        kinds["kernel"] += 1
    elif name.startswith("wasmmcp-runtime"):
        kinds["host (wasmmcp-runtime)"] += 1
    elif name == os.path.basename(sys.argv[split + 1]):
        kinds["program"] += 1
    else:
        # Precompiled code is mapped from the cache, or lies in anonymous memory.
        kinds["guest code"] += 1
total = sum(kinds.values())
print(f"{tool}: {calls} calls, {total} samples of cpu-clock")
for kind, count in kinds.most_common():
    print(f"  {100 * count / total:5.1f} %  {kind}")
print("of which, by function:")
for function, count in functions.most_common(8):
    print(f"  {100 * count / total:5.1f} %  {function[:110]}")
