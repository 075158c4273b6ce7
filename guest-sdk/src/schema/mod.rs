//! JSON Schemas as constants: a tree of text pieces that is rendered while the program is compiled.

mod kinds;
mod piece;

pub use piece::{Piece, any, length, member, nest_if, output, render};

/// A type with a JSON Schema (2020-12) that is known at compile time. Derived with `#[derive(Schema)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no JSON Schema",
    note = "derive it: `#[derive(Schema)]`, beside serde's `Deserialize` (for parameters) or `Serialize` (for results)"
)]
pub trait Schema {
    /// The members of the schema object, without its braces.
    const MEMBERS: &'static [Piece];
    /// The same where the value may also be `null`.
    const NULLABLE: &'static [Piece] = Self::MEMBERS;
    /// The `description` member, where the type has a doc comment.
    const DESCRIPTION: Option<&'static str> = None;
    /// The `minimum` member that follows from the type.
    const MINIMUM: Option<&'static str> = None;
    /// Whether a value may be left out.
    const OPTIONAL: bool = false;
}
