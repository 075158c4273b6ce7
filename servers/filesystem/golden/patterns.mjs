// Records what the official server's libraries make of patterns, line diffs and names: golden/patterns.json and golden/diffs.json.
//
//   node golden/patterns.mjs NODE_MODULES [SEED] [COUNT] [OUT]
//
// NODE_MODULES is the folder that holds @modelcontextprotocol/server-filesystem 2026.8.31 with its dependencies.
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const modules = resolve(process.argv[2]);
const seed = Number(process.argv[3] ?? 42);
const count = Number(process.argv[4] ?? 400);
const out = resolve(process.argv[5] ?? dirname(fileURLToPath(import.meta.url)));
const load = (path) => import(pathToFileURL(join(modules, path)).href);
const { minimatch } = await load('minimatch/dist/esm/index.js');
const { createTwoFilesPatch } = await load('diff/libesm/index.js');

// mulberry32
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = (list) => list[Math.floor(random() * list.length)];

const names = [
  'a', 'b', 'ab', 'abc', '.a', '.hidden', 'a.txt', 'b.md', 'README.md', 'x.tar.gz', 'a-b', 'a b', 'A', 'é', '😀', '[a]', '{a}', 'a{b', '*', '!a', '#a', '1', '01', '10', 'a+b', '(a|b)', '@(a)', 'a,b', '\\a',
  'src/a', 'src/a.txt', 'src/.b/c', 'src/lib/a.ts', 'src/lib/b.test.ts', 'node_modules/x/y.js', 'a/b/c', 'a/b/c/d', 'a/a/a', 'b/a', '.git/config', 'sub/a.txt', 'sub/deep/a.txt',
];
const written = [
  '*', '**', '***', '*.txt', '**/*.txt', '*.*', '.*', '?', '??', '???', '?.txt', '*a*', 'a', './a', 'a/', '/a', 'a//b', 'src', 'src/*', 'src/**', '**/src/**', 'src/**/*.ts', '**/a', '**/**/a', 'a/**/c', 'a/**', 'a/**/a', '**/*', '**/*/**', '*/*', '**/.*', '**/.*/**', '',
  '#a', '\\#a', '!a', '!!a', '!*.txt', '!(a)', '!(a|b)', 'a!(b)', 'x!(a).gz', '@(a|b)', '@(a|b).@(txt|md)', '+(a|b)', '*(a|b)', '?(a|b)', '?(a)b', '+(a)b', '*(a)b', '*(a|b)*', 'a@(|b)', 'a?(b)c', '@()', 'a@()', '!()', 'a!()', 'a!(b|)', 'a!(@(b))', 'a!(!(b))', 'a!(b)c', '@(a|b', 'a|b', '(a|b)', '@(a|(b))',
  '[ab]', '[!a]', '[^a]', '[a-c]', '[c-a]', '[a-]', '[-a]', '[]a]', '[]]', '[]', '[', '[a', 'a]', '[[:alpha:]]', '[[:digit:]]*', '[![:digit:]]', '[[:upper:]]*', '[[:punct:]]*', '[[:xdigit:]][[:xdigit:]]', '[[:space:]]', '[a[:digit:]]', '[[]a]', '[\\]]', '[*]', '\\*', '\\[a\\]', '*\\.txt', 'a\\', '[a-c]*', '[!.]*', '[.]a',
  '{a,b}', '{a,b}.txt', 'a{b,c}', '{a,{b,ab}}', '{a}', '{a', 'a}', '{}', '{},a', '{a,}', '{,a}b', '{1..3}', '{01..10}', '{a..c}', '{a..c..2}', '{3..1}', '{1..10..3}', '${a,b}', '\\{a\\}', '{a\\,b}', '{a},b}', 'a,{b}', '{{a,b}}', '{{a},b}', '{src,sub}/**', '**/{a,b}.{txt,md}', '{a,b}{1,2}', '*.{ts,js}', '{**/,}a.txt', '{..}', '{1..}', '{a,b', '{-1..1}',
  '..', 'a/../b', 'a/..', '**/..', '../a', 'src/./a', './**', '**/node_modules/**', 'node_modules', '**/*.test.ts', 'src/lib/*.ts', '*.TXT', '**/a/**', '**/b/**/d', 'a/*/c', 'a/*', '*/a', '**/?', '**/[ab]', '**/@(a|b)', '**/!(a)', '😀', '?😀', '[😀]',
];
const pieces = ['a', 'b', 'c', '.', '*', '**', '?', '/', '/', '!', '(', ')', '|', '[', ']', '-', '{', '}', ',', '..', '\\', '@(', '!(', '*(', '+(', '?(', 'txt', '1', '[!a]', '[a-c]', '{a,b}', '**/', '*.'];
const patterns = [...written];
while (patterns.length < written.length + count) {
  let pattern = '';
  for (let n = 1 + Math.floor(random() * 8); n > 0; n--) pattern += pick(pieces);
  patterns.push(pattern);
}
const table = {};
for (const pattern of patterns) {
  try {
    table[pattern] = names.map((name) => (minimatch(name, pattern, { dot: true }) ? '1' : '0')).join('');
  } catch (error) {
    console.error(`left out: ${JSON.stringify(pattern)}: ${error.message}`);
  }
}
writeFileSync(join(out, 'patterns.json'), JSON.stringify({ names, table }, null, 0).replaceAll('","', '",\n"') + '\n');

const diffs = [];
const text = (alphabet, most) => {
  let lines = '';
  for (let n = Math.floor(random() * most); n > 0; n--) lines += pick(alphabet) + '\n';
  return random() < 0.2 ? lines.slice(0, -1) : lines;
};
const change = (before) => {
  const lines = before.split('\n');
  for (let n = 1 + Math.floor(random() * 4); n > 0; n--) {
    const at = Math.floor(random() * lines.length);
    const kind = random();
    if (kind < 0.3) lines.splice(at, Math.floor(random() * 3));
    else if (kind < 0.7) lines.splice(at, 0, pick(['x', 'y', 'a', '']));
    else lines[at] = pick(['x', 'y', 'a']);
  }
  return lines.join('\n');
};
for (let n = 0; n < Math.max(60, count / 4); n++) {
  const [alphabet, most] = pick([[['a', 'b'], 12], [['a', 'b', 'c', 'd', ''], 40], [['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', '}', '', '  x'], 80]]);
  const before = text(alphabet, most);
  const after = random() < 0.7 ? change(before) : text(alphabet, most);
  diffs.push({ before, after, diff: createTwoFilesPatch('/f', '/f', before, after, 'original', 'modified') });
}
writeFileSync(join(out, 'diffs.json'), JSON.stringify(diffs).replaceAll('},{', '},\n{') + '\n');
