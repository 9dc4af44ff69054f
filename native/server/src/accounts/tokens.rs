//! The rows of bearer tokens and the rules of making them.

use jiff::{SignedDuration, Timestamp};
use licensing_api::text::is_deceptive;
use licensing_api::token::{GetTokens, IssuedToken, NewToken, RemoveToken, Token, TokenScope};
use licensing_api::{ErrorCode, Permission, Problem, Rows, Secret};
use licensing_seats::wildcard::Wildcards;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::audit::{self, Actor, RecordedChange};
use super::database::{self, TransactionError};
use super::level::{level, level_name};
use super::{AccountName, Caller};
use crate::control::{PRODUCT_TOKEN_SEPARATOR, ProductToken};

/// First characters of every token, by which scanners of source code find one that was committed by mistake.
const PREFIX: &str = "lic_";

/// Most tokens, ended ones not counted.
const MAX_TOKENS: u32 = 10_000;

/// Longest name, in characters.
const MAX_NAME_CHARACTERS: usize = 100;

/// Days when the request names none, and the most it may name.
const USUAL_DAYS: u16 = 90;
const MAX_DAYS: u16 = 366;

/// A token as it is stored.
pub(super) struct StoredToken {
    pub(super) rid: i64,
    pub(super) token: Token,
    secret_sha256: Vec<u8>,
}

const SELECT: &str = "SELECT token.token_id, token.rid, token.name, token.scope, token.permissions,
    token.secret_sha256, token.created, token.expires, account.domain, account.name
    FROM token JOIN account ON account.rid = token.rid";

fn stored(row: &Row<'_>, host_name: &str) -> rusqlite::Result<StoredToken> {
    Ok(StoredToken {
        rid: row.get(1)?,
        token: Token {
            token_id: row.get(0)?,
            name: row.get(2)?,
            account: AccountName::from_parts(row.get(8)?, row.get(9)?).shown(host_name),
            scope: match row.get_ref(3)?.as_str()? {
                "Administration" => TokenScope::Administration,
                // The narrower scope for whatever is not known.
                _ => TokenScope::Product,
            },
            permissions: level(row.get_ref(4)?.as_str()?),
            created: instant(row, 6)?,
            expires: instant(row, 7)?,
        },
        secret_sha256: row.get(5)?,
    })
}

fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get_ref(column)?
        .as_str()?
        .parse()
        .map_err(|error: jiff::Error| {
            rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
        })
}

/// Longest public part of a token that is looked up.
const MAX_ID_BYTES: usize = 64;

/// Public part of a token's text; none when it is no token at all.
pub(super) fn id_of(secret: &str) -> Option<&str> {
    let (id, rest) = secret.split_once(PRODUCT_TOKEN_SEPARATOR)?;
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let fits = id.starts_with(PREFIX) && id.len() <= MAX_ID_BYTES && id.bytes().all(is_id);
    (fits && !rest.is_empty()).then_some(id)
}

/// The token whose secret this is.
pub(super) fn find(
    connection: &Connection,
    secret: &Secret,
    host_name: &str,
) -> rusqlite::Result<Option<StoredToken>> {
    let digest: [u8; 32] = Sha256::digest(secret.expose()).into();
    let Some(id) = id_of(secret.expose()) else {
        return Ok(None);
    };
    let found = connection
        .prepare_cached(&format!("{SELECT} WHERE token.token_id = ?1"))?
        .query_row([id], |row| stored(row, host_name))
        .optional()?;
    Ok(found.filter(|found| bool::from(found.secret_sha256.ct_eq(&digest))))
}

pub(super) fn list(
    connection: &Connection,
    filter: &GetTokens,
    host_name: &str,
) -> rusqlite::Result<Rows<Token>> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY token.name, token.created"))?;
    let mut items = statement
        .query_map([], |row| stored(row, host_name).map(|stored| stored.token))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let names = Wildcards::new(&filter.name);
    items.retain(|token| names.matches(&token.name));
    Ok(items.into())
}

/// Tokens that open the licensing ports at this time.
pub(super) fn for_products(connection: &Connection, now: Timestamp) -> rusqlite::Result<Vec<ProductToken>> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE token.scope = 'Product'"))?;
    let tokens = statement
        .query_map([], |row| stored(row, ""))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(tokens
        .into_iter()
        .filter(|stored| now < stored.token.expires)
        .map(|stored| ProductToken {
            token_id: stored.token.token_id,
            secret_sha256: hex::encode(stored.secret_sha256),
            expires: stored.token.expires,
        })
        .collect())
}

/// What a request for a token asks for, checked.
struct Wanted {
    name: String,
    scope: TokenScope,
    permissions: Permission,
    expires: Timestamp,
}

fn check(request: &NewToken, caller: &Caller, now: Timestamp) -> Result<Wanted, Problem> {
    let invalid = |text: &str| Err(Problem::new(ErrorCode::InvalidRequest, text));
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARACTERS || name.contains(is_deceptive) {
        return invalid("name: 1 to 100 characters, none of them invisible or a control character.");
    }
    let days = request.days.unwrap_or(USUAL_DAYS);
    if !(1..=MAX_DAYS).contains(&days) {
        return invalid("days: 1 to 366.");
    }
    let scope = request.scope.unwrap_or(TokenScope::Administration);
    let permissions = match (scope, request.permissions) {
        (TokenScope::Product, None | Some(Permission::None)) => Permission::None,
        (TokenScope::Product, Some(Permission::ReadOnly | Permission::Full)) => {
            return invalid("permissions: a token for products has none within the web services.");
        }
        (TokenScope::Administration, Some(Permission::None)) => {
            return invalid("permissions: ReadOnly or Full.");
        }
        (TokenScope::Administration, wanted) => wanted.unwrap_or(Permission::ReadOnly),
    };
    if permissions > caller.permissions {
        return Err(Problem::new(
            ErrorCode::UserNotAuthorized,
            "A token cannot have a higher level than the account that makes it.",
        ));
    }
    let expires = now
        .checked_add(SignedDuration::from_hours(24 * i64::from(days)))
        .map_err(|error| Problem::new(ErrorCode::InvalidRequest, format!("days: {error}.")))?;
    Ok(Wanted {
        name: name.to_owned(),
        scope,
        permissions,
        expires,
    })
}

/// Makes a token for the caller's own account.
pub(super) fn issue(
    transaction: &Transaction<'_>,
    request: &NewToken,
    caller: &Caller,
    (actor, now): (&Actor, Timestamp),
) -> Result<IssuedToken, TransactionError> {
    let wanted = check(request, caller, now)?;
    transaction.execute(
        "DELETE FROM token WHERE julianday(expires) < julianday(?1) - 30",
        [now.to_string()],
    )?;
    if database::count(transaction, "token")? >= MAX_TOKENS {
        return Err(Problem::new(
            ErrorCode::InvalidRequest,
            format!("There are {MAX_TOKENS} tokens, the most that are kept."),
        )
        .advise("Remove tokens that are not needed any more.")
        .into());
    }
    let (token_id, secret) = random_secret()?;
    let token = Token {
        token_id,
        name: wanted.name,
        account: caller.account.clone(),
        scope: wanted.scope,
        permissions: wanted.permissions,
        created: now,
        expires: wanted.expires,
    };
    transaction.execute(
        "INSERT INTO token (token_id, rid, name, scope, permissions, secret_sha256, created, expires)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            token.token_id,
            caller.rid,
            token.name,
            scope_name(token.scope),
            level_name(token.permissions),
            <[u8; 32]>::from(Sha256::digest(secret.expose())),
            token.created.to_string(),
            token.expires.to_string(),
        ],
    )?;
    let entry = RecordedChange {
        action: "NewToken",
        target: &token.token_id,
        detail: json!({ "name": token.name, "scope": token.scope, "permissions": token.permissions, "expires": token.expires }),
    };
    audit::record(transaction, actor, &entry, now)?;
    Ok(IssuedToken { secret, token })
}

/// Ends all tokens of an account; gives their ids.
pub(super) fn end_all_of(transaction: &Transaction<'_>, rid: i64) -> rusqlite::Result<Vec<String>> {
    let mut ended: Vec<String> = transaction
        .prepare_cached("DELETE FROM token WHERE rid = ?1 RETURNING token_id")?
        .query_map([rid], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    ended.sort();
    Ok(ended)
}

fn scope_name(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::Administration => "Administration",
        TokenScope::Product => "Product",
    }
}

/// 64 random bits as the public part, 256 as the secret one.
fn random_secret() -> Result<(String, Secret), Problem> {
    use base64::Engine;
    let (mut public, mut private) = ([0u8; 8], [0u8; 32]);
    getrandom::fill(&mut public)
        .and_then(|()| getrandom::fill(&mut private))
        .map_err(|error| Problem::new(ErrorCode::UnknownError, format!("No random numbers: {error}.")))?;
    let token_id = format!("{PREFIX}{}", hex::encode(public));
    let private = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(private);
    let secret = Secret::new(format!("{token_id}{PRODUCT_TOKEN_SEPARATOR}{private}"));
    Ok((token_id, secret))
}

/// Ends a token.
pub(super) fn remove(
    transaction: &Transaction<'_>,
    request: &RemoveToken,
    host_name: &str,
    (actor, now): (&Actor, Timestamp),
) -> Result<Token, TransactionError> {
    let found = transaction
        .query_row(
            &format!("{SELECT} WHERE token.token_id = ?1"),
            [&request.token_id],
            |row| stored(row, host_name),
        )
        .optional()?
        .ok_or_else(|| {
            Problem::new(ErrorCode::TokenNotFound, "No token has this id.").about(&request.token_id)
        })?;
    transaction.execute("DELETE FROM token WHERE token_id = ?1", [&request.token_id])?;
    let entry = RecordedChange {
        action: "RemoveToken",
        target: &request.token_id,
        detail: json!({ "name": found.token.name, "account": found.token.account }),
    };
    audit::record(transaction, actor, &entry, now)?;
    Ok(found.token)
}
