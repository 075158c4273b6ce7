#!/usr/bin/env python3
"""Records what the official server answers: cases.json, with the site that it was asked about.

    python3 -m venv VENV && VENV/bin/pip install mcp-server-fetch==2026.10.24
    VENV/bin/python golden/record.py        # Node in the path, so that articles are found by Readability.js

The first call lets its package install Readability 0.6.0 and jsdom by npm.
"""

import base64
import gzip
import http.server
import json
import pathlib
import subprocess
import sys
import threading
import zlib

from pages import L, P, PAGES, page

HERE = pathlib.Path(__file__).parent
LONG = page("<article>" + P(40) + "</article>")
HTML = {"content-type": "text/html; charset=utf-8"}

# path → status, headers, body
SITE = {f"/{name}.html": (200, HTML, text.encode()) for name, text in PAGES.items()}


def put(path, body=b"", status=200, **headers):
    if isinstance(body, str):
        body = body.encode()
    SITE[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


ARTICLE = PAGES["article"].encode()
put("/long.html", LONG, content_type="text/html")
put("/text.txt", "plain *text*\nwith lines\n", content_type="text/plain; charset=utf-8")
put("/data.json", '{"a": [1, 2, {"b": "é"}]}', content_type="application/json")
put("/no-type", "<p>" + L * 3 + "</p>")
put("/xml.xml", "<?xml version='1.0'?><a>b</a>", content_type="application/xml")
put("/looks-html", "<!doctype html><html><body>" + P(3) + "</body></html>", content_type="application/octet-stream")
put("/latin1", "<html><body><p>caf\xe9 na\xefve</p></body></html>".encode("latin-1"), content_type="text/html; charset=iso-8859-1")
put("/sjis", "<html><body><p>日本語</p></body></html>".encode("shift_jis"), content_type="text/html; charset=Shift_JIS")
put("/cp1251", "русский текст".encode("cp1251"), content_type="text/plain; charset=windows-1251")
put("/bad-utf8", b"ok \xff\xfe broken \xe2\x82 end", content_type="text/plain")
put("/unknown-charset", "é", content_type="text/plain; charset=nope")
put("/bom", b"\xef\xbb\xbfwith a mark", content_type="text/plain")
put("/gzip", gzip.compress(ARTICLE, mtime=0), content_type="text/html", content_encoding="gzip")
put("/deflate", zlib.compress(ARTICLE), content_type="text/html", content_encoding="deflate")
put("/empty", b"", content_type="text/html")
put("/empty-text", b"", content_type="text/plain")
put("/redirect", status=302, location="/article.html")
put("/redirect-301", status=301, location="article.html")
put("/redirect-307", status=307, location="{site}/redirect")
put("/redirect-308-query", status=308, location="/text.txt?a=b#c")
put("/redirect-nowhere", "moved, but where?", status=302, content_type="text/plain")
put("/redirect-to-denied", status=302, location="/denied/page.html")
put("/denied/page.html", PAGES["short"], content_type="text/html")
put("/404", "<html>not here</html>", status=404, content_type="text/html")
put("/500", "broken", status=500, content_type="text/plain")
put("/410", "gone", status=410)
put("/202", "accepted", status=202, content_type="text/plain")
put("/unicode.txt", "añ日😀" * 30, content_type="text/plain; charset=utf-8")
put("/crlf.txt", "a\r\nb\rc\n", content_type="text/plain")
put("/quote?q=%20x&y=é", "never asked so", content_type="text/plain")
put("/sp%20ace", "a space", content_type="text/plain")
put("/upper", PAGES["short"], content_type="TEXT/HTML")
put("/robots.txt", "# hello\nUser-agent: *\nDisallow: /denied/\nDisallow: /*.secret$\nAllow: /denied/but\n\nUser-agent: parity\nDisallow: /parity-only\n", content_type="text/plain")
put("/denied/but-not-this", "allowed", content_type="text/plain")
put("/x.secret", "no", content_type="text/plain")
put("/x.secret?y", "yes", content_type="text/plain")
put("/parity-only", "not for parity", content_type="text/plain")


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status, headers, body = self.server.pages.get(self.path, (404, {"content-type": "text/plain"}, b"no such page"))
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value.replace("{site}", self.server.address))
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Official:
    def __init__(self, *options):
        self.process = subprocess.Popen(
            [pathlib.Path(sys.executable).with_name("mcp-server-fetch"), *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.last = 0
        self.ask("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "record", "version": "0"}})
        self.send({"method": "notifications/initialized"})

    def send(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def ask(self, method, params):
        self.last += 1
        self.send({"id": self.last, "method": method, "params": params})
        while True:
            line = self.process.stdout.readline()
            if not line.startswith("{"):
                continue  # what npm says while it installs
            message = json.loads(line)
            if message.get("id") == self.last:
                return message


def serve(pages):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.pages = pages
    server.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.address


CASES = []


def case(path, options=("--allow-private-ips",), prompt=False, site="site", **arguments):
    CASES.append({"site": site, "options": list(options), "prompt": prompt, "url": path, "arguments": arguments})


UA = ("--allow-private-ips", "--user-agent", "parity/1.0")
for name in PAGES:
    case(f"{{site}}/{name}.html")
for path in ["/text.txt", "/data.json", "/no-type", "/xml.xml", "/looks-html", "/latin1", "/sjis", "/cp1251", "/bad-utf8",
             "/unknown-charset", "/bom", "/gzip", "/deflate", "/empty", "/empty-text", "/redirect", "/redirect-301", "/redirect-307",
             "/redirect-308-query", "/redirect-nowhere", "/404", "/500", "/410", "/202", "/missing", "/unicode.txt", "/crlf.txt",
             "/sp ace", "/upper", "/denied/but-not-this", "/x.secret?y", "/a/../text.txt", "/text.txt#part", ""]:
    case("{site}" + path)
case("{site}/article.html", raw=True)
case("{site}/text.txt", raw=True)
case("{site}/long.html", max_length=1)
case("{site}/long.html", max_length=100, start_index=50)
case("{site}/long.html", start_index=5000)
case("{site}/long.html", max_length=999999)
case("{site}/long.html", start_index=10**6)
case("{site}/long.html", start_index=14000, max_length=5000)
case("{site}/unicode.txt", max_length=7, start_index=3)
case("{site}/unicode.txt", max_length=120)
case("{site}/unicode.txt", start_index=119)
case("{site}/unicode.txt", start_index=120)
for path in ["/denied/page.html", "/x.secret", "/parity-only", "/redirect-to-denied", "/text.txt"]:
    case("{site}" + path, options=UA)
case("{site}/denied/page.html", options=("--allow-private-ips", "--ignore-robots-txt"))
case("{site}/redirect-to-denied", options=("--allow-private-ips", "--ignore-robots-txt"))
for path in ["/article.html", "/denied/page.html", "/404", "/text.txt", "/redirect", "/empty"]:
    case("{site}" + path, prompt=True)
case("{site}/text.txt", options=())
case("http://[::1]:9/x", options=())
case("http://10.0.0.1/", options=())
case("http://169.254.169.254/latest/meta-data/", options=())
case("http://2130706433/", options=())
case("http://127.1:9/", options=("--ignore-robots-txt",))
case("http://[::ffff:10.0.0.1]/", options=())
case("http://192.168.1.1/", options=(), prompt=True)
case("ftp://example.org/file", options=())
case("{forbidden}/page", options=UA, site="forbidden")
case("{unauthorised}/page", options=UA, site="unauthorised")
case("{none}/page", options=UA, site="none")

NAMED = {
    "site": SITE,
    "forbidden": {"/robots.txt": (403, {}, b""), "/page": (200, {"content-type": "text/plain"}, b"page")},
    "unauthorised": {"/robots.txt": (401, {}, b"")},
    "none": {"/page": (200, {"content-type": "text/plain"}, b"page")},
}


def main():
    addresses = {name: serve(pages) for name, pages in NAMED.items()}
    servers = {}

    def fill(text):
        for name, address in addresses.items():
            text = text.replace("{" + name + "}", address)
        return text

    def mask(text):
        for name, address in addresses.items():
            text = text.replace(address, "{" + name + "}")
            text = text.replace(address.removeprefix("http://"), "{" + name + ".authority}")
        return text

    for number, entry in enumerate(CASES):
        options = tuple(entry["options"])
        server = servers.setdefault(options, None) or Official(*options)
        servers[options] = server
        url = fill(entry["url"])
        if entry["prompt"]:
            answer = server.ask("prompts/get", {"name": "fetch", "arguments": {"url": url}})
        else:
            answer = server.ask("tools/call", {"name": "fetch", "arguments": {"url": url, **entry["arguments"]}})
        if "error" in answer:
            entry["code"], entry["text"] = answer["error"]["code"], mask(answer["error"]["message"])
        elif entry["prompt"]:
            entry["text"] = mask(answer["result"]["messages"][0]["content"]["text"])
        else:
            entry["error"] = answer["result"].get("isError", False)
            entry["text"] = mask("".join(block["text"] for block in answer["result"]["content"]))
        print(number, entry["url"], entry["arguments"], repr(entry["text"][:60]), file=sys.stderr)

    def written(body):
        try:
            return {"text": body.decode()}
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(body).decode()}

    sites = {
        name: [{"path": path, "status": status, "headers": headers, **written(body)} for path, (status, headers, body) in pages.items()]
        for name, pages in NAMED.items()
    }
    text = json.dumps({"sites": sites, "cases": CASES}, ensure_ascii=False, indent=1)
    (HERE / "cases.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
