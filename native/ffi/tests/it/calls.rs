//! Calls as C makes them, with their results in a form that tests can compare.

use std::ffi::CStr;
use std::ptr;

use licensing_api::{ErrorCode, Problem};
use licensing_client::CertHash;
use licensing_ffi::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::certificates::self_signed;
use crate::web::{Behaviour, WebServer};

/// The bytes of a buffer, which is freed.
pub(crate) fn take(buffer: *mut licensing_buffer) -> Vec<u8> {
    assert!(!buffer.is_null());
    let length = usize::try_from(licensing_buffer_length(buffer)).unwrap();
    let data = licensing_buffer_data(buffer);
    assert!(!data.is_null());
    // SAFETY: the buffer is live, and its bytes are followed by a NUL.
    let bytes = unsafe { std::slice::from_raw_parts(data, length + 1) };
    assert_eq!(bytes[length], 0);
    let bytes = bytes[..length].to_vec();
    licensing_buffer_free(buffer);
    bytes
}

pub(crate) fn take_json(buffer: *mut licensing_buffer) -> Value {
    serde_json::from_slice(&take(buffer)).expect("JSON")
}

/// Success, or the code with the problem; both must say the same.
pub(crate) fn outcome(status: u32, error: *mut licensing_buffer) -> Result<(), Problem> {
    if status == ErrorCode::Success.number() {
        assert!(error.is_null(), "no error buffer without an error");
        return Ok(());
    }
    assert_eq!(licensing_problem_code(error), status);
    assert_eq!(
        part(error, licensing_problem_part::Name),
        ErrorCode::ALL
            .iter()
            .find(|code| code.number() == status)
            .unwrap()
            .name()
    );
    let detail = part(error, licensing_problem_part::Detail);
    let problem: Problem = serde_json::from_slice(&take(error)).expect("a problem");
    assert_eq!(problem.code.number(), status);
    assert_eq!(problem.detail, detail);
    Err(problem)
}

pub(crate) fn part(error: *const licensing_buffer, part: licensing_problem_part) -> String {
    let text = licensing_problem_text(error, part as u32);
    // SAFETY: never NULL, and the buffer is live.
    unsafe { CStr::from_ptr(text) }
        .to_str()
        .expect("UTF-8")
        .to_owned()
}

pub(crate) fn open(options: &[u8], secret: &[u8]) -> Result<*mut licensing_connection, Problem> {
    let (mut connection, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: slices with their lengths, and places to write to.
    let status = unsafe {
        licensing_connection_open(
            options.as_ptr(),
            options.len() as u64,
            secret.as_ptr(),
            secret.len() as u64,
            &mut connection,
            &mut error,
        )
    };
    outcome(status, error).map(|()| connection)
}

pub(crate) fn submit(
    connection: *const licensing_connection,
    operation: u32,
    request: &[u8],
) -> Result<*mut licensing_task, Problem> {
    let (mut task, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: a slice with its length, and places to write to.
    let status = unsafe {
        licensing_task_submit(
            connection,
            operation,
            request.as_ptr(),
            request.len() as u64,
            &mut task,
            &mut error,
        )
    };
    outcome(status, error).map(|()| task)
}

/// A function that starts a task from options alone.
pub(crate) type Start =
    unsafe extern "C" fn(*const u8, u64, *mut *mut licensing_task, *mut *mut licensing_buffer) -> u32;

pub(crate) fn start(function: Start, options: &[u8]) -> Result<*mut licensing_task, Problem> {
    let (mut task, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: a slice with its length, and places to write to.
    let status = unsafe { function(options.as_ptr(), options.len() as u64, &mut task, &mut error) };
    outcome(status, error).map(|()| task)
}

#[derive(Debug, PartialEq)]
pub(crate) enum Event {
    Pending,
    Rows(Vec<Value>),
    Progress(Value),
    Done(Value),
    Failed(Box<Problem>),
}

pub(crate) fn wait(task: *const licensing_task, timeout_ms: u32) -> Result<Event, Problem> {
    let mut kind = licensing_event::Pending;
    let (mut data, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: places to write to.
    let status = unsafe { licensing_task_wait(task, timeout_ms, &mut kind, &mut data, &mut error) };
    outcome(status, error)?;
    Ok(match kind {
        licensing_event::Pending => {
            assert!(data.is_null());
            Event::Pending
        }
        licensing_event::Rows => match take_json(data) {
            Value::Array(rows) => Event::Rows(rows),
            other => panic!("no rows: {other}"),
        },
        licensing_event::Progress => Event::Progress(take_json(data)),
        licensing_event::Done => Event::Done(take_json(data)),
        licensing_event::Failed => {
            let code = licensing_problem_code(data);
            Event::Failed(Box::new(outcome(code, data).expect_err("a failure")))
        }
    })
}

/// The next event that is neither Pending nor Progress.
pub(crate) fn next(task: *const licensing_task) -> Event {
    loop {
        match wait(task, 200).expect("a live task") {
            Event::Pending | Event::Progress(_) => {}
            event => return event,
        }
    }
}

/// The object at the end, or the problem.
pub(crate) fn finish(task: *mut licensing_task) -> Result<Value, Problem> {
    let end = next(task);
    licensing_task_free(task);
    match end {
        Event::Done(object) => Ok(object),
        Event::Failed(problem) => Err(*problem),
        other => panic!("not the end: {other:?}"),
    }
}

pub(crate) fn cancel(task: *const licensing_task) -> Result<(), Problem> {
    let mut error = ptr::null_mut();
    // SAFETY: a place to write to.
    let status = unsafe { licensing_task_cancel(task, &mut error) };
    outcome(status, error)
}

/// A web server with a connection to it.
pub(crate) struct Peer {
    pub(crate) server: WebServer,
    pub(crate) connection: *mut licensing_connection,
    pub(crate) cert_hash: String,
    pub(crate) runtime: Runtime,
}

impl Peer {
    pub(crate) fn new(behaviour: Behaviour) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let identity = self_signed();
        let server = runtime.block_on(WebServer::start(Some(identity.server_config(&[])), behaviour));
        let cert_hash = CertHash::of(&identity.certificate).to_string();
        let options =
            json!({ "address": server.address.to_string(), "certHash": cert_hash, "account": "admin" });
        let connection = open(options.to_string().as_bytes(), b"s3cret").expect("a connection");
        Self {
            server,
            connection,
            cert_hash,
            runtime,
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        licensing_connection_free(self.connection);
    }
}
