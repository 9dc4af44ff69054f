//! Credentials, and whom they turn out to belong to.

use std::net::IpAddr;

use licensing_api::{Permission, Secret};

use super::Actor;

/// What a request brings to prove who sends it.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Account and password.
    Password {
        /// Account as it was typed.
        account: String,
        /// Password.
        password: Secret,
    },
    /// Bearer token.
    Token(Secret),
}

/// Whom credentials belong to, and what they permit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Relative id of the account.
    pub(super) rid: i64,
    /// Account, `DOMAIN\name`.
    pub account: String,
    /// Name without domain.
    pub user_name: String,
    /// Domain; the server's own name for its own accounts.
    pub user_domain: String,
    /// What these credentials permit.
    pub permissions: Permission,
    /// Id of the token that was used.
    pub token_id: Option<String>,
    /// Where the request comes from.
    pub address: IpAddr,
}

impl Caller {
    /// How the caller appears in the audit.
    pub fn actor(&self) -> Actor {
        Actor {
            account: match &self.token_id {
                Some(token_id) => format!("{} [{token_id}]", self.account),
                None => self.account.clone(),
            },
            origin: self.address.to_string(),
        }
    }
}
