//! Canonical decomposition of names: what looks the same is compared as the same.
//!
//! The usual crate brings 100 kB of tables, a fifth of what the component may weigh. These are 8 kB, decoded while the program is compiled:
//! the basic plane without compatibility ideographs, Hangul by computation.

const PAIRS: [[u16; 3]; lines(DECOMPOSITIONS)] = decode(DECOMPOSITIONS);
const RUNS: [[u16; 3]; lines(CLASSES)] = decode(CLASSES);

// Each line: the character, what it consists of, and either a second part or 0 (written by golden/decompositions.mjs).
const DECOMPOSITIONS: &[u8] = include_bytes!("decompositions.txt");
// Each line: the first and the last of a run of marks, and their combining class.
const CLASSES: &[u8] = include_bytes!("classes.txt");

/// The characters of a text in canonical decomposition and order.
pub fn decomposed(text: &str) -> Vec<char> {
    let mut characters = Vec::with_capacity(text.len());
    for character in text.chars() {
        push(character, &mut characters);
    }
    let mut at = 0;
    while at < characters.len() {
        let run = characters[at..]
            .iter()
            .take_while(|mark| class(**mark) > 0)
            .count();
        characters[at..at + run].sort_by_key(|mark| class(*mark));
        at += run + 1;
    }
    characters
}

fn push(character: char, characters: &mut Vec<char>) {
    const FIRST_SYLLABLE: u32 = 0xac00;
    const LAST_SYLLABLE: u32 = 0xd7a3;
    let code = u32::from(character);
    if code < 0x80 {
        return characters.push(character);
    }
    if (FIRST_SYLLABLE..=LAST_SYLLABLE).contains(&code) {
        // The Unicode Standard, section 3.12: 19 initials, 21 vowels, 27 finals or none
        let index = code - FIRST_SYLLABLE;
        let (initial, vowel, last) = (index / 588, index / 28 % 21, index % 28);
        let jamo = [0x1100 + initial, 0x1161 + vowel, 0x11a7 + last];
        return characters.extend(
            jamo[..if last > 0 { 3 } else { 2 }]
                .iter()
                .filter_map(|code| char::from_u32(*code)),
        );
    }
    let found = u16::try_from(code)
        .ok()
        .and_then(|code| PAIRS.binary_search_by_key(&code, |pair| pair[0]).ok());
    let Some(found) = found else {
        return characters.push(character);
    };
    for part in PAIRS[found][1..].iter().filter(|part| **part != 0) {
        if let Some(part) = char::from_u32(u32::from(*part)) {
            push(part, characters);
        }
    }
}

/// The combining class of a character; 0 for what begins a new one.
fn class(character: char) -> u16 {
    let Ok(code) = u16::try_from(u32::from(character)) else {
        return 0;
    };
    if code < RUNS[0][0] {
        return 0;
    }
    match RUNS
        .partition_point(|run| run[0] <= code)
        .checked_sub(1)
        .map(|at| RUNS[at])
    {
        Some([_, last, class]) if code <= last => class,
        _ => 0,
    }
}

const fn lines(text: &[u8]) -> usize {
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        if text[at] == b'\n' {
            count += 1;
        }
        at += 1;
    }
    count
}

/// Lines of three numbers of four hexadecimal digits each.
const fn decode<const N: usize>(text: &[u8]) -> [[u16; 3]; N] {
    let mut rows = [[0; 3]; N];
    let mut at = 0;
    while at < N * 15 {
        let digit = match text[at] {
            digit @ b'0'..=b'9' => digit - b'0',
            digit @ b'a'..=b'f' => digit - b'a' + 10,
            _ => {
                at += 1;
                continue;
            }
        };
        let number = &mut rows[at / 15][at % 15 / 5];
        *number = *number << 4 | digit as u16;
        at += 1;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::UnicodeNormalization;

    // Marks of Unicode 17, which the Node.js that wrote the tables does not know.
    const NEWER: [u32; 9] = [
        0x5c8, 0x5c9, 0x1ade, 0x1adf, 0x1aec, 0x1aed, 0x1aee, 0x1aef, 0x1af0,
    ];

    #[test]
    fn decomposition_is_that_of_the_standard() {
        for code in 0..0x1_0000 {
            let Some(character) =
                char::from_u32(code).filter(|_| !(0xf900..0xfb00).contains(&code))
            else {
                continue;
            };
            let text = format!("a{character}\u{301}\u{323}\u{345}{character}\u{5b0}");
            let same = decomposed(&text) == text.nfd().collect::<Vec<_>>();
            assert!(same || NEWER.contains(&code), "{code:04x}");
        }
    }
}
