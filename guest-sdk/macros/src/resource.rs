//! `#[resource]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{LitStr, parse::Parser as _, spanned::Spanned as _};

use crate::{function::Function, json};

/// Expands `#[resource]`.
pub fn expand(attributes: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    const KEYS: [&str; 6] = ["uri", "template", "name", "title", "mime", "annotations"];
    let mut values: [Option<String>; 6] = Default::default();
    syn::meta::parser(|meta| {
        let Some(index) = KEYS.iter().position(|key| meta.path.is_ident(key)) else {
            return Err(meta
                .error("unknown attribute; use uri or template, name, title, mime, annotations"));
        };
        values[index] = Some(meta.value()?.parse::<LitStr>()?.value());
        Ok(())
    })
    .parse2(attributes)?;
    let [uri, template, name, title, mime, annotations] = values;
    let function = Function::read(item)?;
    let (is_template, key, address) = match (uri, template) {
        (Some(uri), None) => (false, "uri", uri),
        (None, Some(template)) => (true, "uriTemplate", template),
        _ => {
            return Err(syn::Error::new(
                function.item.sig.span(),
                "a resource has an address; give one of uri and template",
            ));
        }
    };
    for argument in &function.arguments {
        let variables = [
            format!("{{{}}}", argument.name),
            format!("{{+{}}}", argument.name),
        ];
        if !variables.iter().any(|variable| address.contains(variable)) {
            let message = format!(
                "`{}` is no variable of the template; write {{{}}} there",
                argument.name, argument.name
            );
            return Err(syn::Error::new(function.item.sig.span(), message));
        }
    }
    let mut head = vec![
        json::member(key, &address),
        json::member("name", &name.unwrap_or_else(|| function.name())),
    ];
    head.extend(title.map(|title| json::member("title", &title)));
    head.extend(
        function
            .description
            .as_ref()
            .map(|text| json::member("description", text)),
    );
    head.extend(mime.as_ref().map(|mime| json::member("mimeType", mime)));
    head.extend(
        annotations.map(|annotations| format!("\"annotations\":{}", json::one_line(&annotations))),
    );
    let mime = mime.unwrap_or_default();
    let (ident, reading, calling) = (function.ident(), function.reading(), function.calling());
    Ok(function.with_definition(
        "resource",
        quote! {
            impl ::wasmmcp::hidden::ResourceDef for #ident {
                const RESOURCE: ::wasmmcp::hidden::ResourceEntry = {
                    fn read(
                        cx: &mut ::wasmmcp::hidden::Context<'_>,
                        arguments: ::wasmmcp::hidden::Arguments<'_>,
                    ) -> ::core::result::Result<::wasmmcp::hidden::Contents, ::wasmmcp::hidden::ToolError> {
                        let _ = &arguments;
                        #reading
                        cx.tool_starts();
                        let returned = #calling;
                        cx.tool_ends();
                        ::wasmmcp::hidden::IntoContents::into_contents(returned)
                    }
                    ::wasmmcp::hidden::ResourceEntry {
                        uri: #address,
                        template: #is_template,
                        mime: #mime,
                        entry: &[
                            ::wasmmcp::hidden::Piece::Text("{"),
                            #(::wasmmcp::hidden::Piece::Member(#head),)*
                            ::wasmmcp::hidden::Piece::Text("}"),
                        ],
                        read,
                    }
                };
            }
        },
    ))
}
