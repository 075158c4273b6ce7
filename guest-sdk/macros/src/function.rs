//! What tools, prompts and resources have in common: a function whose parameters are arguments.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{FnArg, Ident, ItemFn, Pat, ReturnType, Type, spanned::Spanned};

use crate::{docs, json, limits::Limits};

/// A function, taken apart.
pub struct Function {
    /// The function without our attributes.
    pub item: ItemFn,
    /// Its doc comment.
    pub description: Option<String>,
    /// Its arguments on the wire.
    pub arguments: Vec<Argument>,
    /// What it returns.
    pub output: Type,
    /// Its parameters in order: the context, or an argument by its index.
    order: Vec<Option<usize>>,
}

/// One parameter that is an argument.
pub struct Argument {
    /// The name on the wire.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// What its attribute says.
    pub limits: Limits,
}

impl Function {
    /// Takes a function apart and cleans it of our attributes.
    pub fn read(item: TokenStream) -> syn::Result<Function> {
        let mut item: ItemFn = syn::parse2(item)?;
        let signature = &mut item.sig;
        if let Some(word) = signature.asyncness.as_ref() {
            return Err(syn::Error::new(
                word.span(),
                "handlers are not async: a component has no runtime; write a plain fn",
            ));
        }
        if !signature.generics.params.is_empty() {
            return Err(syn::Error::new(
                signature.generics.span(),
                "a handler cannot be generic; name the types",
            ));
        }
        let mut arguments = Vec::new();
        let mut order = Vec::new();
        for input in &mut signature.inputs {
            let FnArg::Typed(parameter) = input else {
                return Err(syn::Error::new(
                    input.span(),
                    "a handler has no self; write a plain fn",
                ));
            };
            if is_context(&parameter.ty) {
                order.push(None);
                continue;
            }
            let Pat::Ident(pattern) = parameter.pat.as_ref() else {
                return Err(syn::Error::new(
                    parameter.pat.span(),
                    "an argument needs a name; bind it to one",
                ));
            };
            let limits = Limits::read(&parameter.attrs, "arg")?;
            let name = pattern.ident.to_string();
            let name = limits.name.clone().unwrap_or_else(|| {
                name.trim_start_matches("r#")
                    .trim_start_matches('_')
                    .to_owned()
            });
            parameter
                .attrs
                .retain(|attribute| !attribute.path().is_ident("arg") && !docs::is_doc(attribute));
            order.push(Some(arguments.len()));
            arguments.push(Argument {
                name,
                kind: (*parameter.ty).clone(),
                limits,
            });
        }
        let output = match &signature.output {
            ReturnType::Default => syn::parse_quote!(()),
            ReturnType::Type(_, kind) => (**kind).clone(),
        };
        let description = docs::text(&item.attrs);
        Ok(Function {
            item,
            description,
            arguments,
            output,
            order,
        })
    }

    /// The function's name.
    pub fn ident(&self) -> &Ident {
        &self.item.sig.ident
    }

    /// The function's name as a default for the wire.
    pub fn name(&self) -> String {
        self.ident().to_string().trim_start_matches("r#").to_owned()
    }

    /// The members with which every list entry goes on: name, title, description.
    pub fn naming(&self, name: &str, title: Option<&str>) -> Vec<String> {
        let description = self.description.as_deref();
        let known = [
            ("name", Some(name)),
            ("title", title),
            ("description", description),
        ];
        known
            .into_iter()
            .filter_map(|(key, text)| Some(json::member(key, text?)))
            .collect()
    }

    /// The function by which the engine calls this one; `finish` sees what was `returned`.
    pub fn handler(
        &self,
        name: &str,
        parameters: TokenStream,
        gives: TokenStream,
        finish: TokenStream,
    ) -> TokenStream {
        let name = format_ident!("{name}");
        let (reading, calling) = (self.reading(), self.calling());
        quote! {
            fn #name(
                cx: &mut ::wasmmcp::hidden::Context<'_>,
                arguments: ::wasmmcp::hidden::Arguments<'_>,
                #parameters
            ) -> ::core::result::Result<#gives, ::wasmmcp::hidden::ToolError> {
                let _ = &arguments;
                #reading
                cx.tool_starts();
                let returned = #calling;
                cx.tool_ends();
                #finish
            }
        }
    }

    /// Statements that read the arguments from `arguments`.
    fn reading(&self) -> TokenStream {
        let statements =
            self.arguments
                .iter()
                .enumerate()
                .map(|(i, Argument { name, kind, limits })| {
                    let local = format_ident!("argument_{i}");
                    let value = match &limits.default {
                        None => quote!(arguments.required::<#kind>(#name)?),
                        Some(default) => {
                            let default = match json::literal(default) {
                                Some(json) => quote!(arguments.preset::<#kind>(#name, #json)?),
                                None => quote!(#default),
                            };
                            quote! {
                                match arguments.given::<#kind>(#name)? {
                                    ::core::option::Option::Some(value) => value,
                                    ::core::option::Option::None => #default,
                                }
                            }
                        }
                    };
                    let bounds = limits.bounds.iter().map(|(lower, limit)| {
                        let check = if *lower {
                            quote!(at_least)
                        } else {
                            quote!(at_most)
                        };
                        quote!(arguments.#check(#name, &#local, (#limit) as f64)?;)
                    });
                    quote! {
                        let #local: #kind = #value;
                        #(#bounds)*
                    }
                });
        quote!(#(#statements)*)
    }

    /// The expression that calls the function.
    fn calling(&self) -> TokenStream {
        let ident = self.ident();
        let values = self.order.iter().map(|index| match index {
            None => quote!(cx),
            Some(index) => {
                let local = format_ident!("argument_{index}");
                quote!(#local)
            }
        });
        quote!(#ident(#(#values),*))
    }

    /// The function and the type of the same name that carries the definition.
    pub fn with_definition(&self, what: &str, definition: TokenStream) -> TokenStream {
        let Function { item, .. } = self;
        let (ident, visibility) = (self.ident(), &item.vis);
        let doc = format!("The {what} that the function of this name defines.");
        quote! {
            #[allow(clippy::too_many_arguments, reason = "the arguments are the tool's, and a client names each")]
            #item

            #[doc = #doc]
            #[allow(non_camel_case_types, reason = "it is found by the function's name")]
            #[derive(Debug)]
            #visibility enum #ident {}

            #definition
        }
    }
}

fn is_context(kind: &Type) -> bool {
    let Type::Reference(reference) = kind else {
        return false;
    };
    let Type::Path(path) = reference.elem.as_ref() else {
        return false;
    };
    path.path
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "Context")
}
