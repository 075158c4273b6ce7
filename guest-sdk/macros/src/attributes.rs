//! The words in the brackets of an attribute macro.

use proc_macro2::TokenStream;
use syn::{LitStr, meta::ParseNestedMeta, parse::Parser as _};

/// Reads `key = "text"` for each of these keys; any other word goes to `other`.
pub fn texts<const N: usize>(
    attributes: TokenStream,
    keys: [&str; N],
    mut other: impl FnMut(&ParseNestedMeta<'_>) -> syn::Result<()>,
) -> syn::Result<[Option<String>; N]> {
    let mut values = [const { None }; N];
    syn::meta::parser(
        |meta| match keys.iter().position(|key| meta.path.is_ident(key)) {
            Some(index) => {
                values[index] = Some(meta.value()?.parse::<LitStr>()?.value());
                Ok(())
            }
            None => other(&meta),
        },
    )
    .parse2(attributes)?;
    Ok(values)
}
