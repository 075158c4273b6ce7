#!/usr/bin/env node
// Nothing over MCP, in Node: what the interpreter and the official SDK cost before a tool does anything.
//
//     node server.mjs                          stdio
//     node server.mjs --http 127.0.0.1:3000    streamable HTTP at /noop_node/mcp

import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";

const READ_ONLY = { readOnlyHint: true, idempotentHint: true, openWorldHint: false };

/** A server with both tools; over HTTP each session has its own. */
function made() {
  const server = new McpServer({ name: "noop", version: "1.0.0" });
  const said = (text) => ({ content: [{ type: "text", text }] });
  server.registerTool(
    "noop",
    {
      title: "Do nothing",
      description: 'Does nothing and says "ok". What this call takes, any call takes.',
      inputSchema: {},
      annotations: READ_ONLY,
    },
    async () => said("ok"),
  );
  server.registerTool(
    "echo",
    {
      title: "Echo",
      description: "Answers the text that it was given. What it takes longer than `noop` is the price of the text's way there and back.",
      inputSchema: { text: z.string().describe("What to answer.") },
      annotations: READ_ONLY,
    },
    async ({ text }) => said(text),
  );
  return server;
}

/** Answers each request by itself, as the other reference servers do. */
async function http(address) {
  const { createServer } = await import("node:http");
  const { StreamableHTTPServerTransport } = await import("@modelcontextprotocol/sdk/server/streamableHttp.js");
  const colon = address.lastIndexOf(":");
  createServer(async (request, response) => {
    if (new URL(request.url, "http://localhost").pathname !== "/noop_node/mcp") {
      response.writeHead(404).end();
      return;
    }
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
    const server = made();
    response.on("close", () => server.close());
    await server.connect(transport);
    await transport.handleRequest(request, response);
  }).listen(Number(address.slice(colon + 1)), address.slice(0, colon));
}

if (process.argv[2] === "--http") {
  await http(process.argv[3]);
} else {
  const { StdioServerTransport } = await import("@modelcontextprotocol/sdk/server/stdio.js");
  await made().connect(new StdioServerTransport());
}
