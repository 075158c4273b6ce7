// Asks the official server every call of server.toml on the generated data set, and writes server.toml with its answers.
//
//   cargo run -p dataset -- generate DATA
//   npm install @modelcontextprotocol/server-filesystem@2026.8.31 @noble/hashes
//   node golden/record.mjs NODE_MODULES DATA
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { official, replaced } from './client.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(process.argv[2]);
const data = realpathSync(process.argv[3]);
const { blake3 } = await import(pathToFileURL(join(modules, '@noble/hashes/blake3.js')).href);

// Longer answers are kept as digests, if no path of the machine is in them.
const LONGEST = 1500;

const calls = [];
/** One call; `more` may hold `before`, and `by`, by which of its forms an edge call is judged: text (default), structured or content. */
const on = (input, id, tool, args, more = {}) => calls.push({ id: `${tool}-${id}`, tool, input, arguments: args, ...more });
const file = (path) => ({ $file: path });
const put = (path, content) => ({ tool: 'write_file', arguments: { path: `{scratch}/${path}`, content } });
const structured = { by: 'structured' };

for (const tool of ['read_file', 'read_text_file']) {
  on('small', 'small', tool, { path: '{data}/files/text-1k.txt' }, structured);
  on('large', 'large', tool, { path: '{data}/files/text-1m.txt' });
}
const text = (id, args, more) => on('edge', id, 'read_text_file', args, more);
text('relative', { path: 'files/text-1k.txt' });
for (const count of [1, 10, 13, 14, 100]) {
  text(`head-${count}`, { path: '{data}/files/text-1k.txt', head: count });
  text(`tail-${count}`, { path: '{data}/files/text-1k.txt', tail: count }, structured);
}
text('head-0', { path: '{data}/files/text-1k.txt', head: 0 });
text('tail-0', { path: '{data}/files/text-1k.txt', tail: 0 });
text('head-of-8m', { path: '{data}/files/text-8m.txt', head: 20 });
text('tail-of-8m', { path: '{data}/files/text-8m.txt', tail: 20 });
text('head-5000', { path: '{data}/files/text-1m.txt', head: 5000 }, structured);
text('tail-5000', { path: '{data}/files/text-1m.txt', tail: 5000 }, structured);
text('head-and-tail', { path: '{data}/files/text-1k.txt', head: 1, tail: 1 });
text('crlf', { path: '{data}/files/crlf.txt' }, structured);
text('crlf-head', { path: '{data}/files/crlf.txt', head: 3 });
text('crlf-tail', { path: '{data}/files/crlf.txt', tail: 3 });
text('empty', { path: '{data}/files/empty.txt' }, structured);
text('empty-tail', { path: '{data}/files/empty.txt', tail: 5 });
text('not-utf8', { path: '{data}/files/latin1.bin' }, structured);
text('not-utf8-tail', { path: '{data}/files/latin1.bin', tail: 3 });
text('unicode', { path: '{data}/files/unicode.txt' }, structured);
text('unicode-head', { path: '{data}/files/unicode.txt', head: 5 });
text('spaces', { path: '{data}/edge/name with spaces.txt' });
text('name', { path: '{data}/edge/名前.txt' });
text('brackets', { path: '{data}/edge/[brackets]{braces}.txt' });
text('hidden', { path: '{data}/edge/.hidden.txt' });
text('bom', { path: '{data}/edge/bom.txt' }, structured);
text('no-final-newline', { path: '{data}/edge/no_final_newline.txt' });
text('nul', { path: '{data}/edge/nul.bin' }, structured);
text('one-long-line-head', { path: '{data}/edge/one_long_line.txt', head: 1 });
text('one-long-line-tail', { path: '{data}/edge/one_long_line.txt', tail: 1 });
text('deep', { path: '{data}/edge/deep/' + 'a/'.repeat(30) + 'leaf.txt' });
text('missing', { path: '{data}/files/missing.txt' });
text('below-a-file', { path: '{data}/files/text-1k.txt/x' });
text('a-directory', { path: '{data}/files' });
text('outside', { path: '/etc/passwd' });
text('dots', { path: '{data}' + '/..'.repeat(20) + '/etc/passwd' });
text('prefix', { path: '{data}-not/x' });
text('drive', { path: 'C:\\x' });

on('small', 'small', 'read_media_file', { path: '{data}/images/small_100x75.png' }, { by: 'content' });
on('large', 'large', 'read_media_file', { path: '{data}/images/photo_1920x1280.jpg' }, { by: 'content' });
on('edge', 'photo', 'read_media_file', { path: '{data}/images/photo_640x426.jpg' }, { by: 'content' });
on('edge', 'resource', 'read_media_file', { path: '{data}/files/latin1.bin' }, structured);
on('edge', 'empty', 'read_media_file', { path: '{data}/files/empty.txt' }, structured);
on('edge', 'missing', 'read_media_file', { path: '{data}/images/missing.png' });

const folder = (number) => `files/tree/dir-${String(number).padStart(2, '0')}`;
const hundred = Array.from({ length: 100 }, (_, n) => `${folder(0)}/file-${String(n).padStart(2, '0')}.${n % 10 ? 'txt' : 'md'}`);
on('small', 'small', 'read_multiple_files', { paths: hundred.slice(0, 10) }, structured);
on('large', 'large', 'read_multiple_files', { paths: hundred });
on('edge', 'errors', 'read_multiple_files', { paths: ['{data}/files/empty.txt', '{data}/files/missing', '/etc/passwd', '{data}/files', 'files/latin1.bin'] }, structured);

on('small', 'small', 'write_file', { path: '{scratch}/small.txt', content: file('files/text-1k.txt') }, structured);
on('large', 'large', 'write_file', { path: '{scratch}/large.txt', content: file('files/text-1m.txt') });
text('written', { path: '{scratch}/again.txt' }, { before: [put('again.txt', 'first'), put('again.txt', file('files/unicode.txt'))], ...structured });
text('written-large', { path: '{scratch}/large.txt' }, { before: [put('large.txt', file('files/text-1m.txt'))] });
on('edge', 'empty', 'write_file', { path: '{scratch}/empty.txt', content: '' });
on('edge', 'no-directory', 'write_file', { path: '{scratch}/none/x.txt', content: 'x' });
on('edge', 'outside', 'write_file', { path: '/etc/x', content: 'x' });

const edits = (...list) => list.map(([oldText, newText]) => ({ oldText, newText }));
const edit = (input, id, path, content, list, more = {}) => on(input, id, 'edit_file', { path: `{scratch}/${path}`, edits: edits(...list), ...more }, { before: [put(path, content)], ...(input === 'small' ? structured : {}) });
const line = (number, name = 'text-1m') => readFileSync(join(data, `files/${name}.txt`), 'utf8').split('\n')[number - 1];
edit('small', 'small', 'small-edit.txt', file('files/text-1k.txt'), [[line(5, 'text-1k'), '0000005 replaced']]);
edit('large', 'large', 'large-edit.txt', file('files/text-1m.txt'), [[line(100), '0000100 one'], [line(6000), '0006000 two\n0006000 three'], [line(12900) + '\n', '']]);
const code = 'function f() {\n    if (x) {\n\treturn 1;\n    }\n  return 0;\n}\n\nfunction g() {\n  return 2;\n}\n';
edit('edge', 'dry-run', 'dry.txt', 'one\ntwo\nthree\n', [['two', 'TWO']], { dryRun: true });
edit('edge', 'indented', 'code.js', code, [['if (x) {\nreturn 1;\n}', 'if (y) {\n  return 3;\n}']]);
edit('edge', 'deeper', 'code.js', code, [['  function g() {\n    return 2;\n  }', 'function g() {\n    return 4;\n      more();\n}']]);
edit('edge', 'backticks', 'ticks.md', '```js\ncode\n```\n', [['code', '`````']]);
edit('edge', 'first-only', 'twice.txt', 'a\nb\na\nb\n', [['a', 'c']]);
edit('edge', 'no-final-newline', 'open.txt', 'a\nb', [['b', 'c']]);
edit('edge', 'crlf', 'crlf.txt', file('files/crlf.txt'), [['0000002', '2']]);
edit('edge', 'all', 'all.txt', 'a\nb\n', [['a\nb\n', '']]);
edit('edge', 'nothing', 'nothing.txt', 'a\n', []);
edit('edge', 'not-found', 'not-found.txt', 'a\n', [['b', 'c']]);
text('after-a-dry-run', { path: '{scratch}/after-dry.txt' }, { before: [put('after-dry.txt', 'one\n'), { tool: 'edit_file', arguments: { path: '{scratch}/after-dry.txt', edits: edits(['one', 'two']), dryRun: true } }] });
text('after-an-edit', { path: '{scratch}/after.txt' }, { before: [put('after.txt', 'one\r\ntwo\r\n'), { tool: 'edit_file', arguments: { path: '{scratch}/after.txt', edits: edits(['two', '2']) } }] });

on('small', 'small', 'create_directory', { path: '{scratch}/made' }, structured);
on('large', 'large', 'create_directory', { path: '{scratch}/made/' + Array.from({ length: 20 }, (_, n) => n).join('/') });
on('edge', 'on-a-file', 'create_directory', { path: '{scratch}/file' }, { before: [put('file', 'x')] });

on('small', 'small', 'list_directory', { path: '{data}/files' }, structured);
on('large', 'large', 'list_directory', { path: `{data}/${folder(7)}` });
on('edge', 'names', 'list_directory', { path: '{data}/edge' });
on('edge', 'empty', 'list_directory', { path: '{scratch}/void' }, { before: [{ tool: 'create_directory', arguments: { path: '{scratch}/void' } }] });
on('edge', 'a-file', 'list_directory', { path: '{data}/files/text-1k.txt' });
on('edge', 'missing', 'list_directory', { path: '{data}/missing' });

on('small', 'small', 'list_directory_with_sizes', { path: '{data}/files' }, structured);
on('large', 'large', 'list_directory_with_sizes', { path: `{data}/${folder(7)}` });
on('edge', 'names', 'list_directory_with_sizes', { path: '{data}/edge', sortBy: 'name' });
on('edge', 'by-size', 'list_directory_with_sizes', { path: '{data}/images/set', sortBy: 'size' });
on('edge', 'empty', 'list_directory_with_sizes', { path: '{scratch}/void' }, { before: [{ tool: 'create_directory', arguments: { path: '{scratch}/void' } }] });

on('small', 'small', 'directory_tree', { path: `{data}/${folder(0)}` }, structured);
on('large', 'large', 'directory_tree', { path: '{data}/files/tree' });
on('edge', 'excluded', 'directory_tree', { path: '{data}/files', excludePatterns: ['dir-0?', 'dir-1[0-7]', 'file-[1-9]*', '*.png'] });
on('edge', 'everything', 'directory_tree', { path: '{data}/files', excludePatterns: ['**'] });
on('edge', 'a-file', 'directory_tree', { path: '{data}/files/text-1k.txt' });

// what an earlier trial moved goes back; before the first there is nothing to move
const back = (source, destination) => ({ tool: 'move_file', arguments: { source, destination }, may_fail: true });
on('small', 'small', 'move_file', { source: '{scratch}/from.txt', destination: '{scratch}/to.txt' }, { before: [back('{scratch}/to.txt', '{scratch}/from.txt'), put('from.txt', file('files/text-1k.txt'))], ...structured });
on('large', 'large', 'move_file', { source: '{scratch}/from-1m.txt', destination: '{scratch}/made-for-it/to-1m.txt' }, { before: [{ tool: 'create_directory', arguments: { path: '{scratch}/made-for-it' } }, back('{scratch}/made-for-it/to-1m.txt', '{scratch}/from-1m.txt'), put('from-1m.txt', file('files/text-1m.txt'))] });
on('edge', 'onto-a-file', 'move_file', { source: '{scratch}/one', destination: '{scratch}/two' }, { before: [put('one', '1'), put('two', '2')] });
on('edge', 'missing', 'move_file', { source: '{scratch}/missing', destination: '{scratch}/x' });
on('edge', 'outside', 'move_file', { source: '{scratch}/one', destination: '/etc/x' });

on('small', 'small', 'search_files', { path: `{data}/${folder(0)}`, pattern: '*.md' }, structured);
on('large', 'large', 'search_files', { path: '{data}/files/tree', pattern: '**/*5*.txt', excludePatterns: ['dir-1*/**'] });
on('edge', 'top-only', 'search_files', { path: '{data}/files', pattern: '*.txt' });
on('edge', 'braces', 'search_files', { path: '{data}/files', pattern: '**/{empty,crlf}.{txt,md}' });
on('edge', 'classes', 'search_files', { path: '{data}/images', pattern: '[[:alpha:]]*[!g]' });
on('edge', 'dots', 'search_files', { path: '{data}/edge', pattern: '.*' });
on('edge', 'excluded', 'search_files', { path: '{data}/files', pattern: '**/file-00.*', excludePatterns: ['tree/dir-0?', '**/dir-1[0-8]/**'] });
on('edge', 'negated', 'search_files', { path: '{data}/files', pattern: '!{**/,}*.txt', excludePatterns: ['tree/*/**'] });
on('edge', 'groups', 'search_files', { path: '{data}/images', pattern: '@(photo|small)*.+(jpg|png)' });
on('edge', 'none', 'search_files', { path: '{data}/files', pattern: '*.none' });
on('edge', 'outside', 'search_files', { path: '/etc', pattern: '*' });

on('small', 'small', 'get_file_info', { path: '{data}/files/text-1k.txt' });
on('large', 'large', 'get_file_info', { path: '{data}/files/text-8m.txt' });
on('edge', 'missing', 'get_file_info', { path: '{data}/files/missing' });
on('small', 'small', 'list_allowed_directories', {}, structured);
on('large', 'large', 'list_allowed_directories', {});

/** Arguments as the client sends them. */
function filled(value, scratch) {
  if (value && typeof value === 'object' && '$file' in value) return readFileSync(join(data, value.$file), 'utf8');
  if (Array.isArray(value)) return value.map((inner) => filled(inner, scratch));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, scratch)]));
  return typeof value === 'string' ? value.replaceAll('{data}', data).replaceAll('{scratch}', scratch) : value;
}

/** A value as JSON with sorted keys. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value && typeof value === 'object') return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
  return JSON.stringify(value);
}
const digest = (text) => `blake3:${Buffer.from(blake3(new TextEncoder().encode(text))).toString('hex')}`;

const string = (text) => JSON.stringify(text).replaceAll('\x7f', '\\u007f');
function toml(value) {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`;
  if (value && typeof value === 'object') {
    const pairs = Object.entries(value).map(([key, inner]) => `${/^[\w-]+$/.test(key) ? key : string(key)} = ${toml(inner)}`);
    return pairs.length ? `{ ${pairs.join(', ')} }` : '{}';
  }
  return typeof value === 'string' ? string(value) : String(value);
}

/** The rules that tell the official answer from any other. */
function rules(call, result) {
  const located = (value) => canonical(value).includes('{data}') || canonical(value).includes('{scratch}');
  if (call.tool === 'get_file_info' && !result.isError) {
    // the times of making and reading, and in a guest the permissions, depend on the machine
    const date = '[A-Z][a-z]{2} [A-Z][a-z]{2} \\d{2} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT\\+0000 \\(Coordinated Universal Time\\)';
    const escaped = result.content[0].text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const pattern = escaped.replace(/(created|accessed): .*/g, `$1: ${date}`).replace(/permissions: (\d+)$/, 'permissions: ($1|unknown)');
    return [['text', { pattern: `^${pattern}$` }]];
  }
  const rule = (by) => {
    const value = by === 'content' ? result.content : by === 'structured' ? result.structuredContent : result.content[0].text;
    const source = by === 'text' ? value : canonical(value);
    return [by, source.length <= LONGEST || located(value) ? { equal: value } : { digest: digest(source) }];
  };
  if (result.isError) return [rule('text')];
  // what is timed is judged by both of its forms
  const ways = call.by === 'content' ? ['content', 'structured'] : call.input === 'edge' || call.tool === 'search_files' ? [call.by ?? 'text'] : ['text', 'structured'];
  return ways.map(rule);
}

// One process for all: no answer may depend on the calls before it, because the harness asks in any order.
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'scratch-')));
const server = await official(modules, [data, scratch], { HOME: '/home/nobody' });
const seen = new Set();
let written = readFileSync(join(here, 'server.head.toml'), 'utf8');
for (const call of calls) {
  if (seen.has(call.id)) throw new Error(`two calls are named ${call.id}`);
  seen.add(call.id);
  for (const before of call.before ?? []) await server.call(before.tool, filled(before.arguments, scratch));
  const result = replaced(replaced(await server.call(call.tool, filled(call.arguments, scratch)), data, '{data}'), scratch, '{scratch}');
  if (result.protocolError) throw new Error(`${call.id}: ${result.protocolError.message}`);
  const lines = ['', '[[call]]', `id = ${toml(call.id)}`, `tool = ${toml(call.tool)}`, `input = ${toml(call.input)}`, `arguments = ${toml(call.arguments)}`];
  if (call.before) lines.push(`before = ${toml(call.before)}`);
  lines.push('[call.expect]');
  if (result.isError) lines.push('error = true');
  for (const [by, expected] of rules(call, result)) lines.push(`${by} = ${toml(expected)}`);
  lines.push('[call.source]', `origin = "the official server's recorded answer"`, `script = "golden/record.mjs"`);
  written += lines.join('\n') + '\n';
}
server.end();
rmSync(scratch, { recursive: true });
writeFileSync(join(here, '..', 'server.toml'), written);
console.log(`${calls.length} calls`);
