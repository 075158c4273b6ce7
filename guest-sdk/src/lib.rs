#![doc = include_str!("../README.md")]

extern crate self as wasmmcp;

mod any;
mod args;
mod arguments;
mod ask;
mod clock;
mod completion;
mod content;
mod context;
pub mod engine;
mod error;
mod export;
pub mod http;
pub mod link;
#[cfg(feature = "outgoing")]
pub mod outgoing;
mod prompt;
mod repeated;
mod resource;
mod result;
mod schema;
mod server;
mod state;
pub mod stdio;
mod tool;

#[cfg(not(target_arch = "wasm32"))]
pub mod native;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use any::Any;
pub use args::args;
pub use arguments::{Arguments, Bounded};
pub use ask::{Ask, Question};
pub use completion::{Complete, Completion};
pub use content::Content;
pub use context::{Context, Level};
pub use error::ToolError;
pub use prompt::{IntoPrompt, Prompt, PromptMessage, Prompts};
pub use repeated::Repeated;
pub use resource::{Contents, IntoContents, Resources};
pub use result::{IntoToolResult, Json, Sink, ToolResult};
pub use schema::{Piece, Schema};
pub use server::{Icon, Server};
pub use tool::{Tool, Tools};
pub use wasmmcp_macros::{Schema, prompt, resource, tool};

/// What a server's source imports.
pub mod prelude {
    pub use serde::{Deserialize, Serialize};

    pub use crate::{
        Content, Context, Json, Level, Prompt, PromptMessage, Schema, Server, ToolError,
        ToolResult, prompt, prompts, resource, resources, tool, tools,
    };
}

/// What the macros generate refers to; not for use by hand.
#[doc(hidden)]
pub mod hidden {
    #[cfg(target_arch = "wasm32")]
    pub use wasip2;

    pub use crate::{
        arguments::{Arguments, Bounded},
        context::Context,
        error::ToolError,
        prompt::{PromptDef, PromptEntry, Prompts, write as write_prompt},
        resource::{Contents, IntoContents, ResourceDef, ResourceEntry, Resources},
        result::{IntoToolResult, Sink},
        schema::{Piece, Schema, any, length, member, nest_if, output, render},
        tool::{Tool, ToolDef, Tools},
    };
}
