//! The rows of accounts and the rules of changing them.

use jiff::Timestamp;
use licensing_api::administrator::{Administrator, GetAdministrators};
use licensing_api::{ErrorCode, Permission, Problem, Rows};
use licensing_seats::wildcard::Wildcard;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::json;

use super::AccountName;
use super::audit::{self, Actor, RecordedChange};
use super::database::{self, TransactionError};
use super::level::{level, level_name};
use super::tokens;

/// Most accounts.
const MAX_ACCOUNTS: u32 = 10_000;

/// One account as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) rid: i64,
    pub(super) name: AccountName,
    pub(super) is_group: bool,
    pub(super) permissions: Permission,
    /// PHC string of the password.
    pub(super) password: Option<String>,
    /// Whether it may use NTLM.
    pub(super) ntlm: bool,
}

/// A change of an account whose password is hashed already.
#[derive(Debug, Default)]
pub(super) struct AccountChange {
    pub(super) permissions: Option<Permission>,
    pub(super) password: Option<String>,
    /// Whether tokens stay in force although the password changes.
    pub(super) keep_tokens: bool,
}

const COLUMNS: &str = "rid, domain, name, is_group, permissions, password, \
                       EXISTS (SELECT 1 FROM ntlm WHERE ntlm.rid = account.rid)";

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        rid: row.get(0)?,
        name: AccountName::from_parts(row.get(1)?, row.get(2)?),
        is_group: row.get(3)?,
        permissions: level(row.get_ref(4)?.as_str()?),
        password: row.get(5)?,
        ntlm: row.get(6)?,
    })
}

pub(super) fn by_key(connection: &Connection, key: &str) -> rusqlite::Result<Option<Account>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM account WHERE key = ?1"))?
        .query_row([key], account)
        .optional()
}

pub(super) fn by_rid(connection: &Connection, rid: i64) -> rusqlite::Result<Option<Account>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM account WHERE rid = ?1"))?
        .query_row([rid], account)
        .optional()
}

/// Accounts whose key begins like this: those of a domain.
pub(super) fn of_domain(connection: &Connection, prefix: &str) -> rusqlite::Result<Vec<Account>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM account WHERE substr(key, 1, ?2) = ?1 ORDER BY key"
        ))?
        .query_map(
            params![prefix, i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX)],
            account,
        )?
        .collect()
}

fn all(connection: &Connection) -> rusqlite::Result<Vec<Account>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM account ORDER BY key"))?
        .query_map([], account)?
        .collect()
}

/// As an administrator sees it.
pub(super) fn shown(account: &Account, machine_sid: &str, host_name: &str) -> Administrator {
    Administrator {
        account: account.name.shown(host_name),
        account_sid: format!("{machine_sid}-{}", account.rid),
        group: account.is_group,
        permissions: account.permissions,
        password_set: account.password.is_some(),
        ntlm: account.ntlm,
    }
}

pub(super) fn list(
    connection: &Connection,
    filter: &GetAdministrators,
    host_name: &str,
) -> Result<Rows<Administrator>, TransactionError> {
    if let Some(sid) = &filter.account_sid
        && !is_sid(sid)
    {
        return Err(Problem::new(
            ErrorCode::InvalidFilter,
            "accountSid is not a SID: it begins with S-1-.",
        )
        .about(sid)
        .into());
    }
    let machine_sid = database::machine_sid(connection)?;
    let items: Vec<Administrator> = all(connection)?
        .iter()
        .map(|account| (account, shown(account, &machine_sid, host_name)))
        .filter(|(account, row)| {
            let is_wanted = filter.account.is_empty()
                || filter.account.iter().any(|pattern| {
                    Wildcard::new(pattern).matches(&row.account)
                        || (!pattern.contains('\\') && Wildcard::new(pattern).matches(account.name.name()))
                });
            is_wanted
                && filter
                    .account_sid
                    .as_deref()
                    .is_none_or(|sid| sid.eq_ignore_ascii_case(&row.account_sid))
                && filter.permissions.is_none_or(|level| level == row.permissions)
        })
        .map(|(_, row)| row)
        .collect();
    if items.is_empty() {
        return Err(Problem::new(ErrorCode::NoUsers, "No account matches the filter.").into());
    }
    Ok(items.into())
}

fn is_sid(text: &str) -> bool {
    text.get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("S-1-"))
}

/// Finds an account by name or SID.
pub(super) fn resolve(
    connection: &Connection,
    identity: &str,
    host_name: &str,
) -> Result<Account, TransactionError> {
    let found = if is_sid(identity) {
        let machine_sid = database::machine_sid(connection)?;
        let rid = identity
            .get(machine_sid.len()..)
            .filter(|_| {
                identity
                    .get(..machine_sid.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(&machine_sid))
            })
            .and_then(|rest| rest.strip_prefix('-'))
            .and_then(|rid| rid.parse().ok());
        match rid {
            Some(rid) => by_rid(connection, rid)?,
            None => None,
        }
    } else {
        match AccountName::parse(identity, host_name) {
            Ok(name) => by_key(connection, &name.key())?,
            Err(_) => None,
        }
    };
    found.ok_or_else(|| {
        Problem::new(ErrorCode::UserNotFound, "No account has this name or SID.")
            .about(identity)
            .into()
    })
}

/// Adds an account of which there is none yet.
pub(super) fn add(
    transaction: &Transaction<'_>,
    name: &AccountName,
    is_group: bool,
    permissions: Permission,
    password: Option<&str>,
    (actor, now): (&Actor, Timestamp),
) -> Result<Account, TransactionError> {
    let key = name.key();
    if database::count(transaction, "account")? >= MAX_ACCOUNTS {
        return Err(Problem::new(
            ErrorCode::InvalidRequest,
            format!("There are {MAX_ACCOUNTS} accounts, the most that are kept."),
        )
        .advise("Remove accounts that are not needed any more.")
        .into());
    }
    transaction.execute(
        "INSERT INTO account (key, domain, name, is_group, permissions, password) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![key, name.domain(), name.name(), is_group, level_name(permissions), password],
    )?;
    let account = Account {
        rid: transaction.last_insert_rowid(),
        name: name.clone(),
        is_group,
        permissions,
        password: password.map(str::to_owned),
        ntlm: false,
    };
    let change = RecordedChange {
        action: "NewAdministrator",
        target: &name.to_string(),
        detail: json!({ "rid": account.rid, "group": is_group, "permissions": permissions, "passwordSet": password.is_some() }),
    };
    audit::record(transaction, actor, &change, now)?;
    Ok(account)
}

/// Changes level and password; what is absent stays. The tokens of the account end with its old password.
pub(super) fn change(
    transaction: &Transaction<'_>,
    rid: i64,
    change: &AccountChange,
    (actor, now): (&Actor, Timestamp),
) -> Result<Account, TransactionError> {
    let mut account = by_rid(transaction, rid)?.ok_or_else(gone)?;
    let level_changes = change.permissions.filter(|level| *level != account.permissions);
    if level_changes.is_none() && change.password.is_none() {
        return Ok(account);
    }
    if level_changes == Some(Permission::ReadOnly) {
        keep_one_administrator(transaction, &account)?;
    }
    if account.is_group && change.password.is_some() {
        return Err(
            Problem::new(ErrorCode::InvalidRequest, "A group has no password.")
                .about(account.name.to_string())
                .into(),
        );
    }
    account.permissions = change.permissions.unwrap_or(account.permissions);
    account.password = change.password.clone().or(account.password);
    transaction.execute(
        "UPDATE account SET permissions = ?2, password = ?3 WHERE rid = ?1",
        params![rid, level_name(account.permissions), account.password],
    )?;
    // Whoever had the old password may have made tokens with it.
    let ended = if change.password.is_some() && !change.keep_tokens {
        tokens::end_all_of(transaction, rid)?
    } else {
        Vec::new()
    };
    let entry = RecordedChange {
        action: "SetAdministrator",
        target: &account.name.to_string(),
        detail: json!({
            "permissions": change.permissions,
            "passwordChanged": change.password.is_some(),
            "endedTokens": ended,
        }),
    };
    audit::record(transaction, actor, &entry, now)?;
    Ok(account)
}

/// Removes an account with its tokens.
pub(super) fn remove(
    transaction: &Transaction<'_>,
    account: &Account,
    (actor, now): (&Actor, Timestamp),
) -> Result<(), TransactionError> {
    keep_one_administrator(transaction, account)?;
    let tokens = tokens::end_all_of(transaction, account.rid)?;
    transaction.execute("DELETE FROM account WHERE rid = ?1", [account.rid])?;
    let entry = RecordedChange {
        action: "RemoveAdministrator",
        target: &account.name.to_string(),
        detail: json!({ "rid": account.rid, "endedTokens": tokens }),
    };
    audit::record(transaction, actor, &entry, now)?;
    Ok(())
}

fn gone() -> Problem {
    Problem::new(ErrorCode::UserNotFound, "The account was removed meanwhile.")
}

/// An account with Full permission that can sign in must remain. Groups and accounts without a password do not count:
/// nobody could get in with them.
fn keep_one_administrator(transaction: &Transaction<'_>, leaving: &Account) -> Result<(), TransactionError> {
    if leaving.permissions != Permission::Full || leaving.is_group || leaving.password.is_none() {
        return Ok(());
    }
    let others: u32 = transaction.query_row(
        "SELECT count(*) FROM account
         WHERE rid <> ?1 AND permissions = 'Full' AND is_group = 0 AND password IS NOT NULL",
        [leaving.rid],
        |row| row.get(0),
    )?;
    if others > 0 {
        return Ok(());
    }
    Err(Problem::new(
        ErrorCode::LastAdministrator,
        "It is the last account with Full permission and a password.",
    )
    .about(leaving.name.to_string())
    .into())
}
