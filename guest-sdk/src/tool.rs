//! A tool as a constant: its name, its entry in `tools/list`, how it is called.

use crate::{Arguments, Context, ToolError, result::Sink, schema::Piece};

/// How a tool is called: reads its arguments, runs, writes the result.
pub type Call = fn(&mut Context<'_>, Arguments<'_>, &mut Sink<'_>) -> Result<(), ToolError>;

/// A tool. Made by `#[tool]`.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// The name, unique in the server.
    pub name: &'static str,
    /// The entry in `tools/list`.
    pub entry: &'static [Piece],
    /// How it is called.
    pub call: Call,
    /// Arguments that clients mirror in a header: the header's name behind `Mcp-Param-`, the argument's name.
    pub headers: &'static [(&'static str, &'static str)],
}

/// What `#[tool]` makes of a function, found by the function's name in the type namespace.
pub trait ToolDef {
    /// The tool.
    const TOOL: Tool;
}

/// A server's tools, in their order. Made by [`tools!`](crate::tools).
#[derive(Clone, Copy, Debug)]
pub struct Tools {
    pub(crate) list: &'static [Tool],
    pub(crate) json: &'static str,
}

impl Tools {
    /// No tools.
    pub const NONE: Tools = Tools {
        list: &[],
        json: "\"tools\":[]",
    };

    /// The tools and the member `tools` of the answer to `tools/list`. A name that occurs twice does not compile.
    pub const fn new(list: &'static [Tool], json: &'static [u8]) -> Tools {
        let mut i = 0;
        while i < list.len() {
            let mut j = 0;
            while j < i {
                assert!(!same(list[i].name, list[j].name), "two tools have one name");
                j += 1;
            }
            i += 1;
        }
        match std::str::from_utf8(json) {
            Ok(json) => Tools { list, json },
            Err(_) => panic!("pieces of text are text"),
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&'static Tool> {
        self.list.iter().find(|tool| tool.name == name)
    }
}

pub(crate) const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// The tools of a server, in the order in which `tools/list` names them: `tools![noop, text::echo]`.
#[macro_export]
macro_rules! tools {
    ($($tool:ty),* $(,)?) => {{
        const LIST: &[$crate::hidden::Tool] = &[$(<$tool as $crate::hidden::ToolDef>::TOOL),*];
        const PIECES: &[$crate::hidden::Piece] = &[
            $crate::hidden::Piece::Text("\"tools\":["),
            $(
                $crate::hidden::Piece::Member(""),
                $crate::hidden::Piece::Nest(<$tool as $crate::hidden::ToolDef>::TOOL.entry),
            )*
            $crate::hidden::Piece::Text("]"),
        ];
        static JSON: [u8; $crate::hidden::length(PIECES)] = $crate::hidden::render(PIECES);
        $crate::hidden::Tools::new(LIST, &JSON)
    }};
}
