//! From path, query and body to the request of an operation.

use axum::body::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use licensing_api::operation::OperationInfo;
use licensing_api::schema::{Field, FieldKind};
use licensing_api::{ErrorCode, Operation, Problem};
use licensing_settings::in_words;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::unique_keys::UniqueKeys;

/// Most characters of a text of the client that an answer repeats.
const REPEATED_CHARACTERS: usize = 80;

/// What a request of one operation looks like.
pub struct RequestForm {
    /// Its entry in the table.
    pub info: &'static OperationInfo,
    fields: Vec<Field>,
}

impl RequestForm {
    /// Read from the table.
    pub fn of(info: &'static OperationInfo) -> Self {
        Self {
            info,
            fields: info.request_type().fields,
        }
    }

    fn field(&self, name: &str) -> Result<&Field, Problem> {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .ok_or_else(|| {
                let known: Vec<_> = self.fields.iter().map(|field| field.name.as_str()).collect();
                let known = match known.as_slice() {
                    [] => "it has none".to_owned(),
                    names => format!("it has {}", names.join(", ")),
                };
                let name = shortened(name);
                Problem::new(
                    ErrorCode::InvalidRequest,
                    format!("{} has no field {name}; {known}.", self.info.name),
                )
                .about(name)
            })
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(REPEATED_CHARACTERS).collect()
}

/// Reads the body of an operation that has one.
pub async fn read(info: &OperationInfo, parts: &Parts, body: Body) -> Result<Vec<u8>, Problem> {
    if !info.method.has_body() {
        return Ok(Vec::new());
    }
    let is_json = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if !is_json {
        let mut problem = Problem::new(
            ErrorCode::InvalidRequest,
            "The body has to be JSON, with the header Content-Type: application/json.",
        );
        problem.status = 415;
        return Err(problem);
    }
    read_bounded(parts, body, info.body.bytes()).await
}

/// Puts the request together. Its fields are known to exist afterwards; [`typed`] checks what they hold.
pub fn request(
    form: &RequestForm,
    path: &[(String, String)],
    parts: &Parts,
    body: Vec<u8>,
) -> Result<Value, Problem> {
    let mut request = if form.info.method.has_body() {
        if parts.uri.query().is_some_and(|query| !query.is_empty()) {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                "The fields of this operation must be in the body, not in the query.",
            ));
        }
        parse(form, &body)?
    } else {
        from_query(form, parts.uri.query().unwrap_or_default())?
    };
    drop(body);
    for (name, text) in path {
        let field = form.field(name)?;
        let value = value(field, text)?;
        match request.insert(name.clone(), value.clone()) {
            Some(other) if other != value => {
                return Err(invalid(
                    name,
                    "differs between path and body; give it in the path only",
                ));
            }
            Some(_) | None => {}
        }
    }
    Ok(Value::Object(request))
}

fn from_query(form: &RequestForm, query: &str) -> Result<Map<String, Value>, Problem> {
    let mut request = Map::new();
    if !is_utf8(query) {
        return Err(Problem::new(
            ErrorCode::InvalidRequest,
            "The query is not valid UTF-8.",
        ));
    }
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        let field = form.field(&name)?;
        if form.info.path_fields().any(|of_path| of_path == name) {
            return Err(invalid(&name, "must be in the path, not in the query"));
        }
        match (field.kind, request.get_mut(name.as_ref())) {
            (FieldKind::TextList, Some(Value::Array(texts))) => texts.push(Value::from(text.as_ref())),
            (FieldKind::TextList, _) => {
                let texts = Value::Array(vec![Value::from(text.as_ref())]);
                request.insert(name.into_owned(), texts);
            }
            (_, Some(_)) => return Err(invalid(&name, "is given more than once")),
            (_, None) => {
                let value = value(field, &text)?;
                request.insert(name.into_owned(), value);
            }
        }
    }
    Ok(request)
}

/// Whether the bytes that a query stands for are text. Its parser would replace those that are not.
fn is_utf8(query: &str) -> bool {
    query
        .split(['&', '='])
        .all(|part| percent_decode_str(part).decode_utf8().is_ok())
}

/// What the text of a path or query means for a field.
fn value(field: &Field, text: &str) -> Result<Value, Problem> {
    match field.kind {
        FieldKind::Text | FieldKind::Instant | FieldKind::Date | FieldKind::Name => Ok(Value::from(text)),
        FieldKind::Integer => text
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| invalid(&field.name, "is not a whole number")),
        FieldKind::Number => text
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map(Value::from)
            .ok_or_else(|| invalid(&field.name, "is not a number")),
        FieldKind::Boolean => match text {
            "true" | "True" => Ok(Value::Bool(true)),
            "false" | "False" => Ok(Value::Bool(false)),
            _ => Err(invalid(&field.name, "is neither true nor false")),
        },
        FieldKind::Secret => Err(invalid(
            &field.name,
            "is a secret and must not be in an address, because addresses are logged",
        )),
        FieldKind::TextList | FieldKind::Nested => Err(invalid(&field.name, "cannot stand in an address")),
    }
}

async fn read_bounded(parts: &Parts, body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let too_large = || {
        Problem::new(
            ErrorCode::RequestTooLarge,
            format!("The body may have up to {limit} bytes."),
        )
    };
    let announced = parts
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    // Into one piece from the beginning: collecting the pieces first would need twice the memory.
    let capacity = announced
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(0);
    let mut bytes = Vec::with_capacity(capacity);
    let mut body = Limited::new(body, limit);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            if is_length_limit(error.as_ref()) {
                return too_large();
            }
            Problem::new(
                ErrorCode::InvalidRequest,
                format!("The body could not be read: {error}."),
            )
        })?;
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes)
}

/// The limit of the listener is wrapped in errors of the body; its own may be anywhere in the chain.
fn is_length_limit(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut current = Some(error);
    while let Some(error) = current {
        if error.is::<LengthLimitError>() {
            return true;
        }
        current = error.source();
    }
    false
}

fn parse(form: &RequestForm, bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    // An operation all of whose fields may be absent can be asked for without a body.
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let UniqueKeys(parsed) = serde_json::from_slice(bytes).map_err(|error| {
        let what = if error.is_data() {
            "has a field twice"
        } else {
            "is not valid JSON"
        };
        // The place, not the text that stands there.
        let (line, column) = (error.line(), error.column());
        Problem::new(
            ErrorCode::InvalidRequest,
            format!("The body {what} at line {line}, column {column}."),
        )
    })?;
    let Value::Object(request) = parsed else {
        return Err(Problem::new(
            ErrorCode::InvalidRequest,
            "The body has to be a JSON object.",
        ));
    };
    for name in request.keys() {
        form.field(name)?;
    }
    Ok(request)
}

fn invalid(field: &str, what: &str) -> Problem {
    let field = shortened(field);
    Problem::new(ErrorCode::InvalidRequest, format!("{field} {what}.")).about(field)
}

/// The request as its type.
///
/// # Errors
/// `InvalidRequest` naming the field that is missing or holds something else than it should. What a secret field
/// holds is not repeated.
pub fn typed<Op: Operation>(request: Value) -> Result<Op::Request, Problem> {
    serde_path_to_error::deserialize(request).map_err(|error| {
        let path = error.path().to_string();
        let info = Op::ID.info();
        let is_secret = info
            .request_type()
            .fields
            .iter()
            .any(|field| field.name == path && field.kind == FieldKind::Secret);
        let reason = if is_secret {
            "has to be text".to_owned()
        } else {
            without_types(&error.into_inner().to_string())
        };
        if path == "." {
            return Problem::new(ErrorCode::InvalidRequest, format!("{}: {reason}.", info.name));
        }
        Problem::new(ErrorCode::InvalidRequest, format!("{path}: {reason}.")).about(path)
    })
}

/// A message of serde, shortened, that names no type of this program.
fn without_types(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((found, wanted)) => {
            let wanted = match in_words(&shortened(wanted)).as_str() {
                // Words of settings files.
                "a section" | "a table" => "an object".to_owned(),
                other => other.to_owned(),
            };
            format!("{}, expected {wanted}", shortened(found))
        }
        None => shortened(message),
    }
}
