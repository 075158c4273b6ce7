"""The official Python client: lists the tools of each target and makes its calls, one after the other.

Reads the targets as one line of JSON from standard input and writes what was answered as another to standard output:
`[{"name", "stdio": {"command", "args", "env"} or "url", "mode", "calls": [{"tool", "arguments"}]}]` becomes
`[{"name", "tools": [...], "answers": [result]}]`; `mode` is `legacy` (initialize) or a revision of the stateless wire.
"""

import asyncio
import json
import sys

from mcp import Client, StdioServerParameters


async def ask(target):
    stdio = target.get("stdio")
    server = StdioServerParameters(**stdio) if stdio else target["url"]
    async with Client(server, mode=target["mode"], read_timeout_seconds=60) as client:
        listed = await client.list_tools()
        answers = []
        for call in target["calls"]:
            result = await client.call_tool(call["tool"], call["arguments"])
            answers.append(result.model_dump(mode="json", by_alias=True, exclude_none=True))
    tools = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed.tools]
    return {"name": target["name"], "tools": tools, "answers": answers}


async def main():
    told = []
    for target in json.loads(sys.stdin.readline()):
        # The transport may be at fault as well as the server: a client that waits for ever is a failure with a name.
        told.append(await asyncio.wait_for(ask(target), 120))
    print(json.dumps(told), flush=True)


asyncio.run(main())
