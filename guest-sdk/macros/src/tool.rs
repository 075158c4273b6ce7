//! `#[tool]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{meta::ParseNestedMeta, spanned::Spanned as _};

use crate::{attributes, function::Function, json, limits};

/// What a client is told of a tool's effects: our word, the wire's, and its value.
const HINTS: [(&str, &str, bool); 8] = [
    ("read_only", "readOnlyHint", true),
    ("writes", "readOnlyHint", false),
    ("destructive", "destructiveHint", true),
    ("non_destructive", "destructiveHint", false),
    ("idempotent", "idempotentHint", true),
    ("non_idempotent", "idempotentHint", false),
    ("open_world", "openWorldHint", true),
    ("closed_world", "openWorldHint", false),
];

type Hints = Vec<(&'static str, bool)>;

fn hint(hints: &mut Hints, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.path.get_ident().is_none() {
        return Err(meta.error("unknown attribute; use a single word"));
    }
    let known = HINTS.iter().find(|(word, ..)| meta.path.is_ident(word));
    let Some(&(_, hint, value)) = known else {
        return Err(meta.error(
            "unknown attribute; use name, title, icons, meta, input_schema, read_only, writes, destructive, non_destructive, \
             idempotent, non_idempotent, open_world or closed_world",
        ));
    };
    if hints.iter().any(|(earlier, _)| *earlier == hint) {
        return Err(meta.error("this hint is given twice; keep one"));
    }
    hints.push((hint, value));
    Ok(())
}

/// Expands `#[tool]`.
pub fn expand(attributes: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut hints = Hints::new();
    let keys = ["name", "title", "icons", "meta", "input_schema"];
    let texts = attributes::texts(attributes, keys, |meta| hint(&mut hints, meta))?;
    let [name, title, icons, meta, by_hand] = texts;
    let function = Function::read(item)?;
    let name = name.unwrap_or_else(|| function.name());
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
    let mut head = function.naming(&name, title.as_deref());
    head.extend(icons.map(|icons| format!("\"icons\":{}", json::one_line(&icons))));
    let mut tail = Vec::new();
    if !hints.is_empty() {
        let members = hints
            .iter()
            .map(|(hint, value)| format!("\"{hint}\":{value}"));
        let members: Vec<String> = members.collect();
        tail.push(format!("\"annotations\":{{{}}}", members.join(",")));
    }
    tail.extend(meta.map(|meta| format!("\"_meta\":{}", json::one_line(&meta))));
    let entry = entry(&function, &head, &tail, by_hand.as_deref());
    let ident = function.ident();
    let headers = function.arguments.iter().filter_map(|argument| {
        let (header, name) = (argument.limits.header.as_ref()?, &argument.name);
        Some(quote!((#header, #name)))
    });
    let call = function.handler(
        "call",
        quote!(sink: &mut ::wasmmcp::hidden::Sink<'_>,),
        quote!(()),
        quote!(::wasmmcp::hidden::IntoToolResult::write(returned, sink)),
    );
    Ok(function.with_definition(
        "tool",
        quote! {
            impl ::wasmmcp::hidden::ToolDef for #ident {
                const TOOL: ::wasmmcp::hidden::Tool = {
                    #call
                    ::wasmmcp::hidden::Tool { name: #name, entry: #entry, call, headers: &[#(#headers),*] }
                };
            }
        },
    ))
}

fn entry(
    function: &Function,
    head: &[String],
    tail: &[String],
    by_hand: Option<&str>,
) -> TokenStream {
    let input = match by_hand {
        Some(schema) => {
            let member = format!("\"inputSchema\":{}", json::one_line(schema));
            quote!(::wasmmcp::hidden::Piece::Member(#member),)
        }
        None => input(function),
    };
    let output = &function.output;
    let thirds = [0_usize, 1, 2];
    quote! {
        &[
            ::wasmmcp::hidden::Piece::Text("{"),
            #(::wasmmcp::hidden::Piece::Member(#head),)*
            #input
            #(::wasmmcp::hidden::output(<#output as ::wasmmcp::hidden::IntoToolResult>::OUTPUT)[#thirds],)*
            #(::wasmmcp::hidden::Piece::Member(#tail),)*
            ::wasmmcp::hidden::Piece::Text("}"),
        ]
    }
}

/// The pieces of the schema that the parameters make.
fn input(function: &Function) -> TokenStream {
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
    quote! {
        ::wasmmcp::hidden::Piece::Member("\"inputSchema\":{\"type\":\"object\",\"properties\":{"),
        #(#properties)*
        ::wasmmcp::hidden::Piece::Text("}"),
        #required
        ::wasmmcp::hidden::Piece::Text("}"),
    }
}
