//! `#[arg(…)]` and `#[schema(…)]`: what limits and describes one value.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, LitStr, Type, meta::ParseNestedMeta};

use crate::{docs, json};

/// What an attribute says about one value.
#[derive(Default)]
pub struct Limits {
    /// The name on the wire.
    pub name: Option<String>,
    /// The description, from the attribute or the doc comment.
    pub description: Option<String>,
    /// What stands in for a missing argument.
    pub default: Option<Expr>,
    /// The header that mirrors the argument, behind `Mcp-Param-`.
    pub header: Option<String>,
    /// The whole schema by hand.
    pub raw: Option<String>,
    /// Members of the schema as JSON text.
    members: Vec<String>,
    /// Limits that are enforced: whether the lower one, and the number.
    pub bounds: Vec<(bool, Expr)>,
    minimum: bool,
}

impl Limits {
    /// Reads the attributes of that name, and the doc comments.
    pub fn read(attributes: &[Attribute], name: &str) -> syn::Result<Limits> {
        let mut limits = Limits::default();
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident(name))
        {
            attribute.parse_nested_meta(|meta| limits.item(&meta))?;
        }
        if limits.description.is_none() {
            limits.description = docs::text(attributes);
        }
        Ok(limits)
    }

    fn item(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let Some(key) = meta.path.get_ident().map(ToString::to_string) else {
            return Err(meta.error("unknown limit; use a single word"));
        };
        let text = || Ok::<String, syn::Error>(meta.value()?.parse::<LitStr>()?.value());
        match key.as_str() {
            "name" => self.name = Some(text()?),
            "description" => self.description = Some(text()?),
            "header" => self.header = Some(text()?),
            "raw" => self.raw = Some(json::one_line(&text()?)),
            "default" => self.default = Some(meta.value()?.parse()?),
            "pattern" | "format" => {
                let text = text()?;
                self.members.push(json::member(&key, &text));
            }
            "minimum" => self.bound(meta, "minimum", Some(true))?,
            "maximum" => self.bound(meta, "maximum", Some(false))?,
            "exclusive_minimum" => self.bound(meta, "exclusiveMinimum", None)?,
            "exclusive_maximum" => self.bound(meta, "exclusiveMaximum", None)?,
            "multiple_of" => self.bound(meta, "multipleOf", None)?,
            "min_items" => self.bound(meta, "minItems", Some(true))?,
            "max_items" => self.bound(meta, "maxItems", Some(false))?,
            "min_length" => self.bound(meta, "minLength", Some(true))?,
            "max_length" => self.bound(meta, "maxLength", Some(false))?,
            _ => return Err(meta.error("unknown limit; see #[arg] in the crate's documentation")),
        }
        Ok(())
    }

    fn bound(
        &mut self,
        meta: &ParseNestedMeta<'_>,
        key: &str,
        lower: Option<bool>,
    ) -> syn::Result<()> {
        let value: Expr = meta.value()?.parse()?;
        let Some(number) = json::literal(&value) else {
            return Err(meta.error("a limit is a number; write it out"));
        };
        self.minimum |= key == "minimum" || key == "exclusiveMinimum";
        self.members.push(format!("\"{key}\":{number}"));
        if let Some(lower) = lower {
            self.bounds.push((lower, value));
        }
        Ok(())
    }

    /// The pieces of `"name": {schema}` for a value of type `kind`; `pieces` names the members' constant.
    pub fn property(&self, name: &str, kind: &Type, pieces: TokenStream) -> TokenStream {
        let open = format!("{}:{{", json::string(name));
        if let Some(raw) = &self.raw {
            let member = format!("{}:{raw}", json::string(name));
            return quote!(::wasmmcp::hidden::Piece::Member(#member),);
        }
        let minimum = if self.minimum {
            quote!()
        } else {
            quote!(::wasmmcp::hidden::member(<#kind as ::wasmmcp::hidden::Schema>::MINIMUM),)
        };
        let description = match &self.description {
            Some(text) => {
                let member = json::member("description", text);
                quote!(::wasmmcp::hidden::Piece::Member(#member),)
            }
            None => {
                quote!(::wasmmcp::hidden::member(<#kind as ::wasmmcp::hidden::Schema>::DESCRIPTION),)
            }
        };
        let mut members = self.members.clone();
        if let Some(default) = self.default.as_ref().and_then(json::literal) {
            members.push(format!("\"default\":{default}"));
        }
        if let Some(header) = &self.header {
            members.push(json::member("x-mcp-header", header));
        }
        quote! {
            ::wasmmcp::hidden::Piece::Member(#open),
            ::wasmmcp::hidden::Piece::Nest(#pieces),
            #minimum
            #description
            #(::wasmmcp::hidden::Piece::Member(#members),)*
            ::wasmmcp::hidden::Piece::Text("}"),
        }
    }
}

/// The pieces of the member `required`, or nothing where nothing is: names and whether each may be missing.
pub fn required(names: &[String], optional: &[TokenStream]) -> TokenStream {
    let names = names.iter().map(|name| json::string(name));
    quote! {
        ::wasmmcp::hidden::nest_if(::wasmmcp::hidden::any(&[#(!#optional),*]), &[
            ::wasmmcp::hidden::Piece::Member("\"required\":["),
            #(::wasmmcp::hidden::nest_if(!#optional, &[::wasmmcp::hidden::Piece::Member(#names)]),)*
            ::wasmmcp::hidden::Piece::Text("]"),
        ]),
    }
}
