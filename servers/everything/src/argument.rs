//! Tools whose arguments are out of the ordinary: a schema of its own, and an argument that clients mirror in a header.

use wasmmcp::prelude::*;

/// A postal address.
#[derive(Deserialize, Schema)]
pub(crate) struct Address {
    street: Option<String>,
    city: Option<String>,
}

/// Says how somebody is reached; its schema has conditions, which no parameter list can say.
#[tool(
    input_schema = r##"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
"$defs":{"address":{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
"properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},"contactMethod":{"type":"string","enum":["phone","email"]},
"phone":{"type":"string"},"email":{"type":"string"}},"allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
"if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},
"then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false}"##
)]
pub(crate) fn json_schema_2020_12_tool(
    name: Option<String>,
    address: Option<Address>,
    #[arg(name = "contactMethod")] method: Option<String>,
    phone: Option<String>,
    email: Option<String>,
) -> Result<String, ToolError> {
    let (way, wanted) = match method.as_deref() {
        Some("phone") => ("phone", phone),
        // The schema says it so: without a way, or by any other, it is the electronic mail that must be there.
        None | Some("email") => ("email", email),
        Some(other) => {
            return Err(ToolError::new(format!(
                "contactMethod is {other}; it is phone or email"
            )));
        }
    };
    let wanted =
        wanted.ok_or_else(|| ToolError::new(format!("{way} is missing; pass it as well")))?;
    let name = name.unwrap_or_else(|| "somebody".to_owned());
    let place = address
        .and_then(|address| address.city.or(address.street))
        .map(|place| format!(" in {place}"))
        .unwrap_or_default();
    Ok(format!("{name}{place} is reached by {way}: {wanted}"))
}

/// Repeats a region that the client names in a header as well.
#[tool]
pub(crate) fn test_header_mirror(
    /// Where the call is to be routed.
    #[arg(header = "Region")]
    region: String,
) -> String {
    region
}
