//! Resources: things with an address that a client lists and reads.

use mcp_wire::json::{self, Member, Raw};

use crate::{
    Arguments, Context, ToolError,
    content::{base64, member},
    schema::Piece,
};

/// How a resource is read: gets what the template captured, gives the contents.
pub type Read = fn(&mut Context<'_>, Arguments<'_>) -> Result<Contents, ToolError>;

/// A resource or a template of resources. Made by `#[resource]`.
#[derive(Clone, Copy, Debug)]
pub struct ResourceEntry {
    /// The address, or its template with `{variables}`.
    pub uri: &'static str,
    /// Whether the address is a template.
    pub template: bool,
    /// The media type.
    pub mime: &'static str,
    /// The entry in `resources/list` or `resources/templates/list`.
    pub entry: &'static [Piece],
    /// How it is read.
    pub read: Read,
}

/// What `#[resource]` makes of a function, found by the function's name in the type namespace.
pub trait ResourceDef {
    /// The resource.
    const RESOURCE: ResourceEntry;
}

/// A server's resources and templates, in their order. Made by [`resources!`](crate::resources).
#[derive(Clone, Copy, Debug)]
pub struct Resources {
    pub(crate) list: &'static [ResourceEntry],
    pub(crate) resources: &'static str,
    pub(crate) templates: &'static str,
}

impl Resources {
    /// No resources.
    pub const NONE: Resources = Resources {
        list: &[],
        resources: "\"resources\":[]",
        templates: "\"resourceTemplates\":[]",
    };

    /// The resources, and the members `resources` and `resourceTemplates` of the two lists.
    pub const fn new(
        list: &'static [ResourceEntry],
        resources: &'static [u8],
        templates: &'static [u8],
    ) -> Resources {
        match (
            std::str::from_utf8(resources),
            std::str::from_utf8(templates),
        ) {
            (Ok(resources), Ok(templates)) => Resources {
                list,
                resources,
                templates,
            },
            _ => panic!("pieces of text are text"),
        }
    }

    /// The entry that an address belongs to and what its template captures, as members of an object.
    pub(crate) fn find(
        &self,
        uri: &str,
    ) -> Option<(&'static ResourceEntry, Vec<(String, String)>)> {
        let exact = self
            .list
            .iter()
            .find(|entry| !entry.template && entry.uri == uri);
        if let Some(entry) = exact {
            return Some((entry, Vec::new()));
        }
        let templates = self.list.iter().filter(|entry| entry.template);
        templates
            .into_iter()
            .find_map(|entry| Some((entry, capture(entry.uri, uri)?)))
    }
}

/// The contents of a resource.
#[derive(Clone, Debug)]
pub enum Contents {
    /// Text.
    Text(String),
    /// Bytes, sent as Base64.
    Blob(Vec<u8>),
}

/// What a resource may return.
#[diagnostic::on_unimplemented(
    message = "a resource cannot return `{Self}`",
    note = "return &'static str, String, Vec<u8>, Contents, or a Result of one of them and ToolError"
)]
pub trait IntoContents {
    /// The contents, or why there are none.
    fn into_contents(self) -> Result<Contents, ToolError>;
}

impl IntoContents for Contents {
    fn into_contents(self) -> Result<Contents, ToolError> {
        Ok(self)
    }
}

impl IntoContents for &'static str {
    fn into_contents(self) -> Result<Contents, ToolError> {
        Ok(Contents::Text(self.to_owned()))
    }
}

impl IntoContents for String {
    fn into_contents(self) -> Result<Contents, ToolError> {
        Ok(Contents::Text(self))
    }
}

impl IntoContents for Vec<u8> {
    fn into_contents(self) -> Result<Contents, ToolError> {
        Ok(Contents::Blob(self))
    }
}

impl<T: IntoContents> IntoContents for Result<T, ToolError> {
    fn into_contents(self) -> Result<Contents, ToolError> {
        self?.into_contents()
    }
}

impl Contents {
    /// Appends the member `contents`.
    pub(crate) fn write(&self, uri: &str, mime: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\"contents\":[{");
        member(out, "uri", uri);
        if !mime.is_empty() {
            member(out, "mimeType", mime);
        }
        match self {
            Contents::Text(text) => member(out, "text", text),
            Contents::Blob(bytes) => base64(out, "blob", bytes),
        }
        out.extend_from_slice(b"}]");
    }
}

/// Hands what a template captured to a reader, as if it were a call's arguments.
pub(crate) fn read(
    entry: &ResourceEntry,
    captured: &[(String, String)],
    cx: &mut Context<'_>,
) -> Result<Contents, ToolError> {
    let mut texts = Vec::with_capacity(captured.len());
    for (_, value) in captured {
        let mut text = Vec::new();
        json::string(value, &mut text);
        texts.push(String::from_utf8(text).map_err(ToolError::from_error)?);
    }
    let members: Option<Vec<Member<'_>>> = captured
        .iter()
        .zip(&texts)
        .map(|((key, _), text)| {
            Some(Member {
                key: key.as_str().into(),
                value: Raw::new(text)?,
            })
        })
        .collect();
    let members = members.unwrap_or_default();
    (entry.read)(
        cx,
        Arguments {
            tool: entry.uri,
            members: &members,
        },
    )
}

/// Matches an address against a template: `{name}` takes one segment, `{+name}` the rest; both percent-decoded.
fn capture(template: &str, uri: &str) -> Option<Vec<(String, String)>> {
    let mut captured = Vec::new();
    let (mut template, mut uri) = (template, uri);
    loop {
        let Some(open) = template.find('{') else {
            return (template == uri).then_some(captured);
        };
        uri = uri.strip_prefix(&template[..open])?;
        let close = open + template[open..].find('}')?;
        let variable = &template[open + 1..close];
        template = &template[close + 1..];
        let (variable, greedy) = match variable.strip_prefix('+') {
            Some(variable) => (variable, true),
            None => (variable, false),
        };
        // What follows the variable, up to the next one, ends it.
        let literal = &template[..template.find('{').unwrap_or(template.len())];
        let end = if literal.is_empty() {
            if greedy {
                uri.len()
            } else {
                uri.find('/').unwrap_or(uri.len())
            }
        } else if greedy {
            last(uri, literal)?
        } else {
            first(uri, literal)?
        };
        let value = &uri[..end];
        if value.is_empty() || (!greedy && value.contains('/')) {
            return None;
        }
        captured.push((variable.to_owned(), percent_decode(value)?));
        uri = &uri[end..];
    }
}

/// Where `part` first stands in `text`. Addresses are short; the general search would weigh 5 kB in a component.
fn first(text: &str, part: &str) -> Option<usize> {
    (0..text.len()).find(|at| text.as_bytes()[*at..].starts_with(part.as_bytes()))
}

fn last(text: &str, part: &str) -> Option<usize> {
    (0..text.len())
        .rev()
        .find(|at| text.as_bytes()[*at..].starts_with(part.as_bytes()))
}

fn percent_decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            out.push(u8::from_str_radix(text.get(at + 1..at + 3)?, 16).ok()?);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    String::from_utf8(out).ok()
}

/// The resources and templates of a server, in the order in which the lists name them.
#[macro_export]
macro_rules! resources {
    ($($resource:ty),* $(,)?) => {{
        const LIST: &[$crate::hidden::ResourceEntry] = &[$(<$resource as $crate::hidden::ResourceDef>::RESOURCE),*];
        const RESOURCES: &[$crate::hidden::Piece] = &[
            $crate::hidden::Piece::Text("\"resources\":["),
            $($crate::hidden::nest_if(
                !<$resource as $crate::hidden::ResourceDef>::RESOURCE.template,
                &[
                    $crate::hidden::Piece::Member(""),
                    $crate::hidden::Piece::Nest(<$resource as $crate::hidden::ResourceDef>::RESOURCE.entry),
                ],
            ),)*
            $crate::hidden::Piece::Text("]"),
        ];
        const TEMPLATES: &[$crate::hidden::Piece] = &[
            $crate::hidden::Piece::Text("\"resourceTemplates\":["),
            $($crate::hidden::nest_if(
                <$resource as $crate::hidden::ResourceDef>::RESOURCE.template,
                &[
                    $crate::hidden::Piece::Member(""),
                    $crate::hidden::Piece::Nest(<$resource as $crate::hidden::ResourceDef>::RESOURCE.entry),
                ],
            ),)*
            $crate::hidden::Piece::Text("]"),
        ];
        static RESOURCES_JSON: [u8; $crate::hidden::length(RESOURCES)] = $crate::hidden::render(RESOURCES);
        static TEMPLATES_JSON: [u8; $crate::hidden::length(TEMPLATES)] = $crate::hidden::render(TEMPLATES);
        $crate::hidden::Resources::new(LIST, &RESOURCES_JSON, &TEMPLATES_JSON)
    }};
}
