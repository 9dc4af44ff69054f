//! Callers whom somebody else vouches for: the directory of their domain, or an OpenID issuer.

use std::cmp::Reverse;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

use licensing_api::{ErrorCode, Problem, Secret};
use sha2::{Digest as _, Sha256};

use super::administrators::{self, Account};
use super::directory::{Directory, DirectoryUser};
use super::openid::IssuerKeys;
use super::{AccountName, Accounts, Caller, not_authenticated, sign_in};
use crate::config::LiveConfig;

/// What a remembered sign-in by the directory has in place of the hash of a password: the account that it counted for.
const BY_DIRECTORY: &str = "directory:";

/// Who else may vouch for callers. Without a configuration nobody does.
#[derive(Debug, Default)]
pub(super) struct External {
    settings: OnceLock<(LiveConfig, PathBuf)>,
    pub(super) keys: IssuerKeys,
}

impl Accounts {
    /// Lets the directory and the issuer of this configuration vouch for callers. `data` is the folder that files in it are
    /// relative to. Later calls change nothing.
    pub fn follow(&self, config: LiveConfig, data: PathBuf) {
        self.inner.external.settings.get_or_init(|| (config, data));
    }

    /// The caller, when the directory of their domain vouches for them; none when no directory serves the domain, or the
    /// account has a password here.
    pub(super) async fn directory_caller(
        &self,
        typed: &str,
        password: &Secret,
        address: IpAddr,
    ) -> Result<Option<Caller>, Problem> {
        let Some((config, data)) = self.inner.external.settings.get() else {
            return Ok(None);
        };
        let Ok(name) = AccountName::parse(typed, &self.inner.host_name) else {
            return Ok(None);
        };
        let config = config.now();
        if Directory::of(&config.directory, data, name.domain()).is_none() {
            return Ok(None);
        }
        let (this, data, password) = (self.clone(), data.clone(), password.clone());
        // It goes to its end also when nobody waits for the answer any more: an attempt that was given up while the directory
        // was away must not stay counted as a failure.
        let asking = tokio::spawn(async move {
            let Some(directory) = Directory::of(&config.directory, &data, name.domain()) else {
                return Ok(None);
            };
            this.ask_directory(&directory, &name, &password, address).await
        });
        asking.await.map_err(|error| {
            Problem::new(
                ErrorCode::UnknownError,
                format!("A task of the server ended: {error}."),
            )
        })?
    }

    /// The caller, when this directory vouches for them; none when the account has a password here.
    async fn ask_directory(
        &self,
        directory: &Directory<'_>,
        name: &AccountName,
        password: &Secret,
        address: IpAddr,
    ) -> Result<Option<Caller>, Problem> {
        let key = name.key();
        let accounts = self.accounts_of(name.domain()).await?;
        let own = accounts.iter().find(|one| one.name.key() == key);
        if own.is_some_and(|one| one.password.is_some()) {
            return Ok(None);
        }
        let now = Instant::now();
        if let Some(delay) = self.inner.lockout.delay(&key, address, now) {
            return Err(sign_in::locked(delay));
        }
        if let Some(account) = self
            .inner
            .verified
            .stored(&key, password, now)
            .and_then(|stored| {
                let rid: i64 = stored.strip_prefix(BY_DIRECTORY)?.parse().ok()?;
                accounts.iter().find(|one| one.rid == rid)
            })
        {
            return Ok(Some(self.vouched(name, account, address)));
        }
        let counted = self
            .inner
            .lockout
            .begin(&key, address, now)
            .map_err(sign_in::locked)?;
        let checked = directory.sign_in(name.name(), password).await;
        if checked.is_err() {
            // Whoever cannot be asked about has done nothing wrong.
            self.inner.lockout.undecided(&counted, Instant::now());
        }
        let Some(user) = checked? else {
            tracing::warn!(account = ?key, %address, "a sign-in with the directory failed");
            return Err(not_authenticated("Account or password is wrong."));
        };
        self.inner.lockout.succeeded(&counted, Instant::now());
        let Some(account) = highest(directory, &user, own, &accounts).await? else {
            tracing::warn!(account = ?key, %address, "whoever has signed in has no account and is in no group that has one");
            return Err(not_authenticated("Account or password is wrong."));
        };
        let stored = format!("{BY_DIRECTORY}{}", account.rid);
        self.inner
            .verified
            .remember(&key, password, &stored, Instant::now());
        self.inner.lockout.seen(&key, address, Instant::now());
        Ok(Some(self.vouched(name, account, address)))
    }

    /// Accounts of a domain, in whatever case it is written.
    async fn accounts_of(&self, domain: Option<&str>) -> Result<Vec<Account>, Problem> {
        let prefix = format!("{}\\", domain.unwrap_or_default().to_lowercase());
        self.read(move |connection, _| administrators::of_domain(connection, &prefix))
            .await
    }

    /// A caller under their own name, with what an account or a group allows.
    fn vouched(&self, name: &AccountName, account: &Account, address: IpAddr) -> Caller {
        let host_name = &self.inner.host_name;
        let own = Caller {
            account: name.shown(host_name),
            user_name: name.name().to_owned(),
            user_domain: name.shown_domain(host_name),
            ..self.caller(account, account.permissions, None, address)
        };
        Caller {
            is_vouched: account.is_group,
            ..own
        }
    }

    /// The caller of a token of the OpenID issuer; none when there is no issuer.
    pub(super) async fn openid_caller(
        &self,
        token: &Secret,
        address: IpAddr,
    ) -> Result<Option<Caller>, Problem> {
        let Some((config, data)) = self.inner.external.settings.get() else {
            return Ok(None);
        };
        let config = config.now();
        if config.openid.issuer.is_empty() {
            return Ok(None);
        }
        let owner = self.inner.external.keys.open(&config.openid, data, token).await?;
        Ok(Some(Caller {
            rid: stranger(&config.openid.issuer, &owner.account),
            account: format!("{} [{}]", owner.account, config.openid.issuer),
            user_name: owner.account,
            user_domain: config.openid.issuer.clone(),
            permissions: owner.permissions,
            token_id: None,
            address,
            is_vouched: true,
        }))
    }

    /// Makes sure that a new account or group of a domain is in the directory that serves it.
    ///
    /// # Errors
    /// `ActiveDirectoryAccountResolutionFailed`, `DirectoryUnavailable`.
    pub(super) async fn check_in_directory(&self, name: &AccountName, is_group: bool) -> Result<(), Problem> {
        let Some((config, data)) = self.inner.external.settings.get() else {
            return Ok(());
        };
        let config = config.now();
        let Some(directory) = Directory::of(&config.directory, data, name.domain()) else {
            return Ok(());
        };
        let found = if is_group {
            directory.group(name.name()).await?
        } else {
            directory.user(name.name()).await?
        };
        let what = if is_group { "group" } else { "user" };
        match found.len() {
            1 => Ok(()),
            number => Err(Problem::new(
                ErrorCode::ActiveDirectoryAccountResolutionFailed,
                format!("The directory has {number} entries of a {what} of this name."),
            )
            .about(name.to_string())),
        }
    }
}

/// The account that counts for a user: their own, or the highest of the groups that they are in.
async fn highest<'a>(
    directory: &Directory<'_>,
    user: &DirectoryUser,
    own: Option<&'a Account>,
    accounts: &'a [Account],
) -> Result<Option<&'a Account>, Problem> {
    let own = own.filter(|one| !one.is_group);
    let mut groups: Vec<&Account> = accounts
        .iter()
        .filter(|one| one.is_group && own.is_none_or(|own| own.permissions < one.permissions))
        .collect();
    groups.sort_by_key(|group| Reverse(group.permissions));
    let names: Vec<&str> = groups.iter().map(|group| group.name.name()).collect();
    let first = directory.first_group_of(user, &names).await?;
    Ok(first.and_then(|at| groups.get(at).copied()).or(own))
}

/// Refuses what only an account of one's own can have.
///
/// # Errors
/// `UserNotAuthorized`.
pub(super) fn require_own_account(caller: &Caller) -> Result<(), Problem> {
    if caller.is_vouched {
        return Err(Problem::new(
            ErrorCode::UserNotAuthorized,
            "Tokens belong to accounts of this server; whoever signs in through a group or with a token of an OpenID \
             issuer has none.",
        )
        .about(caller.account.clone()));
    }
    Ok(())
}

/// A number for somebody without an account: negative, so that it is no account's.
fn stranger(issuer: &str, account: &str) -> i64 {
    let digest = Sha256::new()
        .chain_update(issuer)
        .chain_update([0])
        .chain_update(account)
        .finalize();
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    -(i64::from_be_bytes(bytes) & i64::MAX).max(1)
}
