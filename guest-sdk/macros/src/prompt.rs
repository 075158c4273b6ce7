//! `#[prompt]`.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{attributes, function::Function, json};

/// Expands `#[prompt]`.
pub fn expand(attributes: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let [name, title] = attributes::texts(attributes, ["name", "title"], |meta| {
        Err(meta.error("unknown attribute; use name or title"))
    })?;
    let function = Function::read(item)?;
    let name = name.unwrap_or_else(|| function.name());
    let head = function.naming(&name, title.as_deref());
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
    let ident = function.ident();
    let make = function.handler(
        "make",
        quote!(out: &mut ::std::vec::Vec<u8>,),
        quote!(()),
        quote!(::wasmmcp::hidden::write_prompt(returned, out)),
    );
    Ok(function.with_definition(
        "prompt",
        quote! {
            impl ::wasmmcp::hidden::PromptDef for #ident {
                const PROMPT: ::wasmmcp::hidden::PromptEntry = {
                    #make
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
