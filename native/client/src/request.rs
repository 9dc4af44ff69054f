//! Makes an HTTP request from an entry of the table and a request as JSON.

use licensing_api::operation::OperationInfo;
use licensing_api::{ErrorCode, Problem};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

/// RFC 3986 section 2.3: only these need no escape anywhere.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Path with query, and the body for the methods that have one.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) path_and_query: String,
    pub(crate) body: Option<Zeroizing<Vec<u8>>>,
}

/// Takes the fields of the path out of the request; the rest goes into the body or the query. All text of the
/// request is wiped from memory, because any of it may be a secret.
///
/// # Errors
/// `InvalidRequest` when the request is no object, a field of the path is missing or unusable, or a field of the
/// query is no plain value.
pub(crate) fn target(info: &OperationInfo, request: Value) -> Result<Target, Problem> {
    let mut request = WipedJson(request);
    let Value::Object(fields) = &mut request.0 else {
        return Err(invalid(info, "", "the request must be a JSON object"));
    };
    let mut path = path(info, fields)?;
    let body = if info.method.has_body() {
        Some(body(info, fields)?)
    } else {
        append_query(info, fields, &mut path)?;
        None
    };
    Ok(Target {
        path_and_query: path,
        body,
    })
}

/// JSON that may hold a secret: its texts are overwritten when it goes.
#[derive(Default)]
pub struct WipedJson(Value);

impl WipedJson {
    /// Takes care of the value from now on.
    pub fn new(value: Value) -> Self {
        Self(value)
    }

    /// The value.
    pub fn get(&self) -> &Value {
        &self.0
    }

    /// Hands the value on to somebody else's care.
    pub fn take(mut self) -> Value {
        std::mem::take(&mut self.0)
    }
}

/// Says nothing of the value.
impl std::fmt::Debug for WipedJson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WipedJson(…)")
    }
}

impl Drop for WipedJson {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn invalid(info: &OperationInfo, field: &str, why: &str) -> Problem {
    Problem::new(ErrorCode::InvalidRequest, format!("{}: {why}.", info.name)).about(field)
}

fn path(info: &OperationInfo, fields: &mut Map<String, Value>) -> Result<String, Problem> {
    let mut path = String::with_capacity(info.path.len());
    for part in info.path.split('/').skip(1) {
        path.push('/');
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            None => path.push_str(part),
            Some(name) => path.push_str(&segment(info, name, fields.remove(name))?),
        }
    }
    Ok(path)
}

/// One segment of the path. `.` and `..` cannot be escaped: every URL parser resolves them, escaped or not.
fn segment(info: &OperationInfo, name: &str, value: Option<Value>) -> Result<String, Problem> {
    match value {
        Some(Value::String(text)) if text.is_empty() => Err(invalid(info, name, &format!("{name} is empty"))),
        Some(Value::String(text)) if text == "." || text == ".." => {
            Err(invalid(info, name, &format!("{name} may not be {text:?}")))
        }
        Some(Value::String(text)) => Ok(percent_encode(text.as_bytes(), ESCAPED).to_string()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(Value::Null) | None => Err(invalid(info, name, &format!("{name} is missing"))),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
            Err(invalid(info, name, &format!("{name} must be text")))
        }
    }
}

fn body(info: &OperationInfo, fields: &Map<String, Value>) -> Result<Zeroizing<Vec<u8>>, Problem> {
    serde_json::to_vec(fields)
        .map(Zeroizing::new)
        .map_err(|error| invalid(info, "", &format!("it cannot be written as JSON ({error})")))
}

fn append_query(info: &OperationInfo, fields: &Map<String, Value>, path: &mut String) -> Result<(), Problem> {
    let mut separator = '?';
    for (name, value) in fields {
        // A list is its name with each of its values.
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            let text = match value {
                Value::Null => continue,
                Value::Bool(yes) => yes.to_string(),
                Value::Number(number) => number.to_string(),
                Value::String(text) => text.clone(),
                Value::Array(_) | Value::Object(_) => {
                    return Err(invalid(info, name, &format!("{name} must be a plain value")));
                }
            };
            path.push(separator);
            path.extend(percent_encode(name.as_bytes(), ESCAPED));
            path.push('=');
            path.extend(percent_encode(text.as_bytes(), ESCAPED));
            separator = '&';
        }
    }
    Ok(())
}
