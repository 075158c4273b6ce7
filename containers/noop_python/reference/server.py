#!/usr/bin/env python3
"""Nothing over MCP, in Python: what the interpreter and the official SDK cost before a tool does anything.

    python3 server.py                          stdio
    python3 server.py --http 127.0.0.1:3000    streamable HTTP at /noop_python/mcp
"""

import sys
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp.types import ToolAnnotations
from pydantic import Field

server = MCPServer("noop", version="1.0.0")
READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


@server.tool(title="Do nothing", annotations=READ_ONLY, structured_output=False)
def noop() -> str:
    """Does nothing and says "ok". What this call takes, any call takes."""
    return "ok"


@server.tool(title="Echo", annotations=READ_ONLY, structured_output=False)
def echo(text: Annotated[str, Field(description="What to answer.")]) -> str:
    """Answers the text that it was given. What it takes longer than `noop` is the price of the text's way there and back."""
    return text


def main() -> None:
    """Serves stdio, or HTTP where an address is given."""
    if sys.argv[1:2] == ["--http"]:
        host, _, port = sys.argv[2].rpartition(":")
        server.run("streamable-http", host=host, port=int(port), streamable_http_path="/noop_python/mcp")
    else:
        server.run("stdio")


if __name__ == "__main__":
    main()
