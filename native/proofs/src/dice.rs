//! Chance that can be repeated.

use std::ops::{Deref, DerefMut};

/// Variable that repeats a run: `LICENSING_PROOFS_SEED=1234`.
const VARIABLE: &str = "LICENSING_PROOFS_SEED";

/// Random numbers whose seed is printed, and taken from the environment when it is given there.
#[derive(Debug)]
pub struct Dice(fastrand::Rng);

impl Dice {
    /// For a proof of this name.
    ///
    /// # Panics
    /// If the environment gives a seed that is no number.
    pub fn new(proof: &str) -> Self {
        let seed = match std::env::var(VARIABLE) {
            Err(_) => fastrand::u64(..),
            Ok(text) => match text.parse() {
                Ok(seed) => seed,
                Err(_) => unreachable!("{VARIABLE} is a number, not {text:?}"),
            },
        };
        println!("{proof}: seed {seed} ({VARIABLE}={seed} takes it again)");
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Others that follow from these.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self(self.0.fork())
    }
}

impl Deref for Dice {
    type Target = fastrand::Rng;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Dice {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}
