//! Canonical JSON: one spelling of a document, so that both ends hash and sign the same bytes.
//!
//! Members in ascending order of their UTF-8 names, no white space, numbers as integers only, texts escaped as
//! serde_json escapes them (RFC 8259: `"`, `\` and control characters only).

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Name of the member that carries the integrity hash.
pub const INTEGRITY: &str = "integrity";

/// Name of the member that carries a signature.
pub const SIGNATURE: &str = "signature";

/// The value cannot be written canonically.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// A number is no integer.
    #[error("the document has a number that is no integer")]
    Fraction,
    /// The value is no JSON object or cannot be written as JSON.
    #[error("the document is no JSON object")]
    NoObject,
}

/// Canonical bytes of a value.
///
/// # Errors
/// When it holds a number that is no integer.
pub fn bytes(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut out = Vec::new();
    write(value, &mut out)?;
    Ok(out)
}

/// Canonical bytes of anything that serialises to an object, without its top-level members `without`.
///
/// # Errors
/// When it is no object or holds a number that is no integer.
pub fn bytes_of<T: Serialize>(document: &T, without: &[&str]) -> Result<Vec<u8>, NotCanonical> {
    let Ok(Value::Object(mut members)) = serde_json::to_value(document) else {
        return Err(NotCanonical::NoObject);
    };
    members.retain(|name, _| !without.contains(&name.as_str()));
    bytes(&Value::Object(members))
}

/// SHA-256 as 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), NotCanonical> {
    match value {
        Value::Null => out.extend(b"null"),
        Value::Bool(true) => out.extend(b"true"),
        Value::Bool(false) => out.extend(b"false"),
        Value::Number(number) if number.is_i64() || number.is_u64() => {
            out.extend(number.to_string().into_bytes());
        }
        Value::Number(_) => return Err(NotCanonical::Fraction),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            out.push(b'{');
            for (index, (name, member)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_text(name, out);
                out.push(b':');
                write(member, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    // Display of a JSON value is its compact JSON.
    out.extend(Value::from(text).to_string().into_bytes());
}
