//! Prose of an exact size: lines of 80 characters from a small English vocabulary.
use crate::draw::Draw;

/// Characters of a full line, its line feed not counted.
const WIDTH: usize = 80;

/// By length, 1 to 10 letters, so that a line can always be filled to its last column. Words of a length are one string: word `n` of length `l` begins at `n·(l+1)`.
const WORDS: [&str; 10] = [
    "a",
    "at by he in is it no of on or so to we",
    "age air and ask box day far for key law map not old one own red run sea the two use way",
    "away base bird blue book cold deep each edge file five from have home into kind line \
     long made much open part plan read same seen time tree warm when word",
    "above after begin build carry cause cloud first found green heard large learn light \
     never order paper place plain point quick right seven small sound start state still \
     table their thing under water where world write",
    "answer before bridge change closed column common course device enough family figure \
     follow garden letter memory minute module nature number packet people record sample \
     second server simple stream street useful window winter",
    "account against another because between carried central compute country element evening \
     example execute general history however journey machine measure message mineral morning \
     nothing package picture problem program quarter science several silence surface through \
     weather",
    "although building children complete consider continue delivery distance familiar \
     function hundreds instance language material mountain possible practice question \
     remember resource sentence standard together umbrella yourself",
    "adventure afternoon beginning breakfast catalogue component container different \
     direction equipment everybody framework generally important interface knowledge \
     migration nightfall operation paragraph procedure schedules something structure \
     subscribe telephone yesterday",
    "atmosphere benchmarks completely conclusion dispatcher especially everything experiment \
     expression foundation generation impossible introduces laboratory literature particular \
     production repository throughout understand",
];

/// How long words are in English prose, roughly; index 0 is one letter.
const LENGTHS: [u32; 10] = [30, 170, 210, 160, 110, 90, 80, 60, 50, 40];

/// Words that fill exactly `width` characters.
fn words(draw: &mut Draw, width: usize) -> String {
    let mut line = String::with_capacity(width);
    while line.len() < width {
        let left = width - line.len();
        let length = if left <= WORDS.len() {
            left
        } else {
            // a space and one more letter must fit behind it
            (draw.weighted(&LENGTHS) + 1).min(left - 2)
        };
        line.push_str(word(draw, length));
        if line.len() < width {
            line.push(' ');
        }
    }
    line
}

fn word(draw: &mut Draw, length: usize) -> &'static str {
    let group = WORDS[length - 1];
    let count = (group.len() + 1) / (length + 1);
    let at = draw.below(count as u32) as usize * (length + 1);
    &group[at..at + length]
}

/// `count` words, for log messages and titles.
pub(crate) fn phrase(draw: &mut Draw, count: u32) -> String {
    let mut phrase = String::new();
    for index in 0..count {
        if index > 0 {
            phrase.push(' ');
        }
        let length = draw.between(3, 9) as usize;
        phrase.push_str(word(draw, length));
    }
    phrase
}

/// `heading` and then lines of 80 characters, `bytes` in all; the last line is as long as is left. ASCII, LF, ends in LF.
pub(crate) fn prose(draw: &mut Draw, heading: &str, bytes: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes + WIDTH);
    text.extend_from_slice(heading.as_bytes());
    while text.len() < bytes {
        let width = WIDTH.min(bytes - text.len() - 1);
        text.extend_from_slice(words(draw, width).as_bytes());
        text.push(b'\n');
    }
    text
}

/// Like [`prose`], each line beginning with its own number in seven digits, so that a right answer about lines can be seen by eye.
pub(crate) fn numbered(draw: &mut Draw, bytes: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes);
    let mut number = 1;
    while text.len() < bytes {
        let width = WIDTH.min(bytes - text.len() - 1);
        let mut line = format!("{number:07} ");
        if width > line.len() {
            line.push_str(&words(draw, width - line.len()));
        }
        line.truncate(width);
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
        number += 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{WORDS, numbered, prose, words};
    use crate::draw::Draw;
    use crate::seed::Seed;

    #[test]
    fn words_stand_under_their_length() {
        for (index, group) in WORDS.iter().enumerate() {
            for word in group.split(' ') {
                assert_eq!(word.len(), index + 1, "{word}");
            }
        }
    }

    #[test]
    fn every_width_is_filled_exactly() {
        let mut draw = Draw::of(Seed(7), "widths");
        for width in 0..200 {
            assert_eq!(words(&mut draw, width).len(), width);
        }
    }

    #[test]
    fn sizes_are_exact_and_lines_are_80() {
        let mut draw = Draw::of(Seed(7), "sizes");
        for bytes in [1, 81, 82, 90, 1024, 5000] {
            for text in [prose(&mut draw, "", bytes), numbered(&mut draw, bytes)] {
                assert_eq!(text.len(), bytes);
                assert_eq!(text.last(), Some(&b'\n'));
                let mut lines: Vec<_> = text[..text.len() - 1]
                    .split(|byte| *byte == b'\n')
                    .collect();
                lines.pop();
                assert!(lines.iter().all(|line| line.len() == 80));
            }
        }
    }
}
