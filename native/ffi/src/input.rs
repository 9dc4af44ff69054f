//! Reads what callers pass.

use std::ffi::{CStr, c_char};
use std::time::Duration;

use licensing_api::{ErrorCode, Problem};
use serde::de::DeserializeOwned;

use crate::call_error::CallError;

/// Largest piece of JSON or secret that is taken, in bytes.
pub(crate) const MAXIMUM_INPUT: u64 = 64 << 20;

/// The bytes at `data`; NULL is fine for none.
///
/// # Safety
/// `data` is NULL or `length` bytes can be read there while the result lives.
pub(crate) unsafe fn bytes<'a>(data: *const u8, length: u64, what: &str) -> Result<&'a [u8], Problem> {
    if length == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(invalid(what, format!("{what} is NULL but {length} bytes long.")));
    }
    let length = usize::try_from(length)
        .ok()
        .filter(|_| length <= MAXIMUM_INPUT)
        .ok_or_else(|| {
            Problem::new(
                ErrorCode::RequestTooLarge,
                format!("{what} has {length} bytes; {MAXIMUM_INPUT} are allowed."),
            )
            .about(what)
        })?;
    // SAFETY: not NULL, at most 64 MiB, and the caller promised that so many bytes can be read.
    Ok(unsafe { std::slice::from_raw_parts(data, length) })
}

/// The text at `text`; NULL gives none.
///
/// # Safety
/// `text` is NULL or ends with a NUL.
pub(crate) unsafe fn text(text: *const c_char, what: &str) -> Result<Option<String>, Problem> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and the caller promised the NUL at its end.
    let text = unsafe { CStr::from_ptr(text) };
    match text.to_str() {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(_) => Err(invalid(what, format!("{what} is not valid UTF-8."))),
    }
}

/// JSON of that shape; no bytes at all stand for `{}`.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, Problem> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    // The message has the place but never the text, which may hold a secret.
    serde_json::from_slice(bytes).map_err(|error| {
        let why = match error.classify() {
            serde_json::error::Category::Data => error.to_string(),
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => {
                format!("no JSON from line {}, column {}", error.line(), error.column())
            }
        };
        invalid(what, format!("{what}: {why}."))
    })
}

/// Refuses NULL where a result is to be written.
pub(crate) fn writable<T>(place: *mut T, what: &str) -> Result<*mut T, CallError> {
    if place.is_null() {
        return Err(invalid(what, format!("{what}, where the result goes, is NULL.")).into());
    }
    Ok(place)
}

/// Milliseconds with 0 for the default.
pub(crate) fn milliseconds(value: u32, default: Duration) -> Duration {
    if value == 0 {
        default
    } else {
        Duration::from_millis(value.into())
    }
}

pub(crate) fn invalid(what: &str, detail: String) -> Problem {
    Problem::new(ErrorCode::InvalidRequest, detail).about(what)
}
