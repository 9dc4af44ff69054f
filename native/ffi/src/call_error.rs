//! Why a call of the library failed.

use licensing_api::Problem;
use licensing_client::CheckoutError;

/// Why a call failed.
#[derive(Debug)]
pub(crate) struct CallError {
    pub(crate) problem: Problem,
    /// Number of the denial when a seat was refused, else 0.
    pub(crate) denial: i32,
}

impl From<Problem> for CallError {
    fn from(problem: Problem) -> Self {
        Self { problem, denial: 0 }
    }
}

impl From<CheckoutError> for CallError {
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
