#!/usr/bin/env python3
"""Writes the image and the sound of `src/`, and the calls of server.toml.

What a tool answers is what the conformance suite's scenarios (src/scenarios/server/*.ts) ask for, or what its schema says; image and
sound are made from their formats alone (PNG: RFC 2083; WAV: RIFF with 16 bits at 8 kHz), without our code. Run it in the server's folder.
"""

import base64
import json
import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pixel():
    header = struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)
    row = b"\x00" + bytes([255, 0, 0, 255])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row, 9)) + chunk(b"IEND", b"")


def silence():
    samples = struct.pack("<h", 0)
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key if key.isalpha() else json.dumps(key)} = {toml(item)}" for key, item in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


PIXEL, SILENCE = pixel(), silence()
IMAGE = {"type": "image", "data": base64.b64encode(PIXEL).decode(), "mimeType": "image/png"}
SOUND = {"type": "audio", "data": base64.b64encode(SILENCE).decode(), "mimeType": "audio/wav"}


def text(words):
    return {"type": "text", "text": words}


def resource(uri, mime, words):
    return {"type": "resource", "resource": {"uri": uri, "mimeType": mime, "text": words}}


SUITE = {
    "test_simple_text": [text("This is a simple text response for testing.")],
    "test_image_content": [IMAGE],
    "test_audio_content": [SOUND],
    "test_embedded_resource": [resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")],
    "test_multiple_content_types": [
        text("Multiple content types test:"),
        IMAGE,
        resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ],
    "test_error_handling": [text("This tool intentionally returns an error for testing")],
    "test_tool_with_logging": [text("logged")],
    "test_logging_tool": [text("logged")],
    "test_tool_with_progress": [text("done")],
}
LARGE = {"ignored": {"$file": "files/text-1m.txt"}}
REACHED = "json_schema_2020_12_tool"

calls = []


def call(id, tool, size, arguments, content, origin, error=False):
    calls.append(
        f'\n[[call]]\nid = "{id}"\ntool = "{tool}"\ninput = "{size}"\narguments = {toml(arguments)}\n[call.expect]\n'
        + ("error = true\n" if error else "")
        + f"content = {{ equal = {toml(content)} }}\n"
        + f'[call.source]\norigin = "{origin}"\nscript = "golden/make.py"\n'
    )


for tool, content in SUITE.items():
    failed = tool == "test_error_handling"
    origin = "the conformance suite's scenario, and its example server"
    call(f"{tool}-small", tool, "small", {}, content, origin, failed)
    call(f"{tool}-large", tool, "large", LARGE, content, origin + "; an argument that nobody reads changes nothing", failed)

HAND = "by hand: the schema's condition says which of the two is needed"
call(f"{REACHED}-small", REACHED, "small", {"contactMethod": "phone", "phone": "1"}, [text("somebody is reached by phone: 1")], HAND)
long = "a" * 2000
call(
    f"{REACHED}-large",
    REACHED,
    "large",
    {"name": "Ada", "address": {"street": "Row", "city": "Bath"}, "email": long},
    [text(f"Ada in Bath is reached by email: {long}")],
    HAND,
)
call(f"{REACHED}-no_phone", REACHED, "edge", {"contactMethod": "phone"}, [text("phone is missing; pass it as well")], HAND, True)
call(
    f"{REACHED}-unknown_way",
    REACHED,
    "edge",
    {"contactMethod": "pigeon", "email": "a"},
    [text("contactMethod is pigeon; it is phone or email")],
    HAND,
    True,
)

for name, data in [("pixel.png", PIXEL), ("silence.wav", SILENCE)]:
    with open("src/" + name, "wb") as file:
        file.write(data)
with open("golden/server.head.toml", encoding="utf-8") as file:
    head = file.read()
with open("server.toml", "w", encoding="utf-8") as file:
    file.write(head + "".join(calls))
