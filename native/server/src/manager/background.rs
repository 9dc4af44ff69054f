//! Threads for what must not slow checkouts down.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};

/// How much lower their priority is, where the system knows priorities of threads: beside a thread that has work to do they
/// get a thirtieth of the processor.
#[cfg(target_os = "linux")]
const LOWER: i32 = 15;

/// Threads of low priority. Dropping it ends them without waiting for their work.
pub(super) struct Background {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Background {
    /// Starts the threads.
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("background")
            .on_thread_start(lower_priority)
            .enable_all()
            .build()?;
        Ok(Self {
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
        })
    }

    /// What work is started on them by.
    pub(super) fn threads(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// On Linux a priority is that of the calling thread alone; elsewhere it would be that of the whole process.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(LOWER) {
        tracing::debug!(%error, "a thread keeps its priority");
    }
}
