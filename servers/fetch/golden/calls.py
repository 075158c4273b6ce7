#!/usr/bin/env python3
"""Makes server.toml: the official server's answers about the site of the data set, which the stand-in serves.

    cargo build -p standin && cargo run -p dataset -- generate DATA
    VENV/bin/pip install blake3        # into the environment that golden/record.py tells of
    VENV/bin/python golden/calls.py DATA STANDIN        # the folder, and the stand-in's program
"""

import pathlib
import subprocess
import sys

import blake3

from record import HERE, Official

OPTIONS = ["--allow-private-ips", "--user-agent", "wasmmcp-bench/1.0"]

# name, arguments, kind of input, and where ours says it in words of its own: a pattern with the reason
CALLS = [
    ("small", {"url": "{site}/papers/01.html"}, "small", None),
    ("large", {"url": "{site}/survey.html", "max_length": 999999}, "large", None),
    ("second_part", {"url": "{site}/survey.html", "start_index": 5000}, "edge", None),
    ("last_part", {"url": "{site}/survey.html", "start_index": 120000, "max_length": 100000}, "edge", None),
    ("behind_the_end", {"url": "{site}/papers/03.html", "start_index": 999999}, "edge", None),
    ("raw", {"url": "{site}/survey.html", "raw": True, "max_length": 300000}, "edge", None),
    ("index", {"url": "{site}/"}, "edge", None),
    ("json", {"url": "{site}/papers.json", "max_length": 50000}, "edge", None),
    ("text", {"url": "{site}/notes.txt"}, "edge", None),
    ("compressed", {"url": "{site}/compressed.html"}, "edge", None),
    ("latin1", {"url": "{site}/latin1.html", "max_length": 20000}, "edge", None),
    ("wrong_charset", {"url": "{site}/edge/wrong-charset"}, "edge", None),
    ("no_type", {"url": "{site}/edge/no-type"}, "edge", None),
    ("moved", {"url": "{site}/moved/chain/5"}, "edge", None),
    ("private", {"url": "{site}/private/draft.html"}, "edge", None),
    ("open", {"url": "{site}/private/open.html"}, "edge", None),
    ("moved_to_private", {"url": "{site}/moved/to?/private/draft.html"}, "edge", None),
    ("not_found", {"url": "{site}/nowhere"}, "edge", None),
    ("failing", {"url": "{site}/edge/status/503"}, "edge", None),
    ("moved_for_ever", {"url": "{site}/moved/loop"}, "edge", ("redirects more than 20 times; try", "official: the name of a Python exception")),
    ("bomb", {"url": "{site}/edge/bomb"}, "edge", ("unpacks to more than 8388608 bytes; ask for a smaller", "official: takes all of it")),
    ("endless", {"url": "{site}/edge/endless"}, "edge", ("larger than 8388608 bytes; ask for a smaller", "official: reads until it is killed")),
    ("broken_gzip", {"url": "{site}/edge/broken-gzip"}, "edge", ("cut off or damaged; try again", "official: the name of a Python exception")),
    ("truncated", {"url": "{site}/edge/truncated"}, "edge", ("broke off", "official: the name of a Python exception")),
    ("not_granted", {"url": "http://127.0.0.1:9/"}, "edge", ("127.0.0.1:9 is not granted; ", "a rule of ours: there are no grants in the official server")),
    ("no_address", {"url": "no address"}, "edge", ("fetch.*url.*pass a whole address", "ours names tool, field and remedy")),
]

# What the official server says of a text that is cut, with the place where it goes on.
CUT = "\n\n<error>Content truncated. Call the fetch tool with a start_index of {} to get more content.</error>"

# What is answered where a rule of ours cannot hold: the stock command grants every address or none, so what is not granted is tried there.
STOCK = {"not_granted": "http://127.0.0.1:9/robots.txt due to a connection issue"}


def mended(official, site, asked):
    """The answer without the one fault of theirs that pages of this site show, or None where there is no such fault.

    Node's URL joins a relative link that has a fragment to an opaque base (DIFFERENCES.md), which makes it longer; so the whole
    article is asked for, the links are put back, and it is cut by the rule that the untouched answers show.
    """
    whole = official.ask("tools/call", {"name": "fetch", "arguments": {"url": asked["url"], "max_length": 999999}})["result"]
    if whole.get("isError") or asked.get("raw"):
        return None
    text = "".join(block["text"] for block in whole["content"])
    head, article = text.split("\n", 1)
    right = article.replace("](about:blank#", "](#").replace("](about:/", "](/")
    if right == article:
        return None
    start, most = asked.get("start_index", 0), asked.get("max_length", 5000)
    part = right[start : start + most]
    if not part:
        return f"{head}\n<error>No more content available.</error>"
    on = start + len(part)
    return f"{head}\n{part}" + (CUT.format(on) if on < len(right) else "")


def main():
    data, program = sys.argv[1:]
    standin = subprocess.Popen([program, "site", "--data", data], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    site = standin.stdout.readline().strip().rsplit(" ", 1)[1]
    official = Official(*OPTIONS)
    out = [(HERE / "server.head.toml").read_text()]
    for name, arguments, size, own in CALLS:
        said = ", ".join(f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, int) else chr(34) + value + chr(34)}" for key, value in arguments.items())
        out.append(f'\n[[call]]\nid = "fetch-{name}"\ntool = "fetch"\ninput = "{size}"\narguments = {{ {said} }}\n[call.expect]\n')
        if own:
            out.append(f"error = true\ntext = {{ pattern = '(?s)^.*{own[0]}.*$' }}\n")
            if name in STOCK:
                out.append(f"[call.stock]\nerror = true\ntext = {{ pattern = '(?s)^.*{STOCK[name]}.*$' }}\n")
            out.append(f'[call.source]\norigin = "{own[1]}"\n')
        else:
            asked = {**arguments, "url": arguments["url"].replace("{site}", site)}
            result = official.ask("tools/call", {"name": "fetch", "arguments": asked})["result"]
            own_links = mended(official, site, asked)
            theirs = "".join(block["text"] for block in result["content"]).replace(site, "{site}")
            text = own_links.replace(site, "{site}") if own_links else theirs
            if result.get("isError"):
                out.append("error = true\n")
            if len(text) < 200 and "'" not in text and "\n" not in text:
                out.append(f"text = {{ equal = '{text}' }}\n")
            else:
                out.append(f'text = {{ digest = "blake3:{blake3.blake3(text.encode()).hexdigest()}" }}\n')
            if own_links and size != "edge":
                out.append(f'[call.reference]\ntext = {{ digest = "blake3:{blake3.blake3(theirs.encode()).hexdigest()}" }}\n')
            fault = ", without the fault of relative links that DIFFERENCES.md lists" if own_links else ""
            out.append(f'[call.source]\norigin = "mcp-server-fetch 2026.10.24 with Node, about the same site{fault}"\n')
        out.append('script = "golden/calls.py"\n')
        print(name, file=sys.stderr)
    (HERE.parent / "server.toml").write_text("".join(out))
    standin.stdin.close()
    standin.wait()


main()
