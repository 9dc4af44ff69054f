//! No panic leaves the library.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use licensing_api::{ErrorCode, Problem};

use crate::call_error::CallError;

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
pub(crate) fn internal_error() -> Problem {
    let text = LAST_PANIC
        .take()
        .unwrap_or_else(|| "a panic without a text".to_owned());
    Problem::new(ErrorCode::InternalError, format!("{text}."))
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

/// Runs `body`; a panic becomes an internal error.
pub(crate) fn caught(body: impl FnOnce() -> Result<(), CallError>) -> Result<(), CallError> {
    install_panic_hook();
    let outer = INSIDE.replace(true);
    // What a panic leaves half done is either local to the call or behind a lock that takes poison into account.
    let outcome = panic::catch_unwind(AssertUnwindSafe(body));
    INSIDE.set(outer);
    outcome.unwrap_or_else(|_| Err(internal_error().into()))
}
