//! The border that every call crosses: every failure becomes a status and a problem.

use licensing_api::ErrorCode;

use crate::buffer::{self, licensing_buffer};
use crate::call_error::CallError;
use crate::panics::caught;
use crate::runtime;

/// LICENSING_ERROR_SUCCESS (0), or the number of the error that the error buffer describes.
pub type licensing_status = u32;

/// Runs `body`; its failure goes to `error`, which the caller must free, unless `error` is NULL.
///
/// # Safety
/// `error` is NULL or may be written.
pub(crate) unsafe fn guarded(
    error: *mut *mut licensing_buffer,
    body: impl FnOnce() -> Result<(), CallError>,
) -> licensing_status {
    match caught(at_home(body)) {
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

/// In a process that was forked, locks may be held by threads that are not there: nothing is touched.
fn at_home(body: impl FnOnce() -> Result<(), CallError>) -> impl FnOnce() -> Result<(), CallError> {
    || match runtime::is_forked() {
        true => Err(runtime::forked().into()),
        false => body(),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;
    use std::ptr;

    use super::*;
    use crate::buffer::{
        licensing_buffer_free, licensing_problem_code, licensing_problem_part, licensing_problem_text,
    };
    use crate::panics::quiet;

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
