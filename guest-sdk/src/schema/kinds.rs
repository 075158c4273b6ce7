//! Schemas of the types that everybody uses.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    Piece::{self, Member, Nest, Text},
    Schema, member,
};

macro_rules! plain {
    ($text:literal: $($kind:ty),+) => {$(
        impl Schema for $kind {
            const MEMBERS: &'static [Piece] = &[Member($text)];
        }
    )+};
}

macro_rules! unsigned {
    ($($kind:ty),+) => {$(
        impl Schema for $kind {
            const MEMBERS: &'static [Piece] = &[Member(r#""type":"integer""#)];
            const MINIMUM: Option<&'static str> = Some(r#""minimum":0"#);
        }
    )+};
}

plain!(r#""type":"string""#: String, str, char);
plain!(r#""type":"boolean""#: bool);
plain!(r#""type":"integer""#: i8, i16, i32, i64, isize);
plain!(r#""type":"number""#: f32, f64);
plain!(r#""type":"null""#: ());
unsigned!(u8, u16, u32, u64, usize);

// Any JSON value: the empty schema.
impl Schema for serde_json::Value {
    const MEMBERS: &'static [Piece] = &[];
}

impl Schema for crate::Any {
    const MEMBERS: &'static [Piece] = &[];
}

macro_rules! transparent {
    ($($kind:ty),+) => {$(
        impl<T: Schema + ?Sized> Schema for $kind {
            const MEMBERS: &'static [Piece] = T::MEMBERS;
            const NULLABLE: &'static [Piece] = T::NULLABLE;
            const DESCRIPTION: Option<&'static str> = T::DESCRIPTION;
            const MINIMUM: Option<&'static str> = T::MINIMUM;
            const OPTIONAL: bool = T::OPTIONAL;
        }
    )+};
}

transparent!(Box<T>, &T);

impl<T: Schema + ToOwned + ?Sized> Schema for Cow<'_, T> {
    const MEMBERS: &'static [Piece] = T::MEMBERS;
    const DESCRIPTION: Option<&'static str> = T::DESCRIPTION;
}

impl<T: Schema> Schema for Option<T> {
    const MEMBERS: &'static [Piece] = T::MEMBERS;
    const NULLABLE: &'static [Piece] = &[
        Member(r#""anyOf":[{"#),
        Nest(T::MEMBERS),
        member(T::MINIMUM),
        Text(r#"},{"type":"null"}]"#),
    ];
    const DESCRIPTION: Option<&'static str> = T::DESCRIPTION;
    const MINIMUM: Option<&'static str> = T::MINIMUM;
    const OPTIONAL: bool = true;
}

macro_rules! list {
    ($($kind:ty),+) => {$(
        impl<T: Schema> Schema for $kind {
            const MEMBERS: &'static [Piece] = &[
                Member(r#""type":"array","items":{"#),
                Nest(T::NULLABLE),
                member(T::DESCRIPTION),
                member(if T::OPTIONAL { None } else { T::MINIMUM }),
                Text("}"),
            ];
        }
    )+};
}

list!(Vec<T>, [T]);

impl<T: Schema, const N: usize> Schema for [T; N] {
    const MEMBERS: &'static [Piece] = <[T]>::MEMBERS;
}

impl<K, T: Schema> Schema for BTreeMap<K, T> {
    const MEMBERS: &'static [Piece] = &[
        Member(r#""type":"object","additionalProperties":{"#),
        Nest(T::NULLABLE),
        member(T::DESCRIPTION),
        member(if T::OPTIONAL { None } else { T::MINIMUM }),
        Text("}"),
    ];
}
