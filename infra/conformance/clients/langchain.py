"""LangChain's adapters: the tools of each target as LangChain tools, invoked as an agent would.

Reads and writes what `official.py` does; a result is put together again from what an agent sees: the content blocks of
the tool's message, its artifact, and whether its status is an error.
"""

import asyncio
import json
import sys

from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools


def block(told):
    if told["type"] == "image":
        return {"type": "image", "data": told["base64"], "mimeType": told["mime_type"]}
    # LangChain gives each block a number of its own.
    return {key: value for key, value in told.items() if key != "id"}


def result(message):
    told = {"content": [block(one) for one in message.content], "isError": message.status == "error"}
    if message.artifact and message.artifact.get("structured_content") is not None:
        told["structuredContent"] = message.artifact["structured_content"]
    return told


async def ask(target):
    stdio = target.get("stdio")
    connection = {"transport": "stdio", **stdio} if stdio else {"transport": "streamable_http", "url": target["url"]}
    async with MultiServerMCPClient({"it": connection}).session("it") as session:
        tools = {tool.name: tool for tool in await load_mcp_tools(session)}
        answers = []
        for number, call in enumerate(target["calls"]):
            asked = {"type": "tool_call", "id": str(number), "name": call["tool"], "args": call["arguments"]}
            answers.append(result(await tools[call["tool"]].ainvoke(asked)))
    listed = [{"name": tool.name, "description": tool.description, "inputSchema": tool.args_schema} for tool in tools.values()]
    return {"name": target["name"], "tools": listed, "answers": answers}


async def main():
    told = []
    for target in json.loads(sys.stdin.readline()):
        told.append(await asyncio.wait_for(ask(target), 120))
    print(json.dumps(told), flush=True)


asyncio.run(main())
