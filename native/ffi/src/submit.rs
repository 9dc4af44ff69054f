//! Starts tasks.

use std::future::Future;
use std::time::Duration;

use interoptopus::ffi_function;
use licensing_api::{ErrorCode, OperationId, Problem};
use licensing_client::{Address, AdminClient, DEFAULT_LICENSE_PORT, WipedJson, discover, fetch_certificate};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::boundary::licensing_status;
use crate::buffer::licensing_buffer;
use crate::connection::{CONNECTIONS, licensing_connection};
use crate::input;
use crate::rows::Rows;
use crate::task::{Answer, Task, hand_over, licensing_task};

/// Longest time for looking at a certificate or asking for locations, unless the options say otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts an operation, one of LICENSING_OPERATION_...; `request` is its request as JSON, none for an empty one.
/// The bytes may be wiped as soon as the call returns.
///
/// # Safety
/// `request` is NULL or has `request_length` bytes; `task` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_task_submit(
    connection: *const licensing_connection,
    operation: u32,
    request: *const u8,
    request_length: u64,
    task: *mut *mut licensing_task,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let begin = || {
        let client = CONNECTIONS.get(connection)?;
        let operation = OperationId::from_number(operation).ok_or_else(|| {
            Problem::new(
                ErrorCode::OperationNotFound,
                format!("No operation has the number {operation}."),
            )
        })?;
        // SAFETY: the caller promised the bytes.
        let request = unsafe { input::bytes(request, request_length, "request")? };
        let request = WipedJson::new(input::json(request, "request")?);
        start(&client, operation, request)
    };
    // SAFETY: the caller's promises about `task` and `error`.
    unsafe { hand_over(task, error, begin) }
}

fn start(
    client: &AdminClient,
    operation: OperationId,
    request: WipedJson,
) -> Result<*mut licensing_task, Problem> {
    let client = client.clone();
    let info = operation.info();
    Task::start(licensing_client::cancelled(info), move |task| async move {
        let report = move |progress| task.report(progress);
        if !info.rows {
            let answer = client
                .call_json_with_progress(operation, request.take(), report)
                .await?;
            return Ok(Answer::Object(WipedJson::new(answer)));
        }
        let answer = client.call_unread(operation, request.take(), report).await?;
        let (rows, problems) =
            Rows::of_answer(answer).map_err(|error| no_rows(&client, info.name, &error))?;
        Ok(Answer::Rows { rows, problems })
    })
}

fn no_rows(client: &AdminClient, name: &str, error: &serde_json::Error) -> Problem {
    let address = client.address();
    Problem::new(
        ErrorCode::ProtocolError,
        format!("{name}: the answer is no list of items ({error})."),
    )
    .about(address.to_string())
}

/// Options of `licensing_certificate_fetch` as JSON.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CertificateOptions {
    address: String,
    #[serde(default)]
    timeout_ms: u32,
}

/// Starts looking at the certificate that a server shows, without believing it and without credentials. `options`
/// is JSON: address, timeoutMs. Done is a Certificate, as LICENSING_OPERATION_GET_CERTIFICATE returns it.
///
/// # Safety
/// `options` is NULL or has `options_length` bytes; `task` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_certificate_fetch(
    options: *const u8,
    options_length: u64,
    task: *mut *mut licensing_task,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let start = |options: &[u8]| {
        let options: CertificateOptions = input::json(options, "options")?;
        let address: Address = options.address.parse()?;
        let timeout = input::milliseconds(options.timeout_ms, PATIENCE);
        object_task("Looking at the certificate", async move {
            to_json(&fetch_certificate(&address, timeout).await?)
        })
    };
    // SAFETY: the caller's promises are the same.
    unsafe { start_from_options(options, options_length, task, error, start) }
}

/// Options of `licensing_location_discover` as JSON.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LocationOptions {
    host: String,
    #[serde(default)]
    port: Option<u16>,
    #[serde(default)]
    address_type: Option<String>,
    #[serde(default)]
    timeout_ms: u32,
}

/// Starts asking the license manager where the services of a host are. `options` is JSON: host, port (27000 unless
/// given), addressType (LS, VD, LAC or WSL; WSL unless given), timeoutMs. Done is an object: address is the one
/// asked for; serverName, version, webServices and vendors (vendor, address, serving) are all there is.
///
/// # Safety
/// `options` is NULL or has `options_length` bytes; `task` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_location_discover(
    options: *const u8,
    options_length: u64,
    task: *mut *mut licensing_task,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let start = |options: &[u8]| {
        let options: LocationOptions = input::json(options, "options")?;
        let manager = Address::parse(&options.host, options.port.unwrap_or(DEFAULT_LICENSE_PORT))?;
        let wanted = options.address_type.as_deref().unwrap_or("WSL").parse()?;
        let timeout = input::milliseconds(options.timeout_ms, PATIENCE);
        object_task("Asking for the location", async move {
            let found = discover(&manager, None, timeout).await?;
            let vendors: Vec<Value> = found.vendors.iter().map(vendor).collect();
            Ok(json!({
                "address": found.location(wanted)?.address,
                "serverName": found.server_name,
                "version": found.version,
                "webServices": found.web_services.to_string(),
                "vendors": vendors,
            }))
        })
    };
    // SAFETY: the caller's promises are the same.
    unsafe { start_from_options(options, options_length, task, error, start) }
}

fn vendor(endpoint: &licensing_client::VendorEndpoint) -> Value {
    json!({
        "vendor": endpoint.vendor,
        "address": endpoint.address.authority(),
        "serving": endpoint.serving,
    })
}

fn object_task(
    what: &str,
    work: impl Future<Output = Result<Value, Problem>> + Send + 'static,
) -> Result<*mut licensing_task, Problem> {
    let cancelled = Problem::new(ErrorCode::Cancelled, format!("{what} was cancelled."))
        .advise("Nothing: it only reads.");
    Task::start(cancelled, |_| async move {
        work.await.map(|object| Answer::Object(WipedJson::new(object)))
    })
}

fn to_json(value: &impl serde::Serialize) -> Result<Value, Problem> {
    serde_json::to_value(value).map_err(|error| {
        Problem::new(
            ErrorCode::InternalError,
            format!("No JSON can be made of it: {error}."),
        )
    })
}

/// # Safety
/// As for the functions above.
unsafe fn start_from_options(
    options: *const u8,
    options_length: u64,
    task: *mut *mut licensing_task,
    error: *mut *mut licensing_buffer,
    start: impl FnOnce(&[u8]) -> Result<*mut licensing_task, Problem>,
) -> licensing_status {
    let begin = || {
        // SAFETY: the caller promised the bytes.
        let options = unsafe { input::bytes(options, options_length, "options")? };
        start(options)
    };
    // SAFETY: the caller's promises about `task` and `error`.
    unsafe { hand_over(task, error, begin) }
}
