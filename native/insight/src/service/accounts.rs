//! Organizations, accounts and what a caller may see.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use licensing_api::{ErrorCode, Permission, Problem, Secret};
use licensing_management::id::ServerGuid;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::knowledge::require_operator;
use super::{Account, Insight, Organization, RegisteredServer, not_found, to_json};
use crate::storage::{Change, Expected, Kind};

/// Longest name of an organization or account, in bytes.
const MAX_NAME_BYTES: usize = 128;

/// What a token begins with.
const TOKEN_PREFIX: &str = "ins_";

impl Account {
    /// The account that commands on the machine itself use: an operator.
    pub fn local() -> Self {
        Self {
            name: "insightd".to_owned(),
            organization: None,
            permission: Permission::Full,
            added: Timestamp::UNIX_EPOCH,
            token_hash: String::new(),
        }
    }

    /// The organization that a change is for: the one that was named, or the caller's own.
    ///
    /// # Errors
    /// When it is another one than the caller's.
    pub fn organization_for<'a>(&'a self, named: Option<&'a str>) -> Result<Option<&'a str>, Problem> {
        match (named, self.organization.as_deref()) {
            (Some(named), Some(own)) if named != own => Err(Problem::new(
                ErrorCode::UserNotAuthorized,
                "Only operators change what belongs to another organization than their own.",
            )),
            (named, own) => Ok(named.or(own)),
        }
    }

    /// Whether the caller may know of what belongs to an organization.
    pub fn sees(&self, organization: &str) -> bool {
        self.organization.as_deref().is_none_or(|own| own == organization)
    }
}

fn name(text: &str) -> Result<&str, Problem> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_NAME_BYTES || text.chars().any(char::is_control) {
        return Err(Problem::new(
            ErrorCode::InvalidRequest,
            format!("A name has 1 to {MAX_NAME_BYTES} bytes without control characters."),
        ));
    }
    Ok(text)
}

/// Key under which the account of a token is kept.
fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

impl Insight {
    /// Adds an organization for an operator; one that exists stays as it is.
    ///
    /// # Errors
    /// When the caller is no operator, the name will not do, or the storage fails.
    pub fn new_organization(&self, caller: &Account, organization: &str) -> Result<Organization, Problem> {
        require_operator(caller)?;
        self.add_organization(organization)?;
        let organization = name(organization)?;
        tracing::info!(organization, by = caller.name, "an organization was added");
        self.item(Kind::Organization, organization)?
            .ok_or_else(|| not_found(format!("No organization is named '{organization}'.")))
    }

    /// Adds an organization; one that exists stays as it is.
    ///
    /// # Errors
    /// When the name will not do, or the storage fails.
    pub fn add_organization(&self, organization: &str) -> Result<(), Problem> {
        let organization = name(organization)?;
        let value = Organization {
            name: organization.to_owned(),
            added: Timestamp::now(),
        };
        self.storage.change(
            &[Expected {
                kind: Kind::Organization,
                key: organization.to_owned(),
                value: None,
            }],
            &[Change::Put {
                kind: Kind::Organization,
                key: organization.to_owned(),
                organization: Some(organization.to_owned()),
                value: to_json(Kind::Organization, &value)?,
            }],
        )?;
        Ok(())
    }

    /// Organizations that the caller may know of.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn visible_organizations(&self, caller: &Account) -> Result<Vec<Organization>, Problem> {
        Ok(self.items(Kind::Organization, caller.organization.as_deref())?)
    }

    /// # Errors
    /// When there is no such organization.
    pub(super) fn require_organization(&self, organization: &str) -> Result<(), Problem> {
        match self.storage.item(Kind::Organization, organization)? {
            Some(_) => Ok(()),
            None => Err(not_found(format!("No organization is named '{organization}'."))),
        }
    }

    /// Adds an account for a caller: to their own organization, to another one or as an operator if they are one.
    ///
    /// # Errors
    /// When the caller may not do that, and as [`Self::add_account`].
    pub fn new_account(
        &self,
        caller: &Account,
        account: &str,
        organization: Option<&str>,
        is_operator: bool,
        permission: Permission,
    ) -> Result<(Account, Secret), Problem> {
        if permission == Permission::None || is_operator && organization.is_some() {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                "An account is an operator or belongs to an organization; permissions is ReadOnly or Full.",
            ));
        }
        let organization = if is_operator {
            require_operator(caller)?;
            None
        } else {
            Some(caller.organization_for(organization)?.ok_or_else(|| {
                Problem::new(
                    ErrorCode::InvalidRequest,
                    "organization is missing; without one, operator says that the account sees all.",
                )
                .about("organization")
            })?)
        };
        let token = self.add_account(account, organization, permission)?;
        let added = self
            .account_of(token.expose())?
            .ok_or_else(|| not_found(format!("No account is named '{account}'.")))?;
        tracing::info!(account, organization, by = caller.name, "an account was added");
        Ok((added, token))
    }

    /// Adds an account and gives its token, which is shown this once. Without an organization it is an operator.
    ///
    /// # Errors
    /// When the name is taken or will not do, the organization does not exist, or the storage fails.
    pub fn add_account(
        &self,
        account: &str,
        organization: Option<&str>,
        permission: Permission,
    ) -> Result<Secret, Problem> {
        let account = name(account)?;
        if let Some(organization) = organization {
            self.require_organization(organization)?;
        }
        if self.accounts()?.iter().any(|known| known.name == account) {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                format!("An account is named '{account}' already."),
            ));
        }
        let mut random = Zeroizing::new([0; 32]);
        getrandom::fill(&mut random[..])
            .map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))?;
        let token = Zeroizing::new(format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(&random[..])));
        let value = Account {
            name: account.to_owned(),
            organization: organization.map(str::to_owned),
            permission,
            added: Timestamp::now(),
            token_hash: token_hash(&token),
        };
        self.storage.change(
            &[],
            &[Change::Put {
                kind: Kind::Account,
                key: value.token_hash.clone(),
                organization: value.organization.clone(),
                value: to_json(Kind::Account, &value)?,
            }],
        )?;
        Ok(Secret::new(token.as_str()))
    }

    /// All accounts.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn accounts(&self) -> Result<Vec<Account>, Problem> {
        Ok(self.items(Kind::Account, None)?)
    }

    /// Accounts that the caller may know of.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn visible_accounts(&self, caller: &Account) -> Result<Vec<Account>, Problem> {
        Ok(self.items(Kind::Account, caller.organization.as_deref())?)
    }

    /// Removes an account; its token is of no use from then on.
    ///
    /// # Errors
    /// When the caller may know of no such account or it is their own, or the storage fails.
    pub fn remove_account(&self, caller: &Account, account: &str) -> Result<Account, Problem> {
        if account == caller.name {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                "Nobody removes the account that they use. Let another one do it.",
            )
            .about("name"));
        }
        let found = self
            .visible_accounts(caller)?
            .into_iter()
            .find(|known| known.name == account);
        let Some(found) = found else {
            return Err(not_found(format!("No account is named '{account}'.")));
        };
        self.storage.change(
            &[],
            &[Change::Remove {
                kind: Kind::Account,
                key: found.token_hash.clone(),
            }],
        )?;
        tracing::info!(account, by = caller.name, "an account was removed");
        Ok(found)
    }

    /// The account of a token; none when it is no token of ours.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn account_of(&self, token: &str) -> Result<Option<Account>, Problem> {
        if !token.starts_with(TOKEN_PREFIX) {
            return Ok(None);
        }
        self.account_of_hash(&token_hash(token))
    }

    /// The account that is kept under the hash of its token; none when it was removed.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn account_of_hash(&self, token_hash: &str) -> Result<Option<Account>, Problem> {
        Ok(self.item(Kind::Account, token_hash)?)
    }

    /// A server that the caller may know of.
    ///
    /// # Errors
    /// When there is none.
    pub fn visible_server(&self, caller: &Account, server: &str) -> Result<RegisteredServer, Problem> {
        let unknown = || not_found(format!("No server with the GUID '{server}' is registered."));
        let guid: ServerGuid = server.parse().map_err(|_| unknown())?;
        self.server(guid)?
            .filter(|known| caller.sees(&known.organization))
            .ok_or_else(unknown)
    }

    /// The servers that the caller may know of.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn visible_servers(&self, caller: &Account) -> Result<Vec<RegisteredServer>, Problem> {
        Ok(self.servers(caller.organization.as_deref())?)
    }
}
