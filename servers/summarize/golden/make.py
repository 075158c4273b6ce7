#!/usr/bin/env python3
"""Makes server.toml: what the stand-in for a model answers when it is asked in the words of src/prompt.rs, put into results by hand.

    cargo build -p standin && cargo run -p dataset -- generate DATA
    python3 -m pip install blake3
    python3 golden/make.py DATA STANDIN        # the folder, and the stand-in's program
"""

import json
import pathlib
import subprocess
import sys
import urllib.request

import blake3

HERE = pathlib.Path(__file__).parent
HOW = {
    "concise": "Write a few plain sentences with what matters most.",
    "detailed": "Keep every main point, and say what each rests on.",
    "bullet": 'Write a bullet list, one point a line, each line beginning with "- ".',
}


def ask(site, text, words, style):
    system = f"You summarise the text that the user sends. {HOW[style]} Use at most {words} words, the language of the text, and nothing that the text does not say. Answer with the summary alone."
    body = {"model": "standin-extractive", "messages": [{"role": "system", "content": system}, {"role": "user", "content": text}], "max_tokens": 2 * words + 32}
    request = urllib.request.Request(site + "/v1/chat/completions", json.dumps(body).encode(), {"authorization": "Bearer stand-in", "content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["choices"][0]["message"]["content"].strip()


def main():
    data, program = pathlib.Path(sys.argv[1]), sys.argv[2]
    standin = subprocess.Popen([program, "model"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    site = standin.stdout.readline().strip().rsplit(" ", 1)[1]
    out = [(HERE / "server.head.toml").read_text()]

    def call(name, tool, size, arguments, expect, origin="the stand-in's own answer to the same request"):
        out.append(f'\n[[call]]\nid = "{tool}-{name}"\ntool = "{tool}"\ninput = "{size}"\narguments = {{ {arguments} }}\n[call.expect]\n{expect}[call.source]\norigin = "{origin}"\nscript = "golden/make.py"\n')

    def right(value):
        # canonical: keys sorted, compact
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return f'structured = {{ digest = "blake3:{blake3.blake3(text.encode()).hexdigest()}" }}\n'

    def wrong(pattern):
        return f"error = true\ntext = {{ pattern = '(?s)^.*{pattern}.*$' }}\n"

    def text(file):
        return (data / "texts" / file).read_text()

    def summary(file, words=150, style="concise"):
        return right({"summary": ask(site, text(file), words, style)})

    def summaries(file, words=100, style="concise"):
        found = [{"summary": ask(site, document, words, style)} for document in json.loads(text(file))]
        return right({"summaries": found, "succeeded": len(found), "failed": 0})

    tool = "summarize_text"
    call("small", tool, "small", 'text = { "$file" = "texts/document_2k.txt" }', summary("document_2k.txt"))
    call("large", tool, "large", 'text = { "$file" = "texts/document_20k.txt" }, max_length = 300', summary("document_20k.txt", 300))
    call("bullet", tool, "edge", 'text = { "$file" = "texts/document_2k.txt" }, style = "bullet", max_length = 60', summary("document_2k.txt", 60, "bullet"))
    call("detailed", tool, "edge", 'text = { "$file" = "texts/document_20k.txt" }, style = "detailed"', summary("document_20k.txt", 150, "detailed"))
    rule = "a rule of src/tools.rs, by hand"
    call("short", tool, "edge", 'text = "ünder a hundred letters"', 'structured = { equal = { summary = "ünder a hundred letters" } }\n', rule)
    call("empty", tool, "edge", 'text = " "', wrong("the text is empty; pass a text"), rule)
    call("unknown_style", tool, "edge", 'text = "x", style = "poem"', wrong("concise.*detailed.*bullet"), rule)
    tool = "summarize_documents"
    call("small", tool, "small", 'documents = { "$json" = "texts/documents_5.json" }', summaries("documents_5.json"))
    call("large", tool, "large", 'documents = { "$json" = "texts/documents_20.json" }, max_length_per_doc = 50', summaries("documents_20.json", 50))
    call("none", tool, "edge", "documents = []", "structured = { equal = { summaries = [], succeeded = 0, failed = 0 } }\n", rule)
    call("one_empty", tool, "edge", 'documents = ["a short one", ""]', 'structured = { equal = { summaries = [{ summary = "a short one" }, { error = "the text is empty; pass a text to summarise" }], succeeded = 1, failed = 1 } }\n', rule)
    info = 'structured = { equal = { provider = "openai", model = "standin-extractive", has_key = true, available_styles = ["concise", "detailed", "bullet"], default_max_length = 150 } }\n'
    tool = "get_provider_info"
    call("small", tool, "small", "", info, rule)
    call("large", tool, "large", 'ignored = { "$file" = "texts/document_20k.txt" }', info, rule)
    (HERE.parent / "server.toml").write_text("".join(out))
    standin.stdin.close()
    standin.wait()


main()
