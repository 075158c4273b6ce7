//! `#[prompt]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{LitStr, parse::Parser as _};

use crate::{function::Function, json};

/// Expands `#[prompt]`.
pub fn expand(attributes: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let (mut name, mut title) = (None, None);
    syn::meta::parser(|meta| {
        let slot = if meta.path.is_ident("name") {
            &mut name
        } else if meta.path.is_ident("title") {
            &mut title
        } else {
            return Err(meta.error("unknown attribute; use name or title"));
        };
        *slot = Some(meta.value()?.parse::<LitStr>()?.value());
        Ok(())
    })
    .parse2(attributes)?;
    let function = Function::read(item)?;
    let name = name.unwrap_or_else(|| function.name());
    let mut head = vec![json::member("name", &name)];
    head.extend(title.map(|title| json::member("title", &title)));
    head.extend(
        function
            .description
            .as_ref()
            .map(|text| json::member("description", text)),
    );
    let arguments = function.arguments.iter().map(|argument| {
        let mut members = vec![json::member("name", &argument.name)];
        members.extend(argument.limits.description.as_ref().map(|text| json::member("description", text)));
        let open = format!("{{{}", members.join(","));
        let kind = &argument.kind;
        let has_default = argument.limits.default.is_some();
        quote! {
            ::wasmmcp::hidden::Piece::Member(#open),
            ::wasmmcp::hidden::Piece::Member(
                if #has_default || <#kind as ::wasmmcp::hidden::Schema>::OPTIONAL { "\"required\":false}" } else { "\"required\":true}" }
            ),
        }
    });
    let (ident, reading, calling) = (function.ident(), function.reading(), function.calling());
    Ok(function.with_definition(
        "prompt",
        quote! {
            impl ::wasmmcp::hidden::PromptDef for #ident {
                const PROMPT: ::wasmmcp::hidden::PromptEntry = {
                    fn make(
                        cx: &mut ::wasmmcp::hidden::Context<'_>,
                        arguments: ::wasmmcp::hidden::Arguments<'_>,
                        out: &mut ::std::vec::Vec<u8>,
                    ) -> ::core::result::Result<(), ::wasmmcp::hidden::ToolError> {
                        let _ = &arguments;
                        #reading
                        cx.tool_starts();
                        let returned = #calling;
                        cx.tool_ends();
                        ::wasmmcp::hidden::write_prompt(returned, out)
                    }
                    ::wasmmcp::hidden::PromptEntry {
                        name: #name,
                        entry: &[
                            ::wasmmcp::hidden::Piece::Text("{"),
                            #(::wasmmcp::hidden::Piece::Member(#head),)*
                            ::wasmmcp::hidden::Piece::Member("\"arguments\":["),
                            #(#arguments)*
                            ::wasmmcp::hidden::Piece::Text("]}"),
                        ],
                        make,
                    }
                };
            }
        },
    ))
}
