// What the recording scripts share: a client of one MCP server over stdio, and the fixture that the cases are asked about.
import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** Starts a server and shakes hands; `call` answers with the result, or with the error of the protocol. */
export async function start(command, env = {}) {
  const child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, TZ: 'UTC', ...env } });
  const waiting = new Map();
  let last = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  child.on('exit', () => waiting.forEach((answer) => answer({ error: { message: 'the server ended' } })));
  const send = (message) => child.stdin.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n');
  const request = (method, params) =>
    new Promise((answer) => {
      waiting.set(++last, answer);
      send({ id: last, method, params });
    });
  await request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'recorder', version: '1' } });
  send({ method: 'notifications/initialized' });
  return {
    call: async (name, args) => {
      const message = await request('tools/call', { name, arguments: args });
      return message.result ?? { protocolError: message.error };
    },
    tools: async () => (await request('tools/list', {})).result.tools,
    end: () => child.stdin.end(),
  };
}

/** The official server for these directories. */
export const official = (modules, directories, env) =>
  start([process.execPath, join(modules, '@modelcontextprotocol/server-filesystem/dist/index.js'), ...directories], env);

/** Makes the fixture below `root`; `content` is text, or base64 where `base64` is set. */
export function build(root, fixture) {
  for (const entry of fixture) {
    const path = join(root, entry.path);
    mkdirSync(entry.directory ? path : dirname(path), { recursive: true });
    if (entry.link !== undefined) symlinkSync(entry.link.replaceAll('{root}', root), path);
    else if (!entry.directory) writeFileSync(path, entry.base64 ? Buffer.from(entry.base64, 'base64') : (entry.content ?? '').repeat(entry.times ?? 1));
    if (entry.link === undefined) utimesSync(path, 1735689600, 1735689600);
  }
}

/** The same value with `from` replaced by `to` in every string. */
export function replaced(value, from, to) {
  if (typeof value === 'string') return value.replaceAll(from, to);
  if (Array.isArray(value)) return value.map((inner) => replaced(inner, from, to));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner, from, to)]));
  return value;
}
