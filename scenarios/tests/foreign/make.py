#!/usr/bin/env python3
"""Makes the files of this folder: what the official Python client and the OpenTelemetry Python SDK write about a few tool calls.

    python3 -m pip install mcp==2.3.0 opentelemetry-sdk==1.45.2 opentelemetry-exporter-otlp-json-file==0.66b1
    cargo build --release -p filesystem
    python3 make.py TARGET/release/filesystem

    tape.ndjson     every line of a stdio connection of the official client with our filesystem server, in the order in which they passed
    spans.otlp.jsonl  OTLP/JSON, a line an export, as the SDK's file exporter writes it: an agent's spans, the client's, the server's
    spans.console.json  the same spans as the SDK's console exporter prints them
    spans.plain.jsonl  OTLP/JSON of a client that records no arguments, which is how the official client comes

The agent marks its calls as OpenTelemetry's conventions for generative AI have it (`execute_tool`, `gen_ai.tool.call.arguments`,
`gen_ai.tool.call.result`); the spans of client and server are those that the `mcp` package makes by itself.
"""

import asyncio
import json
import pathlib
import subprocess
import sys
import threading

import mcp
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.server.mcpserver import MCPServer
from opentelemetry import trace
from opentelemetry.exporter.otlp.json.file.trace_exporter import FileSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

HERE = pathlib.Path(__file__).parent
DATA = pathlib.Path("/tmp/example-data")


def tee(tape: str, command: list[str]) -> None:
    """A server that is another one, with every line written down."""
    out, lock = open(tape, "wb"), threading.Lock()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def pump(source, sink) -> None:
        for line in source:
            with lock:
                out.write(line)
                out.flush()
                sink.write(line)
                sink.flush()
        sink.close()

    back = threading.Thread(target=pump, args=(process.stdout, sys.stdout.buffer))
    back.start()
    pump(sys.stdin.buffer, process.stdin)
    back.join()
    process.wait()


async def taped(server: str) -> None:
    DATA.mkdir(exist_ok=True)
    (DATA / "notes.txt").write_text("one\ntwo\nthree\n")
    (DATA / "other.txt").write_text("Grüße, 世界\n")
    line = [__file__, "--tee", str(HERE / "tape.ndjson"), server, str(DATA)]
    parameters = StdioServerParameters(command=sys.executable, args=line)
    async with stdio_client(parameters) as (read, write), mcp.ClientSession(read, write) as session:
        await session.initialize()
        await session.list_tools()
        await session.call_tool("list_directory", {"path": str(DATA)})
        both = ("notes.txt", "other.txt")
        await asyncio.gather(*(session.call_tool("read_text_file", {"path": str(DATA / name)}) for name in both))
        await session.call_tool("read_text_file", {"path": str(DATA / "missing.txt")})
        await session.call_tool("write_file", {"path": str(DATA / "report.md"), "content": "# Report\n\n" + "Three lines. " * 300})


def server() -> MCPServer:
    made = MCPServer("words")

    @made.tool()
    def count_words(text: str) -> dict[str, int]:
        """Counts words."""
        return {"words": len(text.split())}

    @made.tool()
    def shout(text: str) -> str:
        """Makes a text loud."""
        if not text:
            raise ValueError("there is nothing to shout")
        return text.upper()

    return made


def exported(service: str, otlp: pathlib.Path, console: pathlib.Path | None) -> TracerProvider:
    """Has every span of this process appended to these files."""
    provider = TracerProvider(resource=Resource({"service.name": service}))
    provider.add_span_processor(SimpleSpanProcessor(FileSpanExporter(str(otlp))))
    if console:
        provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=open(console, "a"))))
    trace.set_tracer_provider(provider)
    return provider


async def traced(otlp: pathlib.Path, console: pathlib.Path | None) -> None:
    agent = trace.get_tracer("agent")

    async def call(client, tool: str, given: dict) -> None:
        if not console:
            await client.call_tool(tool, given)
            return
        with agent.start_as_current_span(f"execute_tool {tool}") as span:
            span.set_attribute("gen_ai.operation.name", "execute_tool")
            span.set_attribute("gen_ai.tool.name", tool)
            span.set_attribute("gen_ai.tool.call.arguments", json.dumps(given, ensure_ascii=False))
            result = await client.call_tool(tool, given)
            span.set_attribute("gen_ai.tool.call.result", result.model_dump_json(by_alias=True, exclude_none=True))

    # Where arguments are recorded, the server writes its spans too, behind the agent's.
    files = [str(otlp) + ".server", str(console) + ".server"] if console else []
    parameters = StdioServerParameters(command=sys.executable, args=[__file__, "--serve", *files])
    with agent.start_as_current_span("invoke_agent writer"):
        async with stdio_client(parameters) as (read, write), mcp.ClientSession(read, write) as client:
            await client.initialize()
            await call(client, "count_words", {"text": "to be or not to be"})
            await asyncio.gather(*(call(client, "shout", {"text": text}) for text in ("quiet", "louder")))
            await call(client, "shout", {"text": ""})


def agent(otlp: pathlib.Path, console: pathlib.Path | None) -> None:
    """In a process of its own: a process has one provider."""
    provider = exported("agent", otlp, console)
    asyncio.run(traced(otlp, console))
    provider.shutdown()


def main() -> None:
    match sys.argv[1:]:
        case ["--tee", tape, *command]:
            tee(tape, command)
        case ["--serve", *files]:
            if files:
                exported("words", *map(pathlib.Path, files))
            server().run("stdio")
        case ["--agent", *files]:
            agent(pathlib.Path(files[0]), *map(pathlib.Path, files[1:] or ()), *(() if files[1:] else (None,)))
        case [filesystem]:
            asyncio.run(taped(filesystem))
            for names in (["spans.otlp.jsonl", "spans.console.json"], ["spans.plain.jsonl"]):
                files = [HERE / name for name in names]
                for file in files:
                    file.unlink(missing_ok=True)
                subprocess.run([sys.executable, __file__, "--agent", *map(str, files)], check=True)
                for file in files:
                    other = file.with_name(file.name + ".server")
                    if other.exists():
                        file.write_bytes(file.read_bytes() + other.read_bytes())
                        other.unlink()


main()
