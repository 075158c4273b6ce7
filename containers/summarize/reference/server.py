#!/usr/bin/env python3
"""Summaries by a language model over MCP, in Python: what ours is compared with. The rules are those of servers/summarize.

    python3 server.py                          stdio
    python3 server.py --http 127.0.0.1:3000    streamable HTTP at /summarize/mcp

The environment names the model: SUMMARIZE_PROVIDER (openai, upstage), OPENAI_BASE_URL or UPSTAGE_BASE_URL, OPENAI_API_KEY or UPSTAGE_API_KEY, SUMMARIZE_MODEL,
SUMMARIZE_TIMEOUT (seconds, 1 to 600), SUMMARIZE_RETRIES (0 to 10). A key is in one header and in nothing that is said.
"""

import asyncio
import json
import os
import re
import sys
from typing import Annotated, Any, Literal

import httpx
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field
from pydantic_core import to_json

server = MCPServer("summarize", version="1.0.0")
Style = Literal["concise", "detailed", "bullet"]
Words = Annotated[int, Field(ge=1, le=4000)]

PROVIDERS = {
    "openai": ("OPENAI", "https://api.openai.com/v1", "gpt-4o-mini"),
    "upstage": ("UPSTAGE", "https://api.upstage.ai/v1/solar", "solar-pro"),
}
HOW = {
    "concise": "Write a few plain sentences with what matters most.",
    "detailed": "Keep every main point, and say what each rests on.",
    "bullet": 'Write a bullet list, one point a line, each line beginning with "- ".',
}
# Texts of fewer characters are their own summary.
SHORT = 100
# Statuses that may be others next time, the longest wait that a call is worth, the largest answer.
PASSING = {408, 409, 425, 429, 500, 502, 503, 504}
LONGEST = 20.0
LARGEST = 4 << 20
CLIENT = httpx.AsyncClient(follow_redirects=False)


class NoSummary(Exception):
    """Why there is no summary, with the remedy."""


class Endpoint:
    """Which model is asked, and where."""

    def __init__(self) -> None:
        name = setting("SUMMARIZE_PROVIDER", "openai").lower()
        if name not in PROVIDERS:
            raise ToolError("SUMMARIZE_PROVIDER names no provider; write openai (any endpoint of its protocol, by OPENAI_BASE_URL) or upstage")
        prefix, base, model = PROVIDERS[name]
        self.provider, self.key_name = name, f"{prefix}_API_KEY"
        self.url = setting(f"{prefix}_BASE_URL", base).rstrip("/") + "/chat/completions"
        self.model = setting("SUMMARIZE_MODEL", model)
        self.key = setting(self.key_name, "")
        self.timeout = bounded("SUMMARIZE_TIMEOUT", 30, 1, 600, "is no number of seconds; write 1 to 600")
        self.retries = bounded("SUMMARIZE_RETRIES", 2, 0, 10, "is no count; write 0 to 10")


def setting(name: str, default: str) -> str:
    """A variable of the environment; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def bounded(name: str, default: int, least: int, most: int, fault: str) -> int:
    """A number from the environment."""
    written = setting(name, str(default))
    if not re.fullmatch("[0-9]{1,4}", written) or not least <= int(written) <= most:
        raise ToolError(f"{name} {fault}")
    return int(written)


def answer(value: dict[str, Any]) -> CallToolResult:
    """A structured answer, and as text the same JSON, compact."""
    return CallToolResult(content=[TextContent(type="text", text=to_json(value).decode())], structured_content=value)


async def ask(endpoint: Endpoint, text: str, words: int, style: str) -> str:
    """Has a text summarised; repeats where that may help."""
    if not text.strip():
        raise NoSummary("the text is empty; pass a text to summarise")
    if len(text) < SHORT:
        return text
    if not endpoint.key:
        raise NoSummary(f"no key for {endpoint.provider}; set {endpoint.key_name}")
    told = (
        f"You summarise the text that the user sends. {HOW[style]} Use at most {words} words, the language of the text, "
        "and nothing that the text does not say. Answer with the summary alone."
    )
    messages = [{"role": "system", "content": told}, {"role": "user", "content": text}]
    body = {"model": endpoint.model, "messages": messages, "max_tokens": 2 * words + 32}
    headers = {"authorization": f"Bearer {endpoint.key}"}
    for attempt in range(endpoint.retries + 1):
        last = attempt == endpoint.retries
        wait = 0.5 * 2 ** min(attempt, 4)
        try:
            async with CLIENT.stream("POST", endpoint.url, json=body, headers=headers, timeout=endpoint.timeout) as response:
                if response.status_code == 200:
                    return summary_of(await limited(response))
                after = response.headers.get("retry-after", "")
                wait = float(after) if re.fullmatch("[0-9]{1,8}", after) else wait
                if last or response.status_code not in PASSING or wait > LONGEST:
                    raise NoSummary(refusal(endpoint, response.status_code))
        except httpx.InvalidURL as error:
            raise NoSummary("the model's base URL is none; write http://host/path or https://host/path") from error
        except httpx.HTTPError as error:
            if last:
                raise NoSummary(f"the model's endpoint cannot be reached ({type(error).__name__}); correct its base URL, or try again later") from error
        await asyncio.sleep(wait)
    raise NoSummary("the model's endpoint was not asked; raise SUMMARIZE_RETRIES")


async def limited(response: httpx.Response) -> bytes:
    """The body, as far as it is read."""
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > LARGEST:
            raise NoSummary("the model's answer is larger than 4 MiB; correct the base URL")
    return bytes(body)


def summary_of(body: bytes) -> str:
    """The text in a completion."""
    try:
        text = (json.loads(body)["choices"][0]["message"].get("content") or "").strip()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise NoSummary("the model's endpoint does not answer as OpenAI's does; correct its base URL") from error
    if not text:
        raise NoSummary("the model answered without a text; try again, or another model")
    return text


def refusal(endpoint: Endpoint, status: int) -> str:
    """What a status means. What the other side says is left out: it is known to hold keys."""
    remedy = "correct the base URL or SUMMARIZE_MODEL"
    if status in (401, 403):
        remedy = f"set {endpoint.key_name} to a key that is valid there"
    elif status == 413:
        remedy = "pass a shorter text"
    elif status == 429 or status >= 500:
        remedy = "try again later"
    elif status != 404:
        remedy += ", or pass another text"
    return f"the model's endpoint answers with status {status}; {remedy}"


@server.tool(title="Summarise a text", annotations=ToolAnnotations(read_only_hint=True))
async def summarize_text(text: str, max_length: Words = 150, style: Style = "concise") -> CallToolResult:
    """Summarises a text by a language model; a short text comes back as it is."""
    try:
        return answer({"summary": await ask(Endpoint(), text, max_length, style)})
    except NoSummary as why:
        raise ToolError(str(why)) from why


@server.tool(title="Summarise documents", annotations=ToolAnnotations(read_only_hint=True))
async def summarize_documents(
    documents: Annotated[list[str], Field(max_length=100)], max_length_per_doc: Words = 100, style: Style = "concise"
) -> CallToolResult:
    """Summarises several documents, one after the other; where one fails, its place says why."""
    endpoint, summaries = Endpoint(), []
    for document in documents:
        try:
            summaries.append({"summary": await ask(endpoint, document, max_length_per_doc, style)})
        except NoSummary as why:
            summaries.append({"error": str(why)})
    failed = sum("error" in each for each in summaries)
    return answer({"summaries": summaries, "succeeded": len(summaries) - failed, "failed": failed})


@server.tool(title="Which model", annotations=ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False))
async def get_provider_info() -> CallToolResult:
    """Says which model summarises and which styles there are."""
    endpoint = Endpoint()
    found = {"provider": endpoint.provider, "model": endpoint.model, "has_key": bool(endpoint.key)}
    return answer(found | {"available_styles": list(HOW), "default_max_length": 150})


def main() -> None:
    """Serves stdio, or HTTP where an address is given."""
    if sys.argv[1:2] == ["--http"]:
        host, _, port = sys.argv[2].rpartition(":")
        server.run("streamable-http", host=host, port=int(port), streamable_http_path="/summarize/mcp")
    else:
        server.run("stdio")


if __name__ == "__main__":
    main()
