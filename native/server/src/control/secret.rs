//! The secret of one start of one daemon.

use licensing_api::Secret;
use subtle::ConstantTimeEq;

/// Bytes of randomness.
const BYTES: usize = 32;

/// Shared by the manager and the daemon it has started; it travels through the daemon's standard input.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ControlSecret(Secret);

impl ControlSecret {
    /// A new one.
    ///
    /// # Errors
    /// If the system has no randomness to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(Secret::new(hex::encode(bytes))))
    }

    /// The text, for the request that carries it.
    pub(super) fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Whether this is the secret; takes as long for any text of its length.
    pub(super) fn matches(&self, presented: &[u8]) -> bool {
        self.0.expose().as_bytes().ct_eq(presented).into()
    }
}
