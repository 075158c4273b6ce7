//! JSON as the text of a JSON string.

use super::escape::string_body;

/// Bytes that are looked at together.
const WIDTH: usize = 16;

/// Appends JSON, escaped as the body of a JSON string: what string escaping gives, for text in which every few bytes are quotation marks.
pub fn nested(json: &[u8], out: &mut Vec<u8>) {
    // A log-like result has two quotation marks for every dozen bytes.
    out.reserve(json.len() + json.len() / 4);
    let mut at = 0;
    while at < json.len() {
        at = widely(json, at, out);
        let next = (at + WIDTH).min(json.len());
        string_body(&json[at..next], out);
        at = next;
    }
}

/// Escapes sixteen bytes at a time up to a control character or the last few; gives the index of what is left.
///
/// Eight bytes become up to sixteen: which goes where is looked up by which of them are escaped (as simdjson and its kin place bytes:
/// Langdale and Lemire, Parsing gigabytes of JSON per second, 2019).
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn widely(json: &[u8], mut at: usize, out: &mut Vec<u8>) -> usize {
    use core::arch::wasm32::{
        u8x16_add, u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u8x16_swizzle, u64x2,
        u64x2_extract_lane, v128, v128_any_true, v128_bitselect, v128_or,
    };
    /// Input that fills half of the block below.
    const BLOCK: usize = 2048;
    let mut block = [0; 2 * BLOCK + 2 * WIDTH];
    let put = |block: &mut [u8], to: usize, bytes: v128| {
        if let Some(slot) = block.get_mut(to..to + WIDTH) {
            slot[..8].copy_from_slice(&u64x2_extract_lane::<0>(bytes).to_le_bytes());
            slot[8..].copy_from_slice(&u64x2_extract_lane::<1>(bytes).to_le_bytes());
        }
    };
    let place = |bytes: v128, marks: u8, from: u8| {
        let [low, high] = PLACES[usize::from(marks)];
        let moved = u8x16_swizzle(bytes, u8x16_add(u64x2(low, high), u8x16_splat(from)));
        // Nothing was moved to where a backslash belongs, and no byte is zero by itself.
        v128_bitselect(u8x16_splat(b'\\'), moved, u8x16_eq(moved, u8x16_splat(0)))
    };
    loop {
        let begin = at;
        let mut to = 0;
        while at - begin < BLOCK
            && let Some(chunk) = json.get(at..at + WIDTH)
        {
            let (low, high) = chunk.split_at(8);
            let word = |half: &[u8]| u64::from_le_bytes(half.try_into().expect("eight bytes"));
            let bytes = u64x2(word(low), word(high));
            if v128_any_true(u8x16_lt(bytes, u8x16_splat(0x20))) {
                break;
            }
            let marks = u8x16_bitmask(v128_or(
                u8x16_eq(bytes, u8x16_splat(b'"')),
                u8x16_eq(bytes, u8x16_splat(b'\\')),
            ));
            let [first, second] = marks.to_le_bytes();
            put(&mut block, to, place(bytes, first, 0));
            to += 8 + first.count_ones() as usize;
            put(&mut block, to, place(bytes, second, 8));
            to += 8 + second.count_ones() as usize;
            at += WIDTH;
        }
        out.extend_from_slice(&block[..to]);
        if at - begin < BLOCK {
            return at;
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn widely(json: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    string_body(&json[at..], out);
    json.len()
}

/// For each set of escaped bytes among eight: which of them stands at each of sixteen places. 0x80 is none of them.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
static PLACES: [[u64; 2]; 256] = {
    let mut places = [[0; 2]; 256];
    let mut marks = 0;
    while marks < 256 {
        let mut bytes = [0x80; 16];
        let (mut from, mut to) = (0, 0);
        while from < 8 {
            to += (marks >> from) & 1;
            bytes[to] = from as u8;
            to += 1;
            from += 1;
        }
        places[marks] = [0, 0];
        let mut lane = 0;
        while lane < 8 {
            places[marks][0] |= (bytes[lane] as u64) << (8 * lane);
            places[marks][1] |= (bytes[lane + 8] as u64) << (8 * lane);
            lane += 1;
        }
        marks += 1;
    }
    places
};
