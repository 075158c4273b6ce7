//! `#[tool]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{LitStr, meta::ParseNestedMeta, parse::Parser as _, spanned::Spanned as _};

use crate::{function::Function, json, limits};

#[derive(Default)]
struct Attributes {
    name: Option<String>,
    title: Option<String>,
    icons: Option<String>,
    meta: Option<String>,
    hints: Vec<String>,
}

impl Attributes {
    fn item(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let Some(key) = meta.path.get_ident().map(ToString::to_string) else {
            return Err(meta.error("unknown attribute; use a single word"));
        };
        let text = || Ok::<_, syn::Error>(Some(meta.value()?.parse::<LitStr>()?.value()));
        let (hint, value) = match key.as_str() {
            "name" => return text().map(|text| self.name = text),
            "title" => return text().map(|text| self.title = text),
            "icons" => return text().map(|text| self.icons = text.as_deref().map(json::one_line)),
            "meta" => return text().map(|text| self.meta = text.as_deref().map(json::one_line)),
            "read_only" => ("readOnlyHint", true),
            "writes" => ("readOnlyHint", false),
            "destructive" => ("destructiveHint", true),
            "non_destructive" => ("destructiveHint", false),
            "idempotent" => ("idempotentHint", true),
            "non_idempotent" => ("idempotentHint", false),
            "open_world" => ("openWorldHint", true),
            "closed_world" => ("openWorldHint", false),
            _ => {
                return Err(meta.error(
                    "unknown attribute; use name, title, icons, meta, read_only, writes, destructive, non_destructive, \
                     idempotent, non_idempotent, open_world or closed_world",
                ));
            }
        };
        if self.hints.iter().any(|earlier| earlier.contains(hint)) {
            return Err(meta.error("this hint is given twice; keep one"));
        }
        self.hints.push(format!("\"{hint}\":{value}"));
        Ok(())
    }
}

/// Expands `#[tool]`.
pub fn expand(attributes: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut own = Attributes::default();
    syn::meta::parser(|meta| own.item(&meta)).parse2(attributes)?;
    let function = Function::read(item)?;
    let name = own.name.clone().unwrap_or_else(|| function.name());
    let legal = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    if name.is_empty() || name.len() > 128 || !name.chars().all(legal) {
        return Err(syn::Error::new(
            function.ident().span(),
            "a tool's name has 1 to 128 letters, digits, _ - . only; rename it",
        ));
    }
    if function.description.is_none() {
        return Err(syn::Error::new(
            function.item.sig.span(),
            "a tool needs a doc comment: a model chooses by it; write one",
        ));
    }
    let entry = entry(&function, &own, &name);
    let (ident, reading, calling) = (function.ident(), function.reading(), function.calling());
    let headers = function.arguments.iter().filter_map(|argument| {
        let (header, name) = (argument.limits.header.as_ref()?, &argument.name);
        Some(quote!((#header, #name)))
    });
    Ok(function.with_definition(
        "tool",
        quote! {
            impl ::wasmmcp::hidden::ToolDef for #ident {
                const TOOL: ::wasmmcp::hidden::Tool = {
                    fn call(
                        cx: &mut ::wasmmcp::hidden::Context<'_>,
                        arguments: ::wasmmcp::hidden::Arguments<'_>,
                        sink: &mut ::wasmmcp::hidden::Sink<'_>,
                    ) -> ::core::result::Result<(), ::wasmmcp::hidden::ToolError> {
                        let _ = &arguments;
                        #reading
                        cx.tool_starts();
                        let returned = #calling;
                        cx.tool_ends();
                        ::wasmmcp::hidden::IntoToolResult::write(returned, sink)
                    }
                    ::wasmmcp::hidden::Tool { name: #name, entry: #entry, call, headers: &[#(#headers),*] }
                };
            }
        },
    ))
}

fn entry(function: &Function, own: &Attributes, name: &str) -> TokenStream {
    let mut head = vec![json::member("name", name)];
    head.extend(own.title.as_ref().map(|title| json::member("title", title)));
    head.extend(
        function
            .description
            .as_ref()
            .map(|text| json::member("description", text)),
    );
    head.extend(own.icons.as_ref().map(|icons| format!("\"icons\":{icons}")));
    let properties = function.arguments.iter().map(|argument| {
        let kind = &argument.kind;
        argument.limits.property(
            &argument.name,
            kind,
            quote!(<#kind as ::wasmmcp::hidden::Schema>::MEMBERS),
        )
    });
    let demanded = function
        .arguments
        .iter()
        .filter(|argument| argument.limits.default.is_none());
    let (names, optional): (Vec<String>, Vec<TokenStream>) = demanded
        .map(|argument| {
            let kind = &argument.kind;
            (
                argument.name.clone(),
                quote!(<#kind as ::wasmmcp::hidden::Schema>::OPTIONAL),
            )
        })
        .unzip();
    let required = limits::required(&names, &optional);
    let mut tail = Vec::new();
    if !own.hints.is_empty() {
        tail.push(format!("\"annotations\":{{{}}}", own.hints.join(",")));
    }
    tail.extend(own.meta.as_ref().map(|meta| format!("\"_meta\":{meta}")));
    let output = &function.output;
    let thirds = [0_usize, 1, 2];
    quote! {
        &[
            ::wasmmcp::hidden::Piece::Text("{"),
            #(::wasmmcp::hidden::Piece::Member(#head),)*
            ::wasmmcp::hidden::Piece::Member("\"inputSchema\":{\"type\":\"object\",\"properties\":{"),
            #(#properties)*
            ::wasmmcp::hidden::Piece::Text("}"),
            #required
            ::wasmmcp::hidden::Piece::Text("}"),
            #(::wasmmcp::hidden::output(<#output as ::wasmmcp::hidden::IntoToolResult>::OUTPUT)[#thirds],)*
            #(::wasmmcp::hidden::Piece::Member(#tail),)*
            ::wasmmcp::hidden::Piece::Text("}"),
        ]
    }
}
