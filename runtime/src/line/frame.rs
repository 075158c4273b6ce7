//! Reads only the head of a message: is it JSON-RPC, which kind, which id. The rest is the other side's business.
//!
//! A result of a megabyte passes here on its way to the client; parsing it would cost more than making it did. So the scan
//! walks the top-level members and, in a long line, stops as soon as kind and id are known; that it ends as an object is checked at
//! its end.

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Has a method and an id.
    Request,
    /// Has a method and no id.
    Notification,
    /// Has a result.
    Result,
    /// Has an error.
    Error,
}

/// The head of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its id as JSON text; none, or `null`.
    pub id: Option<&'a [u8]>,
    /// The method as it stands between its quotation marks.
    pub method: Option<&'a [u8]>,
}

/// Reads the head of one line; none where it is not a JSON-RPC message.
pub fn frame(line: &[u8]) -> Option<Frame<'_>> {
    let line = line.trim_ascii();
    if line.last() != Some(&b'}') {
        return None;
    }
    let whole = line.len() <= WHOLE;
    let mut at = Cursor { bytes: line, at: 0 };
    at.expect(b'{')?;
    let (mut versioned, mut id, mut method, mut answer) = (false, None, None, None);
    loop {
        let name = at.string()?;
        at.expect(b':')?;
        at.space();
        let begin = at.at;
        match name {
            b"result" | b"error" => {
                answer = Some(if name == b"result" {
                    Kind::Result
                } else {
                    Kind::Error
                });
                if versioned && id.is_some() && !whole {
                    break;
                }
                at.value(0)?;
            }
            b"jsonrpc" => {
                versioned = at.string()? == b"2.0";
                if !versioned {
                    return None;
                }
            }
            b"method" => method = Some(at.string()?),
            b"id" => {
                at.value(0)?;
                let text = &line[begin..at.at];
                if id.is_some() || matches!(text.first(), Some(b'{' | b'[' | b't' | b'f')) {
                    return None;
                }
                id = Some(text);
            }
            _ => at.value(0)?,
        }
        if versioned && id.is_some() && method.is_some() && !whole {
            break;
        }
        at.space();
        match at.next()? {
            b',' => {}
            b'}' if at.at == line.len() => break,
            _ => return None,
        }
    }
    if !versioned {
        return None;
    }
    let kind = match (method, answer, id) {
        (Some(_), None, Some(_)) => Kind::Request,
        (Some(_), None, None) => Kind::Notification,
        (None, Some(kind), Some(_)) => kind,
        _ => return None,
    };
    Some(Frame { kind, id, method })
}

/// Lines up to this length are walked to their end: it costs a microsecond or two, and finds those that were cut.
pub(super) const WHOLE: usize = 4 << 10;

/// Deeper nesting than this is refused: nobody means it.
const DEPTH: usize = 256;

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn next(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        self.space();
        (self.next()? == wanted).then_some(())
    }

    /// The text between two quotation marks, escapes left as they are.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.expect(b'"')?;
        let begin = self.at;
        loop {
            let found = memchr::memchr2(b'"', b'\\', self.bytes.get(self.at..)?)?;
            self.at += found + 1;
            if self.bytes[self.at - 1] == b'"' {
                return Some(&self.bytes[begin..self.at - 1]);
            }
            self.at += 1;
        }
    }

    /// Skips one value.
    fn value(&mut self, depth: usize) -> Option<()> {
        self.space();
        match *self.bytes.get(self.at)? {
            b'"' => {
                self.string()?;
            }
            b'{' | b'[' => self.nested(depth)?,
            _ => {
                let begin = self.at;
                while let Some(b'0'..=b'9' | b'a'..=b'z' | b'-' | b'+' | b'.' | b'E') =
                    self.bytes.get(self.at)
                {
                    self.at += 1;
                }
                if self.at == begin {
                    return None;
                }
            }
        }
        Some(())
    }

    /// Skips to the bracket that closes the one here.
    fn nested(&mut self, depth: usize) -> Option<()> {
        let mut open = depth;
        loop {
            match *self.bytes.get(self.at)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == depth {
                return Some(());
            }
            if open > DEPTH {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(Kind, Option<&str>, Option<&str>)> {
        let text = |bytes: Option<&'static [u8]>| {
            bytes.map(|bytes| std::str::from_utf8(bytes).expect("ASCII"))
        };
        let line: &'static str = String::leak(line.to_owned());
        frame(line.as_bytes()).map(|f| (f.kind, text(f.id), text(f.method)))
    }

    #[test]
    fn the_four_kinds_are_told_apart_in_any_order_of_members() {
        assert_eq!(
            read(r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"a":[1,{"b":"}"}]}}"#),
            Some((Kind::Request, Some("7"), Some("tools/call")))
        );
        assert_eq!(
            read(
                r#" { "params" : {"id":1,"x":"\"}"} , "method":"ping" , "id" : "a\"b" , "jsonrpc":"2.0" } "#
            ),
            Some((Kind::Request, Some(r#""a\"b""#), Some("ping")))
        );
        assert_eq!(
            read(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#),
            Some((Kind::Notification, None, Some("notifications/initialized")))
        );
        assert_eq!(
            read(r#"{"result":{"id":9},"id":-1,"jsonrpc":"2.0"}"#),
            Some((Kind::Result, Some("-1"), None))
        );
        assert_eq!(
            read(r#"{"jsonrpc":"2.0","id":null,"error":{}}"#),
            Some((Kind::Error, Some("null"), None))
        );
    }

    #[test]
    fn everything_else_is_not_protocol() {
        for line in [
            "",
            "hello",
            "{}",
            "[]",
            r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
            r#"{"id":1,"result":{}}"#,
            r#"{"jsonrpc":"1.0","id":1,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"{"jsonrpc":"2.0","id":{},"method":"a"}"#,
            r#"{"jsonrpc":"2.0","method":"a","result":1,"id":1}x"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{}"#,
            r#"{"jsonrpc":"2.0","id":1,"id":2,"result":1}"#,
            r#"{"jsonrpc":"2.0","x":"#,
            r#"{"jsonrpc":"2.0","x":"\}"#,
            r#"{"jsonrpc" "2.0"}"#,
        ] {
            assert_eq!(read(line), None, "{line}");
        }
        let deep = format!(
            r#"{{"x":{}{},"jsonrpc":"2.0","id":1,"result":1}}"#,
            "[".repeat(300),
            "]".repeat(300)
        );
        assert_eq!(read(&deep), None);
    }
}
