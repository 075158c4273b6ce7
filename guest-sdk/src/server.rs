//! A server as a constant: nothing is built when it starts.

use std::borrow::Cow;

use mcp_wire::json;

use crate::{
    completion::Complete,
    content::{member, name},
    prompt::Prompts,
    resource::Resources,
    tool::Tools,
};

/// An MCP server: its names and what it offers.
#[derive(Clone, Copy, Debug)]
pub struct Server {
    pub(crate) name: &'static str,
    version: &'static str,
    title: Option<&'static str>,
    description: Option<&'static str>,
    website: Option<&'static str>,
    icons: &'static [Icon],
    instructions: Option<&'static str>,
    list_changed: bool,
    pub(crate) tools: Tools,
    listed: Option<fn(&'static str) -> Cow<'static, str>>,
    pub(crate) prompts: Prompts,
    pub(crate) resources: Resources,
    pub(crate) complete: Option<Complete>,
}

/// A picture that stands for the server.
#[derive(Clone, Copy, Debug)]
pub struct Icon {
    src: &'static str,
    mime: &'static str,
}

impl Icon {
    /// A picture by its address (`https:` or `data:`) and media type.
    pub const fn new(src: &'static str, mime: &'static str) -> Self {
        Icon { src, mime }
    }
}

impl Server {
    /// A server without tools. `name` is also its place on HTTP: `/<name>/mcp`.
    pub const fn new(name: &'static str, version: &'static str) -> Self {
        Server {
            name,
            version,
            title: None,
            description: None,
            website: None,
            icons: &[],
            instructions: None,
            list_changed: false,
            tools: Tools::NONE,
            listed: None,
            prompts: Prompts::NONE,
            resources: Resources::NONE,
            complete: None,
        }
    }

    /// The name for people.
    #[must_use]
    pub const fn title(mut self, title: &'static str) -> Self {
        self.title = Some(title);
        self
    }

    /// What the server is, in a sentence.
    #[must_use]
    pub const fn description(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    /// Where to read more.
    #[must_use]
    pub const fn website(mut self, url: &'static str) -> Self {
        self.website = Some(url);
        self
    }

    /// Pictures that stand for the server.
    #[must_use]
    pub const fn icons(mut self, icons: &'static [Icon]) -> Self {
        self.icons = icons;
        self
    }

    /// How a model should use the server.
    #[must_use]
    pub const fn instructions(mut self, instructions: &'static str) -> Self {
        self.instructions = Some(instructions);
        self
    }

    /// Declares that the server may notify of changed lists (by [`Context::notify`](crate::Context::notify)).
    #[must_use]
    pub const fn list_changed(mut self) -> Self {
        self.list_changed = true;
        self
    }

    /// The tools, by [`tools!`](crate::tools).
    #[must_use]
    pub const fn tools(mut self, tools: Tools) -> Self {
        self.tools = tools;
        self
    }

    /// Has a function fill into the list of tools what only the process knows, such as an argument of its own. It gets the member `tools` as JSON, and gives
    /// it back; the answer must be the same throughout the process, because clients keep it.
    #[must_use]
    pub const fn tools_listed(mut self, fill: fn(&'static str) -> Cow<'static, str>) -> Self {
        self.listed = Some(fill);
        self
    }

    /// The prompts, by [`prompts!`](crate::prompts).
    #[must_use]
    pub const fn prompts(mut self, prompts: Prompts) -> Self {
        self.prompts = prompts;
        self
    }

    /// The resources and templates, by [`resources!`](crate::resources).
    #[must_use]
    pub const fn resources(mut self, resources: Resources) -> Self {
        self.resources = resources;
        self
    }

    /// Who proposes values for arguments of prompts and templates.
    #[must_use]
    pub const fn complete(mut self, complete: Complete) -> Self {
        self.complete = Some(complete);
        self
    }

    /// The member `tools` of the answer to `tools/list`.
    pub(crate) fn list(&self) -> Cow<'static, str> {
        match self.listed {
            Some(fill) => fill(self.tools.json),
            None => Cow::Borrowed(self.tools.json),
        }
    }

    /// Appends the object `serverInfo`.
    pub(crate) fn info(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        member(out, "name", self.name);
        member(out, "version", self.version);
        let rest = [
            ("title", self.title),
            ("description", self.description),
            ("websiteUrl", self.website),
        ];
        for (key, value) in rest {
            if let Some(value) = value {
                member(out, key, value);
            }
        }
        if !self.icons.is_empty() {
            name(out, "icons");
            out.push(b'[');
            for (i, icon) in self.icons.iter().enumerate() {
                out.extend_from_slice(if i > 0 { b",{" } else { b"{" });
                member(out, "src", icon.src);
                member(out, "mimeType", icon.mime);
                out.push(b'}');
            }
            out.push(b']');
        }
        out.push(b'}');
    }

    /// Appends the members `capabilities` and, where there are any, `instructions`.
    pub(crate) fn abilities(&self, stateless: bool, out: &mut Vec<u8>) {
        name(out, "capabilities");
        out.extend_from_slice(b"{\"logging\":{}");
        let changed = if self.list_changed {
            "{\"listChanged\":true}"
        } else {
            "{}"
        };
        let mut offer = |key, value: &str| {
            name(out, key);
            out.extend_from_slice(value.as_bytes());
        };
        // The stateless wire's lists are answered by every server, an empty one too, so each is declared there: a capability says what is
        // answered. A client of the older wire asks for what is declared alone, and is spared the round trips.
        if stateless || !self.tools.list.is_empty() {
            offer("tools", changed);
        }
        if stateless || !self.prompts.list.is_empty() {
            offer("prompts", changed);
        }
        if stateless || !self.resources.list.is_empty() {
            let subscribe = match (stateless, self.list_changed) {
                (true, _) => changed,
                (false, true) => "{\"subscribe\":true,\"listChanged\":true}",
                (false, false) => "{\"subscribe\":true}",
            };
            offer("resources", subscribe);
        }
        if self.complete.is_some() {
            offer("completions", "{}");
        }
        out.push(b'}');
        if let Some(instructions) = self.instructions {
            name(out, "instructions");
            json::string(instructions, out);
        }
    }
}
