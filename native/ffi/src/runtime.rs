//! The one runtime of the process.

use std::future::Future;
use std::sync::OnceLock;

use licensing_api::{ErrorCode, Problem};
use tokio::runtime::{Builder, Runtime};

use crate::panics;
use crate::signals::{WithoutPipe, never_pipe_here};

/// Administration waits for the network most of the time; more threads would only cost memory in every shell.
const WORKERS: usize = 2;

/// The process in which the threads of the runtime are.
static HOME: OnceLock<u32> = OnceLock::new();

/// The runtime, started with the first call that needs it and never torn down: threads of a library that cannot be
/// unloaded have nobody to wait for them.
pub(crate) fn runtime() -> Result<&'static Runtime, Problem> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    if is_forked() {
        return Err(forked());
    }
    let made = RUNTIME.get_or_init(|| {
        panics::install_panic_hook();
        HOME.get_or_init(std::process::id);
        Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("licensing")
            .on_thread_start(|| {
                panics::own_this_thread();
                never_pipe_here();
            })
            .enable_all()
            .build()
            .map_err(|error| error.to_string())
    });
    made.as_ref().map_err(|error| {
        Problem::new(
            ErrorCode::InternalError,
            format!("No threads could be started: {error}."),
        )
    })
}

/// Waits for a result on the calling thread.
///
/// # Errors
/// When there is no runtime.
pub(crate) fn wait_for<F: Future>(result: F) -> Result<F::Output, Problem> {
    let runtime = runtime()?;
    let _held_back = WithoutPipe::new();
    Ok(runtime.block_on(result))
}

/// Whether this process was forked from the one that has the threads, so that nothing would ever be answered.
pub(crate) fn is_forked() -> bool {
    HOME.get().is_some_and(|home| *home != std::process::id())
}

pub(crate) fn forked() -> Problem {
    Problem::new(
        ErrorCode::InvalidRequest,
        "This process was forked from one that uses the library, whose threads and leases are not here.",
    )
    .about("fork")
    .advise("Use the library only after the fork, or let the child start another program.")
}
