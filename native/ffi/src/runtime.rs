//! The one runtime of the process.

use std::sync::OnceLock;

use licensing_api::{ErrorCode, Problem};
use tokio::runtime::{Builder, Runtime};

use crate::panics;

/// Administration waits for the network most of the time; more threads would only cost memory in every shell.
const WORKERS: usize = 2;

/// The runtime, started with the first call that needs it and never torn down: threads of a library that cannot be
/// unloaded have nobody to wait for them.
pub(crate) fn runtime() -> Result<&'static Runtime, Problem> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let made = RUNTIME.get_or_init(|| {
        panics::install_panic_hook();
        Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("licensing")
            .on_thread_start(panics::own_this_thread)
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
