//! `#[tool]`, `#[prompt]`, `#[resource]` and `#[derive(Schema)]`: schemas and list entries become constants while the program is compiled.

mod attributes;
mod case;
mod docs;
mod function;
mod json;
mod limits;
mod prompt;
mod resource;
mod schema;
mod tool;

use proc_macro::TokenStream;

/// Makes a tool of a function.
///
/// The doc comment is the description; doc comments on parameters describe the arguments, `#[arg(…)]` limits them.
/// Attributes: `title`, `name`, `read_only`, `destructive`, `non_destructive`, `idempotent`, `non_idempotent`,
/// `open_world`, `closed_world`, `icons` and `meta` (JSON text), `input_schema` (JSON text in place of the schema that the
/// parameters make; they are still what is read).
#[proc_macro_attribute]
pub fn tool(attributes: TokenStream, item: TokenStream) -> TokenStream {
    finish(tool::expand(attributes.into(), item.into()))
}

/// Makes a prompt of a function. Attributes: `title`, `name`.
#[proc_macro_attribute]
pub fn prompt(attributes: TokenStream, item: TokenStream) -> TokenStream {
    finish(prompt::expand(attributes.into(), item.into()))
}

/// Makes a resource of a function. Attributes: `uri` or `template`, `name`, `title`, `mime`, `annotations` (JSON text).
#[proc_macro_attribute]
pub fn resource(attributes: TokenStream, item: TokenStream) -> TokenStream {
    finish(resource::expand(attributes.into(), item.into()))
}

/// Derives a constant JSON Schema (2020-12). `serde`'s `rename`, `rename_all`, `default`, `skip`, `skip_serializing_if`
/// and `untagged` are honoured; `#[schema(…)]` takes what `#[arg(…)]` takes, but for `default`.
#[proc_macro_derive(Schema, attributes(schema, serde))]
pub fn derive_schema(item: TokenStream) -> TokenStream {
    finish(schema::expand(item.into()))
}

fn finish(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
