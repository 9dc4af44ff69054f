//! Who may use the web services: accounts with passwords, bearer tokens, and the record of who changed what.
//!
//! Everything lives in `state/server.db`. A change and its record are one transaction, durable before it is answered.

mod administrators;
mod audit;
mod caller;
mod database;
mod directory;
mod external;
mod hashing;
mod imports;
mod level;
mod lockout;
mod name;
mod ntlm;
mod openid;
pub mod password;
mod record;
mod sign_in;
mod tokens;
mod verified;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use licensing_api::administrator::{
    Administrator, GetAdministrators, NewAdministrator, RemoveAdministrator, ResetAdministrator,
    SetAdministrator,
};
use licensing_api::text::sentence;
use licensing_api::token::{GetTokens, IssuedToken, NewToken, RemoveToken, Token, TokenScope};
use licensing_api::{ErrorCode, Permission, Problem, Rows, Secret};

pub use audit::Actor;
pub use caller::{Caller, Credentials};
pub use database::AccountsError;
pub use name::{AccountName, NotAName};

use administrators::{Account, AccountChange};
use audit::RecordedChange;
use database::{Database, TransactionError};
use external::External;
use hashing::{HashingThreads, Lane};
use lockout::LockOut;
use ntlm::HashKey;
use password::HashMemory;
use verified::VerifiedPasswords;

use crate::blocking::blocking;

/// Handle on the accounts. Cloning gives another handle on the same.
#[derive(Debug, Clone)]
pub struct Accounts {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    database: Database,
    host_name: String,
    hashing: HashingThreads,
    lockout: LockOut,
    verified: VerifiedPasswords,
    /// What the passwords of unknown accounts are compared with.
    nobody: String,
    ntlm_key: HashKey,
    external: External,
}

impl Accounts {
    /// Opens the database, or makes an empty one. `host_name` stands for the domain of the server's own accounts.
    ///
    /// # Errors
    /// When the file cannot be used, is damaged, or is from a newer version.
    pub fn open(path: &Path, host_name: &str) -> Result<Self, AccountsError> {
        let hashing = HashingThreads::start().map_err(|source| AccountsError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            inner: Arc::new(Inner {
                database: Database::open(path)?,
                host_name: host_name.to_owned(),
                hashing,
                lockout: LockOut::default(),
                verified: VerifiedPasswords::new()?,
                nobody: password::nobody()?,
                ntlm_key: HashKey::at(&path.with_file_name("ntlm.key")),
                external: External::default(),
            }),
        })
    }

    /// Adds the first administrator of a new server. For `init`, before anything is served: it blocks.
    ///
    /// # Errors
    /// `PasswordTooWeak`, `ActiveDirectoryAccountResolutionFailed`, or `InvalidRequest` when there are accounts already.
    pub fn add_first_administrator(
        &self,
        account: &str,
        password: &Secret,
    ) -> Result<Administrator, Problem> {
        let name = self.parse(account)?;
        password::check(password, &name)?;
        let hash = password::hash(password, &mut HashMemory::default())?;
        let actor = Actor {
            account: "setup".to_owned(),
            origin: String::new(),
        };
        self.write(move |transaction, host_name| {
            if database::count(transaction, "account")? > 0 {
                return Err(Problem::new(ErrorCode::InvalidRequest, "Accounts exist already.")
                    .advise("Use one of them to add others.")
                    .into());
            }
            let stamp = (&actor, Timestamp::now());
            let added = administrators::add(transaction, &name, false, Permission::Full, Some(&hash), stamp)?;
            shown(transaction, &added, host_name)
        })
    }

    /// Whether there is no account at all.
    ///
    /// # Errors
    /// When the database fails.
    pub fn is_empty(&self) -> Result<bool, Problem> {
        self.inner
            .database
            .read(|connection| database::count(connection, "account"))
            .map(|count| count == 0)
    }

    /// Finds out whom credentials belong to.
    ///
    /// # Errors
    /// `AuthorizationFailed` when they do not hold, `AccountLocked` after too many failures, `UserNotAuthorized` for a
    /// token that only opens the licensing ports, `DirectoryUnavailable`.
    pub async fn authenticate(
        &self,
        credentials: Credentials,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<Caller, Problem> {
        match credentials {
            Credentials::Password { account, password } => {
                match self.directory_caller(&account, &password, address).await? {
                    Some(caller) => Ok(caller),
                    None => self.sign_in(&account, password, address).await,
                }
            }
            Credentials::Token(secret) => {
                let caller = if openid::is_token(&secret) {
                    self.openid_caller(&secret, address).await?
                } else {
                    None
                };
                match caller {
                    Some(caller) => Ok(caller),
                    None => self.open_with_token(secret, address, now).await,
                }
            }
        }
    }

    async fn open_with_token(
        &self,
        secret: Secret,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<Caller, Problem> {
        let found = self
            .read(move |connection, host_name| {
                let Some(found) = tokens::find(connection, &secret, host_name)? else {
                    return Ok(None);
                };
                let account = administrators::by_rid(connection, found.rid)?;
                Ok(account.map(|account| (found.token, account)))
            })
            .await?;
        let Some((token, account)) = found else {
            tracing::warn!(%address, "a token was refused");
            return Err(not_authenticated("The token is not known."));
        };
        if now >= token.expires {
            return Err(not_authenticated("The token has ended.").about(token.token_id));
        }
        match token.scope {
            TokenScope::Administration => {
                let level = token.permissions.min(account.permissions);
                Ok(self.caller(&account, level, Some(token.token_id), address))
            }
            TokenScope::Product => Err(Problem::new(
                ErrorCode::UserNotAuthorized,
                "The token opens the licensing ports, not the web services.",
            )
            .about(token.token_id)),
        }
    }

    fn caller(
        &self,
        account: &Account,
        permissions: Permission,
        token_id: Option<String>,
        address: IpAddr,
    ) -> Caller {
        let host_name = &self.inner.host_name;
        Caller {
            rid: account.rid,
            account: account.name.shown(host_name),
            user_name: account.name.name().to_owned(),
            user_domain: account.name.shown_domain(host_name),
            permissions,
            token_id,
            address,
            is_vouched: false,
        }
    }

    /// Lists accounts.
    ///
    /// # Errors
    /// `NoUsers`, `InvalidFilter`.
    pub async fn administrators(&self, filter: GetAdministrators) -> Result<Rows<Administrator>, Problem> {
        self.blocking(move |this| {
            this.inner
                .database
                .read(|connection| Ok(administrators::list(connection, &filter, &this.inner.host_name)))?
                .map_err(|refusal| this.refused(refusal))
        })
        .await
    }

    /// Adds an account. One that exists is left as it is: it is returned where the request says so, else refused.
    ///
    /// # Errors
    /// `ActiveDirectoryAccountResolutionFailed`, `PasswordTooWeak`, `AdministratorExists`, `InvalidRequest`.
    pub async fn add(&self, request: NewAdministrator, caller: &Caller) -> Result<Administrator, Problem> {
        let name = self.parse(&request.account)?;
        let permissions = account_level(request.permissions)?.unwrap_or(Permission::ReadOnly);
        if request.group && request.password.is_some() {
            return Err(
                Problem::new(ErrorCode::InvalidRequest, "password: a group has none.").about(request.account),
            );
        }
        self.check_in_directory(&name, request.group).await?;
        let hash = self.hash(request.password.clone(), &name).await?;
        let actor = caller.actor();
        self.blocking(move |this| {
            this.write(|transaction, host_name| {
                let stamp = (&actor, Timestamp::now());
                if let Some(existing) = administrators::by_key(transaction, &name.key())? {
                    let existing = shown(transaction, &existing, host_name)?;
                    return if request.keep_existing {
                        Ok(existing)
                    } else {
                        Err(exists(&existing).into())
                    };
                }
                let mut added = administrators::add(
                    transaction,
                    &name,
                    request.group,
                    permissions,
                    hash.as_deref(),
                    stamp,
                )?;
                if request.ntlm {
                    this.allow_ntlm(
                        transaction,
                        &mut added,
                        Some(true),
                        request.password.as_ref(),
                        stamp,
                    )?;
                }
                shown(transaction, &added, host_name)
            })
        })
        .await
    }

    /// Changes level or password of an account. Its tokens end with its old password unless the request keeps them.
    ///
    /// # Errors
    /// `UserNotFound`, `PasswordTooWeak`, `LastAdministrator`, `InvalidRequest`.
    pub async fn set(&self, request: SetAdministrator, caller: &Caller) -> Result<Administrator, Problem> {
        let permissions = account_level(request.permissions)?;
        let identity = request.identity;
        let account = self.blocking(move |this| this.find(&identity)).await?;
        let (plain, ntlm) = (request.password, request.ntlm);
        let password = self.hash(plain.clone(), &account.name).await?;
        let actor = caller.actor();
        let change = AccountChange {
            permissions,
            password,
            keep_tokens: request.keep_tokens,
        };
        self.blocking(move |this| {
            this.write(|transaction, host_name| {
                let stamp = (&actor, Timestamp::now());
                let mut changed = administrators::change(transaction, account.rid, &change, stamp)?;
                this.allow_ntlm(transaction, &mut changed, ntlm, plain.as_ref(), stamp)?;
                shown(transaction, &changed, host_name)
            })
        })
        .await
    }

    /// Lets an account use NTLM, or not any more; with `None` it stays as it is, and a new password takes the place of the
    /// old one.
    fn allow_ntlm(
        &self,
        transaction: &rusqlite::Transaction<'_>,
        account: &mut Account,
        wanted: Option<bool>,
        password: Option<&Secret>,
        (actor, now): (&Actor, Timestamp),
    ) -> Result<(), TransactionError> {
        let before = account.ntlm;
        account.ntlm = wanted.unwrap_or(before);
        let refused = |text: &str| {
            TransactionError::from(
                Problem::new(ErrorCode::InvalidRequest, text).about(account.name.to_string()),
            )
        };
        match (account.ntlm, password) {
            (true, _) if account.permissions != Permission::ReadOnly || account.is_group => {
                return Err(refused(
                    "ntlm: only for accounts of level ReadOnly, because what is kept for NTLM opens the account.",
                ));
            }
            (true, Some(password)) => {
                let sealed = self.inner.ntlm_key.seal(account.rid, password)?;
                ntlm::keep(transaction, account.rid, &sealed)?;
            }
            (true, None) if !before => {
                return Err(refused(
                    "ntlm: set the password in the same request; NTLM needs a hash of it.",
                ));
            }
            (false, _) if before => ntlm::forget(transaction, account.rid)?,
            (true | false, _) => {}
        }
        if account.ntlm != before {
            let change = RecordedChange {
                action: "SetAdministrator",
                target: &account.name.to_string(),
                detail: serde_json::json!({ "ntlm": account.ntlm }),
            };
            audit::record(transaction, actor, &change, now)?;
        }
        Ok(())
    }

    /// Forgets the failed sign-ins of an account.
    ///
    /// # Errors
    /// `UserNotFound`.
    pub async fn reset(
        &self,
        request: ResetAdministrator,
        caller: &Caller,
    ) -> Result<Administrator, Problem> {
        let actor = caller.actor();
        self.blocking(move |this| {
            let (account, row) = this.write(|transaction, host_name| {
                let account = administrators::resolve(transaction, &request.identity, host_name)?;
                let change = RecordedChange {
                    action: "ResetAdministrator",
                    target: &account.name.to_string(),
                    detail: serde_json::json!({}),
                };
                audit::record(transaction, &actor, &change, Timestamp::now())?;
                let row = shown(transaction, &account, host_name)?;
                Ok((account, row))
            })?;
            this.inner.lockout.reset(&account.name.key(), Instant::now());
            Ok(row)
        })
        .await
    }

    /// Removes an account and ends its tokens.
    ///
    /// # Errors
    /// `UserNotFound`, `LastAdministrator`.
    pub async fn remove(
        &self,
        request: RemoveAdministrator,
        caller: &Caller,
    ) -> Result<Administrator, Problem> {
        let actor = caller.actor();
        self.blocking(move |this| {
            this.write(|transaction, host_name| {
                let account = administrators::resolve(transaction, &request.identity, host_name)?;
                administrators::remove(transaction, &account, (&actor, Timestamp::now()))?;
                shown(transaction, &account, host_name)
            })
        })
        .await
    }

    /// Lists tokens.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(&self, filter: GetTokens) -> Result<Rows<Token>, Problem> {
        self.read(move |connection, host_name| tokens::list(connection, &filter, host_name))
            .await
    }

    /// Makes a token for the caller's account.
    ///
    /// # Errors
    /// `UserNotAuthorized` for a level above the caller's, `InvalidRequest`.
    pub async fn issue_token(
        &self,
        request: NewToken,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<IssuedToken, Problem> {
        external::require_own_account(caller)?;
        let caller = caller.clone();
        self.blocking(move |this| {
            this.write(|transaction, _| tokens::issue(transaction, &request, &caller, (&caller.actor(), now)))
        })
        .await
    }

    /// Ends a token.
    ///
    /// # Errors
    /// `TokenNotFound`.
    pub async fn remove_token(&self, request: RemoveToken, caller: &Caller) -> Result<Token, Problem> {
        let actor = caller.actor();
        self.blocking(move |this| {
            this.write(|transaction, host_name| {
                tokens::remove(transaction, &request, host_name, (&actor, Timestamp::now()))
            })
        })
        .await
    }

    /// Tokens that open the licensing ports at this time, for the vendor daemons.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn product_tokens(&self, now: Timestamp) -> Result<Vec<crate::control::ProductToken>, Problem> {
        self.read(move |connection, _| tokens::for_products(connection, now))
            .await
    }

    fn parse(&self, account: &str) -> Result<AccountName, Problem> {
        AccountName::parse(account, &self.inner.host_name).map_err(|error| {
            Problem::new(
                ErrorCode::ActiveDirectoryAccountResolutionFailed,
                sentence(&error),
            )
            .about(account)
        })
    }

    fn find(&self, identity: &str) -> Result<Account, Problem> {
        self.inner
            .database
            .read(|connection| {
                Ok(administrators::resolve(
                    connection,
                    identity,
                    &self.inner.host_name,
                ))
            })?
            .map_err(|refusal| self.refused(refusal))
    }

    async fn hash(&self, password: Option<Secret>, name: &AccountName) -> Result<Option<String>, Problem> {
        let Some(password) = password else {
            return Ok(None);
        };
        password::check(&password, name)?;
        let hashing = &self.inner.hashing;
        let hashed = hashing.submit(Lane::Known, move |memory| password::hash(&password, memory))?;
        hashed.outcome().await?.map(Some)
    }

    fn refused(&self, refusal: TransactionError) -> Problem {
        self.inner.database.explain(refusal)
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>, &str) -> Result<T, TransactionError>,
    ) -> Result<T, Problem> {
        self.inner
            .database
            .write(|transaction| work(transaction, &self.inner.host_name))
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Connection, &str) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.blocking(move |this| {
            this.inner
                .database
                .read(|connection| work(connection, &this.inner.host_name))
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let this = self.clone();
        blocking(move || work(&this)).await?
    }
}

fn shown(
    transaction: &rusqlite::Transaction<'_>,
    account: &Account,
    host_name: &str,
) -> Result<Administrator, TransactionError> {
    let machine_sid = database::machine_sid(transaction)?;
    Ok(administrators::shown(account, &machine_sid, host_name))
}

fn exists(account: &Administrator) -> Problem {
    let kind = if account.group { "group" } else { "account" };
    Problem::new(
        ErrorCode::AdministratorExists,
        format!(
            "The {kind} {} exists already, with the level {}; nothing was changed.",
            account.account,
            level::level_name(account.permissions)
        ),
    )
    .about(&account.account)
}

fn account_level(wanted: Option<Permission>) -> Result<Option<Permission>, Problem> {
    match wanted {
        Some(Permission::None) => Err(Problem::new(
            ErrorCode::InvalidRequest,
            "permissions: ReadOnly or Full.",
        )),
        other => Ok(other),
    }
}

fn not_authenticated(detail: &str) -> Problem {
    Problem::new(ErrorCode::AuthorizationFailed, detail)
}

#[cfg(test)]
mod tests;
