//! Signing in with account and password.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use licensing_api::{ErrorCode, Permission, Problem, Secret};
use licensing_wsman::ntlm::{Claim, Session};

use super::administrators::{self, Account};
use super::hashing::Lane;
use super::password::{self, HashMemory};
use super::{AccountName, Accounts, Caller, not_authenticated, ntlm};
use crate::blocking::blocking;

/// Longest text that is kept of what is no account name.
const KEPT_CHARACTERS: usize = 300;

/// One attempt to sign in.
struct SignIn {
    /// Key of the account name.
    key: String,
    password: Secret,
    address: IpAddr,
}

impl Accounts {
    /// Whoever is not refused at once is checked, counted and logged, also if nobody waits for the answer any more.
    pub(super) async fn sign_in(
        &self,
        typed: &str,
        password: Secret,
        address: IpAddr,
    ) -> Result<Caller, Problem> {
        // A text that is no name is treated like a name that nobody has.
        let key = match AccountName::parse(typed, &self.inner.host_name) {
            Ok(name) => name.key(),
            Err(_) => format!(
                "?{}",
                typed
                    .chars()
                    .take(KEPT_CHARACTERS)
                    .collect::<String>()
                    .to_lowercase()
            ),
        };
        let attempt = SignIn {
            key,
            password,
            address,
        };
        let now = Instant::now();
        if let Some(delay) = self.inner.lockout.delay(&attempt.key, address, now) {
            return Err(locked(delay));
        }
        if let Some(caller) = self.remembered_caller(&attempt, now).await? {
            return Ok(caller);
        }
        let lane = if self.inner.lockout.knows(&attempt.key, address, now) {
            Lane::Known
        } else {
            Lane::Stranger(address)
        };
        let this = self.clone();
        let checked = self
            .inner
            .hashing
            .submit(lane, move |memory| this.check(&attempt, memory))?;
        checked.outcome().await?
    }

    /// The caller, if the password was found right a short while ago and nothing has changed since.
    async fn remembered_caller(&self, attempt: &SignIn, now: Instant) -> Result<Option<Caller>, Problem> {
        let SignIn { key, password, .. } = attempt;
        let Some(stored) = self.inner.verified.stored(key, password, now) else {
            return Ok(None);
        };
        let (this, key) = (self.clone(), key.clone());
        let account = blocking(move || this.account_by_key(&key)).await??;
        let account = account.filter(|account| account.password.as_ref() == Some(&stored));
        Ok(account.map(|account| self.signed_in(&account, attempt, now)))
    }

    /// Checks the password of one attempt, on a thread that hashes.
    fn check(&self, attempt: &SignIn, memory: &mut HashMemory) -> Result<Caller, Problem> {
        let SignIn {
            key,
            password,
            address,
        } = attempt;
        let account = self.account_by_key(key)?;
        let stored = account.as_ref().and_then(|account| account.password.as_deref());
        let now = Instant::now();
        let counted = self.inner.lockout.begin(key, *address, now).map_err(locked)?;
        // Another request with the same password may have come first.
        let fits = match stored {
            Some(stored) if self.inner.verified.stored(key, password, now).as_deref() == Some(stored) => true,
            stored => password::fits(password, stored.unwrap_or(&self.inner.nobody), memory),
        };
        match (&account, stored) {
            (Some(account), Some(stored)) if fits => {
                let now = Instant::now();
                self.inner.lockout.succeeded(&counted, now);
                self.inner.verified.remember(key, password, stored, now);
                Ok(self.signed_in(account, attempt, now))
            }
            _ => {
                let locked_for = self.inner.lockout.delay(key, *address, Instant::now());
                tracing::warn!(account = ?key, %address, ?locked_for, "a sign-in failed");
                Err(not_authenticated("Account or password is wrong."))
            }
        }
    }

    fn signed_in(&self, account: &Account, attempt: &SignIn, now: Instant) -> Caller {
        self.inner.lockout.seen(&attempt.key, attempt.address, now);
        self.caller(account, account.permissions, None, attempt.address)
    }

    /// Finds out whether a claim of NTLM is true. Only accounts that may use NTLM have what it takes; a claim for any
    /// other is false. A domain that nobody knows means this server, as on Windows.
    ///
    /// # Errors
    /// `AuthorizationFailed`, `AccountLocked`, `StorageUnavailable`.
    pub async fn sign_in_with_ntlm(
        &self,
        claim: Claim,
        address: IpAddr,
    ) -> Result<(Caller, Session), Problem> {
        let this = self.clone();
        blocking(move || this.check_ntlm(&claim, address)).await?
    }

    fn check_ntlm(&self, claim: &Claim, address: IpAddr) -> Result<(Caller, Session), Problem> {
        let (key, account) = self.claimed(claim)?;
        let now = Instant::now();
        if let Some(delay) = self.inner.lockout.delay(&key, address, now) {
            return Err(locked(delay));
        }
        let counted = self.inner.lockout.begin(&key, address, now).map_err(locked)?;
        let stored = match &account {
            Some(account) => {
                let rid = account.rid;
                let stored = self
                    .inner
                    .database
                    .read(|connection| ntlm::stored(connection, rid))?;
                stored.map(|stored| (rid, stored))
            }
            None => None,
        };
        let session = match stored {
            Some((rid, stored)) => claim.verify(&self.inner.ntlm_key.open(rid, &stored)?),
            None => None,
        };
        match account.zip(session) {
            Some((account, session)) => {
                let now = Instant::now();
                self.inner.lockout.succeeded(&counted, now);
                self.inner.lockout.seen(&key, address, now);
                Ok((self.caller(&account, account.permissions, None, address), session))
            }
            None => {
                tracing::warn!(account = ?key, %address, "a sign-in with NTLM failed");
                Err(not_authenticated("Account or password is wrong."))
            }
        }
    }

    /// Whom a claim is about, and the name under which its failures count.
    fn claimed(&self, claim: &Claim) -> Result<(String, Option<Account>), Problem> {
        let host_name = &self.inner.host_name;
        let (user, domain) = (claim.user(), claim.domain());
        let spellings = match (domain.is_empty(), user.contains('@')) {
            (true, _) | (_, true) => vec![user.to_owned()],
            (false, false) => vec![format!("{domain}\\{user}"), user.to_owned()],
        };
        let kept: String = user.chars().take(KEPT_CHARACTERS).collect();
        let mut key = format!("?{}", kept.to_lowercase());
        for spelling in spellings {
            let Ok(name) = AccountName::parse(&spelling, host_name) else {
                continue;
            };
            key = name.key();
            if let Some(account) = self.account_by_key(&key)? {
                return Ok((key, Some(account)));
            }
        }
        Ok((key, None))
    }

    /// The account of whoever has shown a valid ticket of Kerberos: `name@REALM`, which needs no password here. An account
    /// without a domain is never meant: nobody has said that the realm may vouch for it.
    ///
    /// # Errors
    /// `AuthorizationFailed`, `StorageUnavailable`.
    pub async fn sign_in_with_ticket(
        &self,
        name: &str,
        realm: &str,
        address: IpAddr,
    ) -> Result<Caller, Problem> {
        let principal = format!("{name}@{realm}");
        let key = AccountName::parse(&principal, &self.inner.host_name)
            .ok()
            .filter(|name| name.domain().is_some())
            .map(|name| name.key());
        let this = self.clone();
        blocking(move || {
            let account = match &key {
                Some(key) => this.account_by_key(key)?,
                None => None,
            };
            match account.filter(|account| !account.is_group) {
                Some(account) => Ok(this.caller(&account, account.permissions, None, address)),
                None => {
                    tracing::warn!(?principal, %address, "a ticket of Kerberos is of nobody who has an account");
                    Err(not_authenticated("There is no account of this name."))
                }
            }
        })
        .await?
    }

    /// What an account may do now; none when it is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn permissions_of(&self, caller: &Caller) -> Result<Option<Permission>, Problem> {
        let (this, rid) = (self.clone(), caller.rid);
        let account = blocking(move || {
            this.inner
                .database
                .read(|connection| administrators::by_rid(connection, rid))
        })
        .await??;
        Ok(account.map(|account| account.permissions))
    }

    fn account_by_key(&self, key: &str) -> Result<Option<Account>, Problem> {
        self.inner
            .database
            .read(|connection| administrators::by_key(connection, key))
    }
}

pub(super) fn locked(delay: Duration) -> Problem {
    let seconds = u32::try_from(delay.as_secs())
        .unwrap_or(u32::MAX)
        .saturating_add(1);
    Problem::new(
        ErrorCode::AccountLocked,
        format!("Sign-ins are refused for another {seconds} s."),
    )
    .retry_after(seconds)
}
