//! Credentials, and whom they turn out to belong to.

use std::net::IpAddr;

use licensing_api::text::escaped;
use licensing_api::{Permission, Secret};

use super::{Actor, tokens};

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

/// Most characters of a claimed account that are shown.
const SHOWN_CHARACTERS: usize = 100;

impl Credentials {
    /// Whom the credentials claim to be of, before they are checked; safe to show.
    pub fn claimed(&self) -> String {
        match self {
            Self::Password { account, .. } => {
                let shown: String = account.chars().take(SHOWN_CHARACTERS).collect();
                escaped(&shown).into_owned()
            }
            Self::Token(secret) => match tokens::id_of(secret.expose()) {
                Some(id) => format!("[{id}]"),
                None => "[no token]".to_owned(),
            },
        }
    }
}

/// Whom credentials belong to, and what they may do.
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
    /// What they may do with these credentials.
    pub permissions: Permission,
    /// Id of the token that was used.
    pub token_id: Option<String>,
    /// Where the request comes from.
    pub address: IpAddr,
    /// Whether they have no account of their own here: a group or an OpenID issuer vouches for them.
    pub is_vouched: bool,
}

impl Caller {
    /// What is the same for all credentials of one account.
    pub fn account_id(&self) -> i64 {
        self.rid
    }

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
