// Records the official server's answers to calls on a fixture with links, odd names and odd bytes: golden/cases.json.
//
//   node golden/cases.mjs NODE_MODULES
import { mkdtempSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, official, replaced } from './client.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(process.argv[2]);

const numbered = (from, to, line = (n) => `line ${n}`) => Array.from({ length: to - from + 1 }, (_, n) => line(from + n) + '\n').join('');
const fixture = [
  { path: 'in', directory: true },
  { path: 'in/a.txt', content: 'one\ntwo\nthree\n' },
  { path: 'in/b.md', content: '# B\n\ntext' },
  { path: 'in/crlf.txt', content: 'one\r\ntwo\r\n\r\nfour\r\n' },
  { path: 'in/mixed.txt', content: 'a\nb\r\nc\rd' },
  { path: 'in/empty.txt', content: '' },
  { path: 'in/feeds.txt', content: '\n\n\n' },
  { path: 'in/bom.txt', content: '\ufeffhello\n' },
  { path: 'in/nul.bin', content: 'a\u0000b\nc\u0000' },
  { path: 'in/latin1.txt', base64: Buffer.from('caf\xe9\nna\xefve\xff\n', 'latin1').toString('base64') },
  { path: 'in/broken-utf8.txt', base64: Buffer.from([0x61, 0xe2, 0x82, 0x0a, 0xf0, 0x9f, 0x98, 0x0a, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0x62]).toString('base64') },
  { path: 'in/long-line.txt', content: 'x'.repeat(100), times: 30 },
  { path: 'in/hundred.txt', content: numbered(1, 100) },
  { path: 'in/wide.txt', content: 'ääääääääää\n', times: 130 },
  { path: 'in/kb.txt', content: 'k', times: 1024 },
  { path: 'in/mb.bin', content: 'm', times: 1048576 },
  { path: 'in/odd.txt', content: 'o', times: 1434 },
  { path: 'in/code.js', content: 'function f() {\n    if (x) {\n\treturn 1;\n    }\n  return 0;\n}\n\nfunction g() {\n  return 2;\n}\n' },
  { path: 'in/ticks.md', content: 'before\n```js\ncode\n```\n````\nafter\n' },
  { path: 'in/pixel.PNG', base64: 'iVBORw0KGgo=' },
  { path: 'in/photo.jpeg', base64: '/9j/' },
  { path: 'in/drawing.svg', content: '<svg/>' },
  { path: 'in/sound.ogg', base64: 'T2dnUw==' },
  { path: 'in/archive.tar.gz', base64: 'H4sI' },
  { path: 'in/.hidden', content: 'h' },
  { path: 'in/no-extension', content: 'n' },
  { path: 'in/sp ace#?%^{}"<>`|\\é😀~[x].bin', content: 'x' },
  { path: 'in/\u00e9t\u00e9.txt', content: 'composed' },
  { path: 'in/nai\u0308ve.txt', content: 'decomposed' },
  { path: 'in/\u65e5\u672c.txt', content: 'kanji' },
  { path: 'in/names/B.txt', content: '' },
  { path: 'in/names/a.txt', content: '12345' },
  { path: 'in/names/A.txt', content: '1234567890' },
  { path: 'in/names/_x', content: '' },
  { path: 'in/names/-x', content: '' },
  { path: 'in/names/10', content: '' },
  { path: 'in/names/9', content: '' },
  { path: 'in/names/\u00e1.txt', content: '' },
  { path: 'in/names/\u00d8.txt', content: '' },
  { path: 'in/names/z.txt', content: '' },
  { path: 'in/names/\u044f.txt', content: '' },
  { path: 'in/names/a-name-that-is-longer-than-thirty-columns.txt', content: 'l', times: 2000 },
  { path: 'in/names/sub', directory: true },
  { path: 'in/names/Dir', directory: true },
  { path: 'in/void', directory: true },
  { path: 'in/src/main.rs', content: 'fn main() {}\n' },
  { path: 'in/src/lib/mod.rs', content: '//!\n' },
  { path: 'in/src/lib/deep/x.test.ts', content: '' },
  { path: 'in/src/.git/config', content: '' },
  { path: 'in/src/node_modules/m/index.js', content: '' },
  { path: 'in/src/target/debug/app', content: '' },
  { path: 'in/link', link: 'a.txt' },
  { path: 'in/link-to-link', link: 'link' },
  { path: 'in/src/up', link: '../a.txt' },
  { path: 'in/dirlink', link: 'src' },
  { path: 'in/self', link: '.' },
  { path: 'in/around', link: '../in/a.txt' },
  { path: 'in/absolute', link: '{root}/in/a.txt' },
  { path: 'in/rel-out', link: '../out/secret.txt' },
  { path: 'in/abs-out', link: '{root}/out/secret.txt' },
  { path: 'in/dir-out', link: '../out' },
  { path: 'in/broken', link: 'nowhere' },
  { path: 'in/broken-out', link: '../out/nowhere' },
  { path: 'in/loop1', link: 'loop2' },
  { path: 'in/loop2', link: 'loop1' },
  { path: 'inside-by-name-only/secret.txt', content: 's' },
  { path: 'out/secret.txt', content: 'secret' },
  { path: 'link-to-in', link: 'in' },
];

const cases = [];
const on = (tool, ...list) => list.forEach((args) => cases.push({ tool, arguments: args }));
const p = (path) => `{root}/in/${path}`;
const paths = ['a.txt', 'b.md', 'crlf.txt', 'mixed.txt', 'empty.txt', 'feeds.txt', 'bom.txt', 'nul.bin', 'latin1.txt', 'broken-utf8.txt', 'kb.txt', '.hidden', '\u00e9t\u00e9.txt', 'e\u0301te\u0301.txt', 'na\u00efve.txt', '\u65e5\u672c.txt', 'missing\u00e9',
  'link', 'link-to-link', 'src/up', 'dirlink/main.rs', 'self/self/a.txt', 'around', 'absolute', 'rel-out', 'abs-out', 'dir-out/secret.txt', 'dir-out/new', 'broken', 'broken-out', 'loop1', 'loop1/x', 'missing', 'missing/x', 'a.txt/x', 'void', 'src', 'x'.repeat(300)];
on('read_text_file', ...paths.map((path) => ({ path: p(path) })));
on('read_text_file', ...['/etc/passwd', '../out/secret.txt', '../inside-by-name-only/secret.txt', '{root}/inside-by-name-only/secret.txt', '{root}/in/../out/secret.txt', '{root}', '/', 'a.txt', './a.txt', 'src/../a.txt', '', '.', '..', 'C:\\x', 'c:/x', 'Z:', 'C:x', 'a\u0000b', '{root}/in/a.txt/', '{root}//in///a.txt', '{root}/in/./src/.././a.txt', '{root}/link-to-in/a.txt', '~', '~/x', '~x'].map((path) => ({ path })));
for (const file of ['a.txt', 'b.md', 'crlf.txt', 'mixed.txt', 'empty.txt', 'feeds.txt', 'latin1.txt', 'broken-utf8.txt', 'hundred.txt', 'wide.txt', 'long-line.txt'])
  for (const count of [1, 2, 3, 99, 100, 101]) on('read_text_file', { path: p(file), head: count }, { path: p(file), tail: count });
for (const count of [0, -1, 0.5, 1.5, 2.5, 1e300]) on('read_file', { path: p('a.txt'), head: count }, { path: p('a.txt'), tail: count });
on('read_text_file', { path: p('wide.txt'), tail: 0.5 }, { path: p('wide.txt'), head: 0.5 }, { path: p('a.txt'), head: 1, tail: 1 }, { path: p('a.txt'), head: 1, tail: 0 }, { path: p('a.txt'), head: 0, tail: 1 }, { path: p('a.txt'), head: 0, tail: 0 }, { path: p('missing'), head: 1, tail: 1 }, { path: p('void'), head: 1 }, { path: p('void'), tail: 1 });
on('read_file', { path: p('a.txt') }, { path: p('missing') });
on('read_media_file', ...['pixel.PNG', 'photo.jpeg', 'drawing.svg', 'sound.ogg', 'archive.tar.gz', 'a.txt', 'empty.txt', '.hidden', 'no-extension', 'sp ace#?%^{}"<>`|\\é😀~[x].bin', '\u65e5\u672c.txt', 'latin1.txt', 'link', 'missing', 'void', 'rel-out'].map((path) => ({ path: p(path) })));
on('read_multiple_files', { paths: [p('a.txt')] }, { paths: [p('a.txt'), p('b.md'), p('empty.txt')] }, { paths: [p('a.txt'), p('missing'), '/etc/passwd', p('void'), p('rel-out'), 'b.md'] }, { paths: [p('latin1.txt'), p('crlf.txt')] }, { paths: [p('missing')] });
on('list_directory', ...['', 'names', 'void', 'src', 'dirlink', 'self', 'a.txt', 'missing', 'dir-out', 'loop1'].map((path) => ({ path: p(path) })), { path: '/etc' });
on('list_directory_with_sizes', ...['names', 'void', 'src', 'dirlink', 'a.txt', 'missing', 'dir-out'].flatMap((path) => [{ path: p(path) }, { path: p(path), sortBy: 'name' }]), { path: p('names'), sortBy: 'size' }, { path: p('void'), sortBy: 'size' });
on('directory_tree', ...['src', 'void', 'names', 'dirlink', 'a.txt', 'missing', 'dir-out', ''].map((path) => ({ path: p(path) })),
  ...[['node_modules'], ['*.rs'], ['**/*.rs'], ['.git', 'target'], ['lib'], ['lib/deep'], ['**/deep/**'], ['*'], ['{lib,target}'], ['mod.rs'], [''], ['[!l]*'], ['main.rs', 'x.test.ts'], ['**/node_modules']].map((excludePatterns) => ({ path: p('src'), excludePatterns })));
on('search_files', ...['*', '**', '**/*', '*.txt', '**/*.rs', '**/*.{rs,ts}', 'src/**', '**/lib/**', '**/.*', '.*', '**/.git/**', '*link*', 'loop*', '[a-c]*', '**/m*', 'nothing', '', '!**/*.txt', '#a', '**/?', '{a,b}.*', 'missing/../a.txt', '**/deep', '/a.txt', 'SRC/**', '**/{src,lib}/*', '+(a|b).*', '**/*.test.ts', '*[!t]'].map((pattern) => ({ path: p(''), pattern })),
  { path: p('src'), pattern: '**', excludePatterns: ['node_modules'] }, { path: p('src'), pattern: '**', excludePatterns: ['**/node_modules/**'] }, { path: p('src'), pattern: '**', excludePatterns: ['node_modules/**', '.git'] }, { path: p('src'), pattern: '**/*', excludePatterns: ['**/*.rs', 'target'] },
  { path: p('dirlink'), pattern: '**/*.rs' }, { path: p('a.txt'), pattern: '*' }, { path: p('missing'), pattern: '*' }, { path: p('void'), pattern: '*' }, { path: p('dir-out'), pattern: '*' }, { path: '/etc', pattern: '*' }, { path: 'src', pattern: '*.rs' });
on('get_file_info', ...['a.txt', 'empty.txt', 'mb.bin', 'link', 'missing', 'rel-out', 'loop1', 'a.txt/x', 'broken'].map((path) => ({ path: p(path) })));
on('list_allowed_directories', {});
const edit = (path, edits, dryRun) => on('edit_file', { path: p(path), edits: edits.map(([oldText, newText]) => ({ oldText, newText })), ...(dryRun === undefined ? {} : { dryRun }) });
const read = (path) => on('read_text_file', { path: p(path) });
edit('a.txt', [['two', 'TWO']], true); read('a.txt');
edit('a.txt', [['two', 'TWO']]); read('a.txt');
edit('a.txt', [['TWO', 'two']], false);
edit('a.txt', []); edit('a.txt', [['two', 'two']]); edit('a.txt', [['', 'zero\n']], true); edit('a.txt', [['e', 'E']], true);
edit('a.txt', [['nope', 'x']]); edit('a.txt', [['one', '1'], ['nope', 'x']]); read('a.txt');
edit('a.txt', [['one', '1'], ['1', 'uno'], ['three\n', '']], true); edit('a.txt', [['one\ntwo\nthree\n', '']], true); edit('a.txt', [['$', 'x']], true); edit('a.txt', [['one', '$& $1']], true);
edit('a.txt', [['one\r\ntwo', '1\r\n2']], true);
edit('b.md', [['text', 'text\n']], true); edit('b.md', [['text', 'other']], true); edit('empty.txt', [['', 'now\nfull']], true); edit('empty.txt', [['x', 'y']], true);
edit('crlf.txt', [['two', '2']]); read('crlf.txt');
edit('mixed.txt', [['c\rd', 'e']]); read('mixed.txt');
edit('hundred.txt', [['line 5\n', 'line five\n'], ['line 50\n', ''], ['line 99\n', 'line 99\nline 99.5\n']], true);
edit('hundred.txt', [['line 10\n', 'ten\n'], ['line 19\n', 'nineteen\n']], true); edit('hundred.txt', [['line 10\n', 'ten\n'], ['line 20\n', 'twenty\n']], true);
edit('hundred.txt', [['line 1\n', '']], true); edit('hundred.txt', [['line 100\n', 'line 100']], true); edit('hundred.txt', [[numbered(20, 60), numbered(60, 90)]], true);
edit('code.js', [['if (x) {\nreturn 1;\n}', 'if (y) {\n  return 3;\n}']], true); edit('code.js', [['  function g() {\n    return 2;\n  }', 'function g() {\n    return 4;\n      more();\n}']]); read('code.js');
edit('code.js', [['\t\tif (x) {\n\t\t\treturn 1;', '\tif (z) {\n\t\t\t\treturn 9;\n\t\t// end\nno indent']], true); edit('code.js', [['   }  \n   return 0;', '}']], true); edit('code.js', [['}\n\n\nfunction g', 'x']], true); edit('code.js', [['\u00a0function f() {\ufeff', 'function ff() {']], true);
edit('ticks.md', [['code', '`````']], true); edit('ticks.md', [['````\nafter', 'after']], true); edit('ticks.md', [['before', 'be`fore']], true);
edit('missing', [['a', 'b']]); edit('void', [['a', 'b']]); edit('rel-out', [['secret', 'b']]); edit('link', [['one', 'ONE']], true);
edit('\u00e9t\u00e9.txt', [['composed', 'ä\u2028ö']]); read('e\u0301te\u0301.txt');
on('write_file', { path: p('new.txt'), content: 'new\n' }, { path: p('a.txt'), content: 'äöü😀\r\n' }, { path: p('empty2.txt'), content: '' }, { path: p('no/such/dir.txt'), content: 'x' }, { path: p('rel-out'), content: 'x' }, { path: p('broken'), content: 'x' }, { path: p('link'), content: 'through the link' }, { path: p('a.txt/x'), content: 'x' }, { path: '/etc/x', content: 'x' }, { path: 'relative.txt', content: 'r' }, { path: p('dir-out/x'), content: 'x' }, { path: p('nai\u0308ve.txt'), content: 'n' }, { path: p('na\u00efve.txt'), content: 'same file' });
['new.txt', 'a.txt', 'empty2.txt', 'link', 'relative.txt', 'nai\u0308ve.txt'].forEach(read);
on('list_directory', { path: p('') });
on('create_directory', ...['void', 'made', 'made/a/b/c', 'made/a/b/c', 'a.txt', 'a.txt/x', 'rel-out', 'dir-out/x', 'dirlink/made', 'broken', 'link'].map((path) => ({ path: p(path) })), { path: '/etc/x' }, { path: 'relative/dir' }, { path: '../x' });
on('directory_tree', { path: p('made') }, { path: p('src') });
const move = (from, to) => on('move_file', { source: p(from), destination: p(to) });
move('new.txt', 'moved.txt'); read('moved.txt'); read('new.txt'); move('moved.txt', 'a.txt'); move('moved.txt', 'made'); move('moved.txt', 'moved.txt'); move('missing', 'x'); move('moved.txt', 'no/dir/x'); move('moved.txt', 'made/a/m.txt'); move('made', 'made2'); move('made2', 'made2/a/x'); move('rel-out', 'x'); move('a.txt', 'dir-out/x'); move('a.txt', 'broken'); move('empty2.txt/x', 'y'); move('link', 'was-link');
on('move_file', { source: '/etc/passwd', destination: p('x') }, { source: p('b.md'), destination: '/etc/x' });
on('directory_tree', { path: p('') }); on('search_files', { path: p(''), pattern: '**/*.txt' });

/** The answer without what it says twice. */
function compact(result) {
  const [block] = result.content;
  const twice = result.isError ? undefined : { content: block.type === 'text' ? block.text : result.content };
  if (result.content.length !== 1 || JSON.stringify(result.structuredContent) !== JSON.stringify(twice)) throw new Error(`unexpected answer: ${JSON.stringify(result)}`);
  return { ...(result.isError ? { error: true } : {}), ...(block.type === 'text' ? { text: block.text } : { block }) };
}

const root = realpathSync(mkdtempSync(join(tmpdir(), 'cases-')));
build(root, fixture);
const server = await official(modules, [join(root, 'in')], { HOME: '/home/nobody' });
/** A schema without its sentences: those are the official server's own. */
const silent = (schema) =>
  Array.isArray(schema) ? schema.map(silent) : schema && typeof schema === 'object' ? Object.fromEntries(Object.entries(schema).filter(([key]) => key !== 'description' && key !== '$schema').map(([key, inner]) => [key, silent(inner)])) : schema;
const tools = (await server.tools()).map(({ name, title, annotations, inputSchema, outputSchema }) => ({ name, title, annotations, inputSchema: silent(inputSchema), outputSchema: silent(outputSchema) }));
const answered = [];
for (const { tool, arguments: args } of cases) {
  const result = replaced(await server.call(tool, replaced(args, '{root}', root)), root, '{root}');
  answered.push({ tool, arguments: args, ...compact(result) });
}
server.end();
rmSync(root, { recursive: true });
const lines = (list) => list.map((item) => JSON.stringify(item)).join(',\n');
writeFileSync(join(here, 'cases.json'), `{"fixture":[\n${lines(fixture)}\n],"cases":[\n${lines(answered)}\n]}\n`);
writeFileSync(join(here, 'tools.json'), `[\n${lines(tools)}\n]\n`);
console.log(`${answered.length} cases, ${tools.length} tools`);
