//! Doc comments as descriptions.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of an item's doc comments: lines of a paragraph joined, paragraphs apart.
pub fn text(attributes: &[Attribute]) -> Option<String> {
    let mut text = String::new();
    let mut paragraph_ended = false;
    for attribute in attributes {
        let Meta::NameValue(meta) = &attribute.meta else {
            continue;
        };
        if !meta.path.is_ident("doc") {
            continue;
        }
        let Expr::Lit(ExprLit {
            lit: Lit::Str(line),
            ..
        }) = &meta.value
        else {
            continue;
        };
        for line in line.value().split('\n').map(str::trim) {
            if line.is_empty() {
                paragraph_ended = true;
                continue;
            }
            if !text.is_empty() {
                text.push_str(if paragraph_ended {
                    "\n\n"
                } else if line.starts_with(['-', '*']) {
                    "\n"
                } else {
                    " "
                });
            }
            paragraph_ended = false;
            text.push_str(line);
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Whether an attribute is a doc comment.
pub fn is_doc(attribute: &Attribute) -> bool {
    attribute.path().is_ident("doc")
}
