//! Windows Management Instrumentation over WS-Management.

use std::path::PathBuf;
use std::time::Duration;

use interoptopus::ffi_function;
use licensing_api::{ErrorCode, Problem, Secret};
use licensing_client::{
    Address, DEFAULT_WMI_PORT, DEFAULT_WMI_TLS_PORT, WmiAnswer, WmiClient, WmiInstance, WmiLogon, WmiOptions,
};
use serde::Deserialize;

use crate::boundary::licensing_status;
use crate::buffer::licensing_buffer;
use crate::connection::trust;
use crate::input;
use crate::rows::Rows;
use crate::task::{Answer, Task, hand_over, licensing_task};

/// Longest time for each request, unless the options say otherwise.
const PATIENCE: Duration = Duration::from_secs(60);

/// Options of `licensing_wmi_query` as JSON.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct QueryOptions {
    address: String,
    #[serde(default)]
    plain: bool,
    #[serde(default)]
    cert_hash: Option<String>,
    #[serde(default)]
    ca_file: Option<PathBuf>,
    #[serde(default)]
    account: String,
    #[serde(default)]
    ntlm: bool,
    #[serde(default)]
    timeout_ms: u32,
    ask: Ask,
}

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Ask {
    Identify {},
    Query { namespace: String, query: String },
    Describe { namespace: String, class: String },
}

/// Starts asking a server over WS-Management: a license server on Windows, or this one.
///
/// `options` is JSON: address (host, host:port or a URL), plain (HTTP instead of HTTPS, with NTLM alone), certHash, caFile,
/// account (none for nobody, who may only identify the server), ntlm (instead of Basic), timeoutMs, and ask: {"identify":{}}, {"query":{"namespace":..,"query":..}} or
/// {"describe":{"namespace":..,"class":..}}. `secret` is the password of the account; it may be wiped as soon as the call
/// returns. Rows are instances: class, and properties with name, kind (the CIM type) and text;
/// where the server says when they were taken, taken as well.
///
/// # Safety
/// `options` and `secret` are NULL or have as many bytes as their lengths say; `task` and `error` are NULL or may be
/// written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_wmi_query(
    options: *const u8,
    options_length: u64,
    secret: *const u8,
    secret_length: u64,
    task: *mut *mut licensing_task,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let begin = || {
        // SAFETY: the caller promised the bytes of both.
        let (options, secret) = unsafe {
            (
                input::bytes(options, options_length, "options")?,
                input::bytes(secret, secret_length, "secret")?,
            )
        };
        start(options, secret)
    };
    // SAFETY: the caller's promises about `task` and `error`.
    unsafe { hand_over(task, error, begin) }
}

fn start(options: &[u8], secret: &[u8]) -> Result<*mut licensing_task, Problem> {
    let options: QueryOptions = input::json(options, "options")?;
    let password = std::str::from_utf8(secret)
        .map(Secret::new)
        .map_err(|_| input::invalid("secret", "The secret is not valid UTF-8.".to_owned()))?;
    let port = if options.plain {
        DEFAULT_WMI_PORT
    } else {
        DEFAULT_WMI_TLS_PORT
    };
    let client = WmiClient::new(WmiOptions {
        address: Address::parse(&options.address, port)?,
        trust: match options.plain {
            true => None,
            false => Some(trust(options.cert_hash.as_deref(), options.ca_file)?),
        },
        account: options.account,
        password,
        logon: if options.ntlm {
            WmiLogon::Ntlm
        } else {
            WmiLogon::Basic
        },
        timeout: input::milliseconds(options.timeout_ms, PATIENCE),
    })?;
    let ask = options.ask;
    let cancelled =
        Problem::new(ErrorCode::Cancelled, "The query was cancelled.").advise("Nothing: it only reads.");
    Task::start(cancelled, move |_| async move {
        let only = |instance: WmiInstance| WmiAnswer {
            instances: vec![instance],
            taken: None,
            problems: Vec::new(),
        };
        let answer = match ask {
            Ask::Identify {} => only(client.identify().await?),
            Ask::Query { namespace, query } => client.query(&namespace, &query).await?,
            Ask::Describe { namespace, class } => only(client.describe(&namespace, &class).await?),
        };
        Ok(Answer::Rows {
            rows: Rows::of_values(&answer.rows_as_json()),
            problems: answer.problems_as_json(),
        })
    })
}
