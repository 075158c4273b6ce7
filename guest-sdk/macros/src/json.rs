//! JSON text out of Rust literals.

use syn::{Expr, ExprArray, ExprLit, ExprUnary, Lit, UnOp};

/// A JSON string with its quotes.
pub fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if (control as u32) < 0x20 => {
                out.push_str(&format!("\\u{:04x}", control as u32))
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// JSON text without line ends: one would break a message in two.
pub fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// A member of an object whose value is a string.
pub fn member(key: &str, text: &str) -> String {
    format!("{}:{}", string(key), string(text))
}

/// The JSON of an expression that is made of literals.
pub fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Str(text) => Some(string(&text.value())),
            Lit::Bool(value) => Some(value.value.to_string()),
            Lit::Int(number) => Some(number.base10_digits().to_owned()),
            Lit::Float(number) => Some(number.base10_digits().to_owned()),
            _ => None,
        },
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => Some(format!("-{}", literal(expr)?)),
        Expr::Array(ExprArray { elems, .. }) => {
            let items: Option<Vec<String>> = elems.iter().map(literal).collect();
            Some(format!("[{}]", items?.join(",")))
        }
        _ => None,
    }
}
