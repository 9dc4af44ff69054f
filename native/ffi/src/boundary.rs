//! The border that every call crosses: no panic gets out, every failure becomes a status and a problem.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use licensing_api::{ErrorCode, Problem};
use licensing_client::CheckoutError;

use crate::buffer::{self, licensing_buffer};

/// LICENSING_ERROR_SUCCESS (0), or the number of the error that the error buffer describes.
pub type licensing_status = u32;

/// Why a call failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) problem: Problem,
    /// Number of the denial when a seat was refused, else 0.
    pub(crate) denial: i32,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem, denial: 0 }
    }
}

impl From<CheckoutError> for Failure {
    fn from(error: CheckoutError) -> Self {
        let denial = match &error {
            CheckoutError::Denied(denial) => denial.number,
            CheckoutError::Failed(_) => 0,
        };
        Self {
            problem: error.into_problem(),
            denial,
        }
    }
}

thread_local! {
    /// Whether this thread runs code of the library, so that its panics are reported and not printed.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Panics inside the library are kept for the error text instead of being printed into somebody's console.
pub(crate) fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if INSIDE.get() {
                LAST_PANIC.set(Some(panic.to_string()));
            } else {
                previous(panic);
            }
        }));
    });
}

/// Marks the calling thread as the library's own for good.
pub(crate) fn own_this_thread() {
    INSIDE.set(true);
}

/// The problem for the panic that this thread just caught.
pub(crate) fn defect() -> Problem {
    let text = LAST_PANIC
        .take()
        .unwrap_or_else(|| "a panic without a text".to_owned());
    Problem::new(ErrorCode::InternalError, format!("{text}."))
}

/// Runs `body`; its failure goes to `error`, which the caller must free, unless `error` is NULL.
///
/// # Safety
/// `error` is NULL or may be written.
pub(crate) unsafe fn guarded(
    error: *mut *mut licensing_buffer,
    body: impl FnOnce() -> Result<(), Failure>,
) -> licensing_status {
    match caught(body) {
        Ok(()) => ErrorCode::Success.number(),
        Err(failure) => {
            let code = failure.problem.code.number();
            if !error.is_null() {
                let handle = buffer::of_failure(failure);
                // SAFETY: not NULL, and the caller promised that it may be written.
                unsafe { error.write(handle) };
            }
            code
        }
    }
}

/// Runs `body` for functions that cannot report: the fallback stands for a panic.
pub(crate) fn quiet<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    let mut answer = fallback;
    let outcome = caught(|| {
        answer = body();
        Ok(())
    });
    drop(outcome);
    answer
}

fn caught(body: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    install_panic_hook();
    let outer = INSIDE.replace(true);
    // What a panic leaves half done is either local to the call or behind a lock that takes poison into account.
    let outcome = panic::catch_unwind(AssertUnwindSafe(body));
    INSIDE.set(outer);
    outcome.unwrap_or_else(|_| Err(defect().into()))
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;
    use std::ptr;

    use super::*;
    use crate::buffer::{
        licensing_buffer_free, licensing_problem_code, licensing_problem_part, licensing_problem_text,
    };

    #[test]
    #[allow(clippy::panic, reason = "the panic is what is tested")]
    fn a_panic_in_a_call_is_an_internal_error_with_its_text() {
        let mut error = ptr::null_mut();
        // SAFETY: a place to write to.
        let status = unsafe { guarded(&mut error, || panic!("a defect in the call")) };
        assert_eq!(status, ErrorCode::InternalError.number());
        assert_eq!(licensing_problem_code(error), status);
        let detail = licensing_problem_text(error, licensing_problem_part::Detail as u32);
        // SAFETY: never NULL, and the buffer is live.
        let detail = unsafe { CStr::from_ptr(detail) }.to_string_lossy().into_owned();
        assert!(
            detail.contains("a defect in the call") && detail.contains("boundary.rs"),
            "{detail}"
        );
        licensing_buffer_free(error);
    }

    #[test]
    #[allow(clippy::panic, reason = "the panic is what is tested")]
    fn a_panic_where_nothing_can_be_reported_gives_the_fallback() {
        assert_eq!(quiet(7, || panic!("a defect")), 7);
    }
}
