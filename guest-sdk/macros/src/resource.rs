//! `#[resource]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned as _;

use crate::{attributes, function::Function, json};

/// Expands `#[resource]`.
pub fn expand(attributes: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let keys = ["uri", "template", "name", "title", "mime", "annotations"];
    let values = attributes::texts(attributes, keys, |meta| {
        Err(meta.error("unknown attribute; use uri or template, name, title, mime, annotations"))
    })?;
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
    let name = name.unwrap_or_else(|| function.name());
    let mut head = vec![json::member(key, &address)];
    head.extend(function.naming(&name, title.as_deref()));
    head.extend(mime.as_ref().map(|mime| json::member("mimeType", mime)));
    head.extend(
        annotations.map(|annotations| format!("\"annotations\":{}", json::one_line(&annotations))),
    );
    let mime = mime.unwrap_or_default();
    let ident = function.ident();
    let read = function.handler(
        "read",
        quote!(),
        quote!(::wasmmcp::hidden::Contents),
        quote!(::wasmmcp::hidden::IntoContents::into_contents(returned)),
    );
    Ok(function.with_definition(
        "resource",
        quote! {
            impl ::wasmmcp::hidden::ResourceDef for #ident {
                const RESOURCE: ::wasmmcp::hidden::ResourceEntry = {
                    #read
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
