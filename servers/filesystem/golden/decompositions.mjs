// Writes src/unicode/decompositions.txt and src/unicode/classes.txt from the Unicode data of Node.js.
//
//   node golden/decompositions.mjs
//
// Left out: Hangul, which is computed; compatibility ideographs; everything beyond the basic plane.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const out = join(dirname(fileURLToPath(import.meta.url)), '../src/unicode');
const hex = (code) => code.toString(16).padStart(4, '0');
const pairs = new Map();
// A pair's first part may have a higher code than what it composes, so the characters are gone through once for the parts.
const whole = new Map();
for (let code = 0x80; code < 0x10000; code++) {
  const composed = String.fromCharCode(code);
  if (!/\p{Cs}/u.test(composed)) whole.set(composed.normalize('NFD'), composed);
}
for (let code = 0x80; code < 0x10000; code++) {
  if ((code >= 0xac00 && code <= 0xdfff) || (code >= 0xf900 && code <= 0xfaff)) continue;
  const composed = String.fromCharCode(code);
  const parts = [...composed.normalize('NFD')];
  if (parts.join('') === composed) continue;
  const last = parts.length > 1 ? parts.pop() : '\0';
  const prefix = parts.join('');
  const first = prefix.normalize('NFC').length === 1 ? prefix.normalize('NFC') : (whole.get(prefix) ?? '');
  if (first.length !== 1) throw new Error(`no pair for ${hex(code)}`);
  pairs.set(composed, [first, last]);
}
const full = (character) => {
  const pair = pairs.get(character);
  return pair ? full(pair[0]) + (pair[1] === '\0' ? '' : full(pair[1])) : character;
};
for (const composed of pairs.keys()) if (full(composed) !== composed.normalize('NFD')) throw new Error(`wrong: ${composed}`);
writeFileSync(join(out, 'decompositions.txt'), [...pairs].map(([composed, [first, last]]) => [composed, first, last].map((c) => hex(c.charCodeAt(0))).join(' ') + '\n').join(''));

// The order of two marks tells which class is lower; a class that any mark can be compared with has a member of each.
const known = [[0x334, 1], [0x16ff0, 6], [0x93c, 7], [0x3099, 8], [0x94d, 9], [0x5b0, 10], [0x5b1, 11], [0x5b2, 12], [0x5b3, 13], [0x5b4, 14], [0x5b5, 15], [0x5b6, 16], [0x5b7, 17], [0x5b8, 18], [0x5b9, 19], [0x5bb, 20], [0x5bc, 21], [0x5bd, 22], [0x5bf, 23], [0x5c1, 24], [0x5c2, 25], [0xfb1e, 26], [0x64b, 27], [0x64c, 28], [0x64d, 29], [0x64e, 30], [0x64f, 31], [0x650, 32], [0x651, 33], [0x652, 34], [0x670, 35], [0x711, 36], [0xc55, 84], [0xc56, 91], [0xe38, 103], [0xe48, 107], [0xeb8, 118], [0xec8, 122], [0xf71, 129], [0xf72, 130], [0xf74, 132], [0x321, 202], [0x1dce, 214], [0x31b, 216], [0x302a, 218], [0x316, 220], [0x59a, 222], [0x302e, 224], [0x1d16d, 226], [0x5ae, 228], [0x301, 230], [0x315, 232], [0x35c, 233], [0x35d, 234], [0x345, 240]];
const swaps = (a, b) => (a + b).normalize('NFD') === b + a && a !== b;
const classOf = (mark) => {
  if (!/\p{M}/u.test(mark) || pairs.has(mark)) return 0;
  const above = known.filter(([code]) => swaps(mark, String.fromCodePoint(code))).map(([, value]) => value);
  const below = known.filter(([code]) => swaps(String.fromCodePoint(code), mark)).map(([, value]) => value);
  if (!above.length && !below.length) return 0;
  // `mark` moves behind lower classes and before higher ones; its own class is the one it trades with in neither order
  const own = known.find(([, value]) => !above.includes(value) && !below.includes(value));
  if (!own) throw new Error(`no class for ${hex(mark.codePointAt(0))}`);
  return own[1];
};
const runs = [];
for (let code = 0x300; code < 0x10000; code++) {
  if (code >= 0xd800 && code <= 0xdfff) continue;
  const value = classOf(String.fromCharCode(code));
  const last = runs.at(-1);
  if (!value) continue;
  if (last && last[1] === code - 1 && last[2] === value) last[1] = code;
  else runs.push([code, code, value]);
}
writeFileSync(join(out, 'classes.txt'), runs.map((run) => run.map(hex).join(' ') + '\n').join(''));
console.log(`${pairs.size} decompositions, ${runs.length} runs of marks`);
