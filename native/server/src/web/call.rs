//! What a handler knows of the caller.

use licensing_api::{ErrorCode, Problem};

use crate::accounts::Caller;

/// One use of an operation.
pub(super) struct Call {
    /// Whom it comes from; none for what needs no credentials.
    pub(super) caller: Option<Caller>,
}

impl Call {
    /// The caller.
    ///
    /// # Errors
    /// `AuthorizationFailed` when there is none.
    pub(super) fn caller(&self) -> Result<&Caller, Problem> {
        self.caller
            .as_ref()
            .ok_or_else(|| Problem::new(ErrorCode::AuthorizationFailed, "The request has no credentials."))
    }
}
