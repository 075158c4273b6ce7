//! Pieces of JSON text and the constant functions that join them.

/// A piece of constant JSON text.
#[derive(Clone, Copy, Debug)]
pub enum Piece {
    /// Text as it is.
    Text(&'static str),
    /// A member or an item: a comma goes before it unless it is the first.
    Member(&'static str),
    /// More pieces.
    Nest(&'static [Piece]),
}

/// A member where there is one.
pub const fn member(text: Option<&'static str>) -> Piece {
    match text {
        Some(text) => Piece::Member(text),
        None => Piece::Text(""),
    }
}

/// The pieces, or nothing.
pub const fn nest_if(condition: bool, pieces: &'static [Piece]) -> Piece {
    if condition {
        Piece::Nest(pieces)
    } else {
        Piece::Text("")
    }
}

/// The member `outputSchema` in three pieces, where there is one.
pub const fn output(members: Option<&'static [Piece]>) -> [Piece; 3] {
    match members {
        Some(members) => [
            Piece::Member("\"outputSchema\":{"),
            Piece::Nest(members),
            Piece::Text("}"),
        ],
        None => [Piece::Text(""); 3],
    }
}

/// Whether one of the flags is set.
pub const fn any(flags: &[bool]) -> bool {
    let mut i = 0;
    while i < flags.len() {
        if flags[i] {
            return true;
        }
        i += 1;
    }
    false
}

#[derive(Clone, Copy)]
struct End {
    length: usize,
    last: u8,
}

impl End {
    const fn after(self, text: &str) -> End {
        let bytes = text.as_bytes();
        match bytes.last() {
            Some(last) => End {
                length: self.length + bytes.len(),
                last: *last,
            },
            None => self,
        }
    }

    const fn comma(self) -> bool {
        !matches!(self.last, b'{' | b'[')
    }
}

/// How many bytes the pieces render to.
pub const fn length(pieces: &[Piece]) -> usize {
    measure(
        pieces,
        End {
            length: 0,
            last: b'{',
        },
    )
    .length
}

const fn measure(pieces: &[Piece], mut end: End) -> End {
    let mut i = 0;
    while i < pieces.len() {
        end = match &pieces[i] {
            Piece::Text(text) => end.after(text),
            Piece::Member(text) if end.comma() => end.after(",").after(text),
            Piece::Member(text) => end.after(text),
            Piece::Nest(inner) => measure(inner, end),
        };
        i += 1;
    }
    end
}

/// The text of the pieces; `N` is their [`length`].
pub const fn render<const N: usize>(pieces: &[Piece]) -> [u8; N] {
    let mut buffer = [0; N];
    let end = put(
        pieces,
        End {
            length: 0,
            last: b'{',
        },
        &mut buffer,
    );
    assert!(end.length == N, "the length was measured for other pieces");
    buffer
}

const fn put(pieces: &[Piece], mut end: End, buffer: &mut [u8]) -> End {
    let mut i = 0;
    while i < pieces.len() {
        end = match &pieces[i] {
            Piece::Text(text) => copy(text, end, buffer),
            Piece::Member(text) if end.comma() => copy(text, copy(",", end, buffer), buffer),
            Piece::Member(text) => copy(text, end, buffer),
            Piece::Nest(inner) => put(inner, end, buffer),
        };
        i += 1;
    }
    end
}

const fn copy(text: &str, end: End, buffer: &mut [u8]) -> End {
    let (_, rest) = buffer.split_at_mut(end.length);
    let (here, _) = rest.split_at_mut(text.len());
    here.copy_from_slice(text.as_bytes());
    end.after(text)
}
