//! Work that takes a while, beside the tasks that answer.

use licensing_api::{ErrorCode, Problem};

/// Runs it on a thread of its own.
///
/// # Errors
/// [`ErrorCode::UnknownError`] if it panics, or the server ends before it began.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Problem::new(
            ErrorCode::UnknownError,
            format!("A task of the server ended: {error}."),
        )
    })
}
