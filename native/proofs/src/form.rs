//! The short and the long form of a proof.

/// Variable that asks for the long form: `LICENSING_PROOFS=long`.
const VARIABLE: &str = "LICENSING_PROOFS";

/// How much of a proof is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Seconds: a part of every test run.
    Short,
    /// Minutes: for figures to publish.
    Long,
}

impl Form {
    /// The form that the environment asks for; the short one unless it does.
    ///
    /// # Panics
    /// If it asks for something else: a misspelled request would be a proof that nobody made.
    pub fn of_this_run() -> Self {
        match std::env::var(VARIABLE).as_deref() {
            Err(_) | Ok("" | "short") => Self::Short,
            Ok("long") => Self::Long,
            Ok(other) => unreachable!("{VARIABLE} is \"short\" or \"long\", not {other:?}"),
        }
    }

    /// One of two sizes.
    pub fn pick<T>(self, short: T, long: T) -> T {
        match self {
            Self::Short => short,
            Self::Long => long,
        }
    }
}
