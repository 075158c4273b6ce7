#!/usr/bin/env python3
"""Tries what it is told to, over MCP: what a packaging of an interpreter allows is seen from inside of it.

    python3 server.py                          stdio
"""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from pydantic import Field

server = MCPServer("probe", version="0.1.0")


def hold(mebibytes: int) -> None:
    """Holds so many MiB at once, each of them written to."""
    held = [b"\x01" * (1 << 20) for _ in range(mebibytes)]
    assert sum(one[-1] for one in held) == mebibytes


def connect(address: str) -> None:
    """Connects to host:port, and goes again."""
    host, _, port = address.rpartition(":")
    socket.create_connection((host, int(port)), timeout=5).close()


ATTEMPTS = {
    "read": lambda target: Path(target).read_bytes(),
    "write": lambda target: Path(target).write_text("x"),
    "connect": connect,
    "spawn": lambda _: subprocess.run([sys.executable, "-c", ""], check=True),
    "memory": lambda target: hold(int(target)),
}


@server.tool(title="Attempt", structured_output=False)
def attempt(
    what: Annotated[str, Field(description="What to try: read, write, connect, spawn or memory.")],
    target: Annotated[str, Field(description="With what: a path, an address, or how many MiB.")],
) -> str:
    """Tries something, and says "allowed", or "denied" and why."""
    try:
        ATTEMPTS[what](target)
    except (OSError, MemoryError, KeyError, subprocess.SubprocessError) as error:
        return f"denied: {error or type(error).__name__}"
    return "allowed"


if __name__ == "__main__":
    server.run("stdio")
