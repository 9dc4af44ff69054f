//! Work that takes a while, beside the tasks that answer.

use std::io;
use std::sync::Arc;

use licensing_api::{ErrorCode, Problem};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinError;

/// Runs it on a thread of its own.
///
/// # Errors
/// [`ErrorCode::UnknownError`] if it panics, or the server ends before it began.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ended(&error))
}

fn ended(error: &JoinError) -> Problem {
    Problem::new(
        ErrorCode::UnknownError,
        format!("A task of the server ended: {error}."),
    )
}

/// One thread for work that takes much memory, one piece after the other. The allocator keeps memory for each thread that it
/// has served: work that changes between the threads of the runtime would take its memory once for each of them. Cloning gives
/// another handle on the same thread.
#[derive(Debug, Clone)]
pub(crate) struct LargeWork(Arc<Thread>);

#[derive(Debug)]
struct Thread(Option<Runtime>);

impl LargeWork {
    /// The thread starts with the first piece of work.
    ///
    /// # Errors
    /// When the system has no more of what a runtime takes.
    pub(crate) fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .thread_name("large-work")
            .max_blocking_threads(1)
            .build()?;
        Ok(Self(Arc::new(Thread(Some(runtime)))))
    }

    /// Does a piece of work after those that came before.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownError`] if it panics, or the server ends before it began.
    pub(crate) async fn carry_out<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let begun = self.0.0.as_ref().map(|runtime| runtime.spawn_blocking(work));
        match begun {
            Some(work) => work.await.map_err(|error| ended(&error)),
            None => Err(Problem::new(ErrorCode::UnknownError, "The server ends.")),
        }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        // A runtime that is dropped otherwise waits for its work, which tasks of another runtime must not.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
