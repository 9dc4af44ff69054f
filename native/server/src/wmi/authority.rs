//! The accounts of the server, as WS-Management asks for them.

use std::net::IpAddr;

use jiff::Timestamp;
use licensing_api::{ErrorCode, Permission, Problem, Secret};
use licensing_wsman::http::{Authority, Identity, Refusal};
use licensing_wsman::ntlm::{Claim, Session};

use crate::accounts::{Accounts, Caller, Credentials};

/// Somebody who may read.
#[derive(Debug, Clone)]
pub(super) struct Reader(Caller);

impl Identity for Reader {
    fn account(&self) -> &str {
        &self.0.account
    }
}

/// The accounts.
#[derive(Debug)]
pub(super) struct Readers(pub(super) Accounts);

impl Authority for Readers {
    type Identity = Reader;

    async fn password(&self, account: &str, password: &str, peer: IpAddr) -> Result<Reader, Refusal> {
        let credentials = Credentials::Password {
            account: account.to_owned(),
            password: Secret::new(password),
        };
        let caller = self.0.authenticate(credentials, peer, Timestamp::now()).await;
        admitted(caller.map_err(|problem| refusal(&problem))?)
    }

    async fn ntlm(&self, claim: Claim, peer: IpAddr) -> Result<(Reader, Session), Refusal> {
        let (caller, session) = self
            .0
            .sign_in_with_ntlm(claim, peer)
            .await
            .map_err(|problem| refusal(&problem))?;
        Ok((admitted(caller)?, session))
    }

    async fn kerberos(&self, name: &str, realm: &str, peer: IpAddr) -> Result<Reader, Refusal> {
        let caller = self.0.sign_in_with_ticket(name, realm, peer).await;
        admitted(caller.map_err(|problem| refusal(&problem))?)
    }

    async fn still(&self, identity: &Reader) -> Result<(), Refusal> {
        let permissions = self.0.permissions_of(&identity.0).await;
        match permissions.map_err(|problem| refusal(&problem))? {
            Some(Permission::ReadOnly | Permission::Full) => Ok(()),
            Some(Permission::None) | None => Err(Refusal::Denied),
        }
    }

    fn offers_ntlm(&self) -> bool {
        true
    }
}

fn admitted(caller: Caller) -> Result<Reader, Refusal> {
    match caller.permissions {
        Permission::ReadOnly | Permission::Full => Ok(Reader(caller)),
        Permission::None => Err(Refusal::Forbidden),
    }
}

fn refusal(problem: &Problem) -> Refusal {
    match problem.code {
        ErrorCode::AuthorizationFailed => Refusal::Denied,
        ErrorCode::UserNotAuthorized => Refusal::Forbidden,
        ErrorCode::AccountLocked | ErrorCode::TooManyRequests => Refusal::Later {
            code: problem.code.name(),
            seconds: problem.retry_after.unwrap_or(1),
        },
        _ => Refusal::Unavailable,
    }
}
