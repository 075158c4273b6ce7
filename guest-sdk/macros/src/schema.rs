//! `#[derive(Schema)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Data, DeriveInput, Expr, Fields, LitStr, Token, Type, meta::ParseNestedMeta,
    parenthesized, parse_quote, spanned::Spanned as _,
};

use crate::{
    case, docs, json,
    limits::{self, Limits},
};

/// What `serde`'s attributes say about an item.
#[derive(Default)]
struct Serde {
    rename: Option<String>,
    rename_all: Option<String>,
    default: bool,
    skip: bool,
    skip_if: bool,
    untagged: bool,
    transparent: bool,
}

impl Serde {
    fn read(attributes: &[Attribute]) -> syn::Result<Serde> {
        let mut serde = Serde::default();
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("serde"))
        {
            attribute.parse_nested_meta(|meta| serde.item(&meta))?;
        }
        Ok(serde)
    }

    fn item(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        if meta.input.peek(syn::token::Paren) {
            // Different names for the two directions: a schema has one name only, and the item's own is as good as any.
            let inner;
            parenthesized!(inner in meta.input);
            inner.parse::<TokenStream>()?;
            return Ok(());
        }
        let key = meta
            .path
            .get_ident()
            .map(ToString::to_string)
            .unwrap_or_default();
        if key == "flatten" || key == "tag" {
            return Err(meta.error(
                "a schema of this cannot be derived; write it by hand with #[schema(raw = …)]",
            ));
        }
        if meta.input.peek(Token![=]) {
            let value: Expr = meta.value()?.parse()?;
            let text = || match &value {
                Expr::Lit(literal) => syn::parse2::<LitStr>(quote!(#literal))
                    .ok()
                    .map(|text| text.value()),
                _ => None,
            };
            match key.as_str() {
                "rename" => self.rename = text(),
                "rename_all" => self.rename_all = text(),
                "default" => self.default = true,
                "skip_serializing_if" => self.skip_if = true,
                _ => {}
            }
            return Ok(());
        }
        match key.as_str() {
            "default" => self.default = true,
            "skip" => self.skip = true,
            "untagged" => self.untagged = true,
            "transparent" => self.transparent = true,
            _ => {}
        }
        Ok(())
    }

    fn name(&self, item: &Serde, own: &str) -> String {
        if let Some(name) = &item.rename {
            return name.clone();
        }
        let renamed = self
            .rename_all
            .as_ref()
            .and_then(|rule| case::rename(rule, own));
        renamed.unwrap_or_else(|| own.to_owned())
    }
}

/// Expands `#[derive(Schema)]`.
pub fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let mut input: DeriveInput = syn::parse2(item)?;
    let container = Serde::read(&input.attrs)?;
    let by_hand = Limits::read(&input.attrs, "schema")?.raw;
    let mut same_as: Option<Type> = None;
    let members = match (&by_hand, &input.data) {
        (Some(raw), _) => {
            let members = raw
                .trim()
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            let Some(members) = members else {
                return Err(syn::Error::new(
                    input.ident.span(),
                    "a schema by hand is a JSON object; write it with its braces",
                ));
            };
            quote!(&[::wasmmcp::hidden::Piece::Member(#members)])
        }
        (None, Data::Struct(data)) => match &data.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                let inner = &fields.unnamed[0].ty;
                same_as = Some(inner.clone());
                quote!(<#inner as ::wasmmcp::hidden::Schema>::MEMBERS)
            }
            Fields::Named(fields) if container.transparent && fields.named.len() == 1 => {
                let inner = &fields.named[0].ty;
                same_as = Some(inner.clone());
                quote!(<#inner as ::wasmmcp::hidden::Schema>::MEMBERS)
            }
            fields => object(&container, fields)?,
        },
        (None, Data::Enum(data)) if container.untagged => alternatives(data)?,
        (None, Data::Enum(data)) => names(&container, data)?,
        (None, Data::Union(_)) => {
            return Err(syn::Error::new(
                input.ident.span(),
                "a union has no schema; use an enum",
            ));
        }
    };
    let description = match (docs::text(&input.attrs), &same_as) {
        (Some(text), _) => {
            let member = json::member("description", &text);
            quote!(::core::option::Option::Some(#member))
        }
        (None, Some(inner)) => quote!(<#inner as ::wasmmcp::hidden::Schema>::DESCRIPTION),
        (None, None) => quote!(::core::option::Option::None),
    };
    let inherited = same_as.map(|inner| {
        quote! {
            const NULLABLE: &'static [::wasmmcp::hidden::Piece] = <#inner as ::wasmmcp::hidden::Schema>::NULLABLE;
            const MINIMUM: ::core::option::Option<&'static str> = <#inner as ::wasmmcp::hidden::Schema>::MINIMUM;
            const OPTIONAL: bool = <#inner as ::wasmmcp::hidden::Schema>::OPTIONAL;
        }
    });
    for parameter in input.generics.type_params_mut() {
        parameter
            .bounds
            .push(parse_quote!(::wasmmcp::hidden::Schema));
    }
    let (generics, arguments, clause) = input.generics.split_for_impl();
    let ident = &input.ident;
    Ok(quote! {
        impl #generics ::wasmmcp::hidden::Schema for #ident #arguments #clause {
            const MEMBERS: &'static [::wasmmcp::hidden::Piece] = #members;
            const DESCRIPTION: ::core::option::Option<&'static str> = #description;
            #inherited
        }
    })
}

fn object(container: &Serde, fields: &Fields) -> syn::Result<TokenStream> {
    let mut properties = Vec::new();
    let (mut names, mut optional) = (Vec::new(), Vec::new());
    for field in fields {
        let Some(ident) = &field.ident else {
            return Err(syn::Error::new(
                field.span(),
                "a tuple has no schema; name the fields",
            ));
        };
        let serde = Serde::read(&field.attrs)?;
        if serde.skip {
            continue;
        }
        let limits = Limits::read(&field.attrs, "schema")?;
        let name = container.name(&serde, ident.to_string().trim_start_matches("r#"));
        let kind = &field.ty;
        // What is left out when it is empty is never null.
        let pieces = if serde.skip_if {
            quote!(<#kind as ::wasmmcp::hidden::Schema>::MEMBERS)
        } else {
            quote!(<#kind as ::wasmmcp::hidden::Schema>::NULLABLE)
        };
        properties.push(limits.property(&name, kind, pieces));
        let may_miss = serde.skip_if || serde.default || container.default;
        let by_hand = limits.raw.is_some();
        names.push(name);
        optional.push(match (may_miss, by_hand) {
            (true, _) => quote!(true),
            (false, true) => quote!(false),
            (false, false) => quote!(<#kind as ::wasmmcp::hidden::Schema>::OPTIONAL),
        });
    }
    let required = limits::required(&names, &optional);
    Ok(quote! {
        &[
            ::wasmmcp::hidden::Piece::Member("\"type\":\"object\",\"properties\":{"),
            #(#properties)*
            ::wasmmcp::hidden::Piece::Text("}"),
            #required
        ]
    })
}

fn names(container: &Serde, data: &syn::DataEnum) -> syn::Result<TokenStream> {
    let mut names = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(syn::Error::new(
                variant.span(),
                "a variant with fields has no derived schema; use #[serde(untagged)] or write it with #[schema(raw = …)]",
            ));
        }
        let serde = Serde::read(&variant.attrs)?;
        if !serde.skip {
            names.push(json::string(
                &container.name(&serde, &variant.ident.to_string()),
            ));
        }
    }
    let member = format!("\"type\":\"string\",\"enum\":[{}]", names.join(","));
    Ok(quote!(&[::wasmmcp::hidden::Piece::Member(#member)]))
}

fn alternatives(data: &syn::DataEnum) -> syn::Result<TokenStream> {
    let mut kinds = Vec::new();
    for variant in &data.variants {
        match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                kinds.push(&fields.unnamed[0].ty)
            }
            _ => {
                return Err(syn::Error::new(
                    variant.span(),
                    "an untagged variant holds one value; give it one type",
                ));
            }
        }
    }
    Ok(quote! {
        &[
            ::wasmmcp::hidden::Piece::Member("\"anyOf\":["),
            #(
                ::wasmmcp::hidden::Piece::Member("{"),
                ::wasmmcp::hidden::Piece::Nest(<#kinds as ::wasmmcp::hidden::Schema>::MEMBERS),
                ::wasmmcp::hidden::Piece::Text("}"),
            )*
            ::wasmmcp::hidden::Piece::Text("]"),
        ]
    })
}
