//! Desired state: the resources of Microsoft DSC, over a connection.

use interoptopus::ffi_function;
use jiff::Timestamp;
use licensing_api::{ErrorCode, Problem};
use licensing_client::{AdminClient, WipedJson};
use licensing_dsc::class::state_type;
use licensing_dsc::{Desired, Engine, RESOURCES, Report, Resource};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::boundary::licensing_status;
use crate::buffer::licensing_buffer;
use crate::connection::{CONNECTIONS, licensing_connection};
use crate::input;
use crate::rows::Rows;
use crate::task::{Answer, Task, hand_over, licensing_task};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Method {
    Get,
    Test,
    Set,
    Delete,
    Export,
}

/// Options of `licensing_dsc_submit` as JSON.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DscOptions {
    resource: String,
    method: Method,
    #[serde(default)]
    what_if: bool,
}

/// Starts a method of a resource of Microsoft DSC. `options` is JSON: resource, such as LicensingAdmin/Token, method (get, test,
/// set, delete or export), whatIf. `state` is JSON: the properties of the instance that is desired; those that begin with server
/// take the place of what the connection was opened with. The bytes of both may be wiped as soon as the call returns.
///
/// Done is the state for get, and a report for test, set and delete: inDesiredState, before, after, differences (property,
/// reason), steps. Rows of export are states.
///
/// # Safety
/// `options` and `state` are NULL or have as many bytes as their lengths say; `task` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_dsc_submit(
    connection: *const licensing_connection,
    options: *const u8,
    options_length: u64,
    state: *const u8,
    state_length: u64,
    task: *mut *mut licensing_task,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let begin = || {
        let client = CONNECTIONS.get(connection)?;
        // SAFETY: the caller promised the bytes of both.
        let (options, state) = unsafe {
            (
                input::bytes(options, options_length, "options")?,
                input::bytes(state, state_length, "state")?,
            )
        };
        start(&client, options, state)
    };
    // SAFETY: the caller's promises about `task` and `error`.
    unsafe { hand_over(task, error, begin) }
}

fn start(client: &AdminClient, options: &[u8], state: &[u8]) -> Result<*mut licensing_task, Problem> {
    let options: DscOptions = input::json(options, "options")?;
    let resource = licensing_dsc::find(&options.resource).ok_or_else(|| unknown(&options.resource))?;
    let desired = Desired::parse(resource, state)?;
    let client = if desired.connection.is_empty() {
        client.clone()
    } else {
        AdminClient::connect(desired.connection.apply(client.options().clone())?)?
    };
    let cancelled = Problem::new(
        ErrorCode::Cancelled,
        format!("{} was cancelled.", options.resource),
    )
    .advise("If it was to change something, test how far it came.");
    Task::start(cancelled, move |_| async move {
        let engine = Engine::new(resource, &client, Timestamp::now());
        let report = match options.method {
            Method::Get => {
                return engine
                    .get(&desired)
                    .await
                    .map(|state| object(Value::Object(state)));
            }
            Method::Export => {
                let states = engine.export(&desired).await?;
                let states: Vec<Value> = states.into_iter().map(Value::Object).collect();
                return Ok(Answer::Rows {
                    rows: Rows::of_values(&states),
                    problems: Vec::new(),
                });
            }
            Method::Test => engine.test(desired).await?,
            Method::Set => engine.set(desired, options.what_if).await?,
            Method::Delete => engine.delete(desired, options.what_if).await?,
        };
        to_json(&report).map(object)
    })
}

fn object(value: Value) -> Answer {
    Answer::Object(WipedJson::new(value))
}

fn to_json(report: &Report) -> Result<Value, Problem> {
    serde_json::to_value(report).map_err(|error| {
        Problem::new(
            ErrorCode::InternalError,
            format!("No JSON can be made of it: {error}."),
        )
    })
}

fn unknown(name: &str) -> Problem {
    let names: Vec<&str> = RESOURCES.iter().map(|resource| resource.name).collect();
    Problem::new(ErrorCode::InvalidRequest, format!("There is no resource {name}."))
        .about(name)
        .advise(format!("Use one of {}.", names.join(", ")))
}

/// The resources for callers that build typed objects: name, summary, and the fields of their state.
pub(crate) fn descriptions() -> Vec<Value> {
    let describe = |resource: &&Resource| {
        json!({
            "name": resource.name,
            "summary": resource.summary,
            "state": state_type(resource),
        })
    };
    RESOURCES.iter().map(describe).collect()
}
