//! Bytes that the library hands out, and the problems among them.

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::Arc;

use interoptopus::{ffi_function, ffi_type};
use licensing_api::Problem;
use zeroize::Zeroizing;

use crate::call_error::CallError;
use crate::handles::Table;
use crate::panics::quiet;

/// Bytes of the library, usually JSON in UTF-8. Free it with licensing_buffer_free.
#[ffi_type(opaque, name = "Buffer")]
pub struct licensing_buffer {
    _private: [u8; 0],
}

/// Parts of a problem, for licensing_problem_text.
#[ffi_type(name = "ProblemPart")]
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum licensing_problem_part {
    /// Stable name of the error, such as CommunicationError.
    Name = 0,
    /// What happened, in general.
    Title = 1,
    /// What happened, in this case.
    Detail = 2,
    /// To what it happened; may be empty.
    Target = 3,
    /// What to do.
    Action = 4,
}

pub(crate) struct Buffer {
    /// Ends with a NUL that does not count. Answers may hold secrets, such as a new token, so all are wiped.
    bytes: Zeroizing<Vec<u8>>,
    problem: Option<ProblemTexts>,
}

struct ProblemTexts {
    code: u32,
    denial: i32,
    /// In the order of `licensing_problem_part`.
    parts: [CString; 5],
}

/// Outside the function because its macro does not know this kind of literal.
static EMPTY: &CStr = c"";

static BUFFERS: Table<licensing_buffer, Buffer> = Table::new();

/// A buffer with these bytes.
pub(crate) fn of_bytes(mut bytes: Vec<u8>) -> *mut licensing_buffer {
    bytes.push(0);
    BUFFERS.insert(Arc::new(Buffer {
        bytes: Zeroizing::new(bytes),
        problem: None,
    }))
}

/// A buffer that describes a failure.
pub(crate) fn of_failure(failure: CallError) -> *mut licensing_buffer {
    let CallError { problem, denial } = failure;
    let mut bytes = json(&problem);
    bytes.push(0);
    let code = problem.code;
    let parts = [
        code.name(),
        &problem.title,
        &problem.detail,
        &problem.target,
        &problem.action,
    ]
    .map(c_text);
    let problem = ProblemTexts {
        code: code.number(),
        denial,
        parts,
    };
    BUFFERS.insert(Arc::new(Buffer {
        bytes: Zeroizing::new(bytes),
        problem: Some(problem),
    }))
}

fn json(problem: &Problem) -> Vec<u8> {
    // Texts and numbers alone can always be written; were it otherwise, the getters still have everything.
    serde_json::to_vec(problem).unwrap_or_default()
}

/// Text for C: it ends where a NUL stands in it.
pub(crate) fn c_text(text: &str) -> CString {
    let visible = text.split('\0').next().unwrap_or_default();
    CString::new(visible).unwrap_or_default()
}

/// The bytes of the buffer, followed by a NUL that its length does not count. They stay until the buffer is freed.
/// NULL when the handle is not valid.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_buffer_data(buffer: *const licensing_buffer) -> *const u8 {
    quiet(ptr::null(), || {
        BUFFERS
            .get(buffer)
            .map_or(ptr::null(), |buffer| buffer.bytes.as_ptr())
    })
}

/// How many bytes the buffer has; 0 when the handle is not valid.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_buffer_length(buffer: *const licensing_buffer) -> u64 {
    quiet(0, || {
        BUFFERS
            .get(buffer)
            .map_or(0, |buffer| buffer.bytes.len() as u64 - 1)
    })
}

/// Frees a buffer. NULL and handles that are not valid are left alone.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_buffer_free(buffer: *mut licensing_buffer) {
    quiet((), || drop(BUFFERS.remove(buffer)));
}

/// Number of the error that the buffer describes, one of LICENSING_ERROR_...; 0 when it describes none.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_problem_code(error: *const licensing_buffer) -> u32 {
    quiet(0, || with_problem(error, |problem| problem.code).unwrap_or(0))
}

/// One part of the error that the buffer describes, by its licensing_problem_part. It stays until the buffer is
/// freed. An empty text when the buffer describes no error or there is no such part.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_problem_text(error: *const licensing_buffer, part: u32) -> *const c_char {
    let part_of = |problem: &ProblemTexts| {
        let part = usize::try_from(part)
            .ok()
            .and_then(|part| problem.parts.get(part));
        part.map(|text| text.as_ptr())
    };
    quiet(EMPTY.as_ptr(), || {
        with_problem(error, part_of).flatten().unwrap_or(EMPTY.as_ptr())
    })
}

/// Number of the denial when a seat was refused, such as -4 when all seats are taken; else 0.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_problem_denial(error: *const licensing_buffer) -> i32 {
    quiet(0, || with_problem(error, |problem| problem.denial).unwrap_or(0))
}

fn with_problem<T>(error: *const licensing_buffer, read: impl FnOnce(&ProblemTexts) -> T) -> Option<T> {
    let buffer = BUFFERS.get(error).ok()?;
    buffer.problem.as_ref().map(read)
}
