//! OpenID Connect: bearer tokens of an issuer that the configuration names, with the caller's roles in a claim.
//!
//! The keys of the issuer are read by its discovery document, kept for a while, and read again when a token names one that
//! is not among them.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use licensing_api::text::is_deceptive;
use licensing_api::{ErrorCode, Permission, Problem, Secret};
use licensing_client::Trust;
use parking_lot::Mutex;
use reqwest::redirect;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::not_authenticated;
use crate::blocking::blocking;
use crate::config::OpenIdConfig;

/// How long keys are used before they are read again.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// Shortest time between two readings, whatever tokens name, and whether the issuer answers or not.
const PAUSE: Duration = Duration::from_secs(10);
/// Longest time of one request to the issuer.
const LIMIT: Duration = Duration::from_secs(10);
/// Largest document of the issuer, in bytes.
const MAX_DOCUMENT: usize = 256 * 1024;
/// Longest name of a caller, in characters: it stands in each record of the audit.
const MAX_ACCOUNT: usize = 256;
/// Seconds that clocks may differ.
const LEEWAY: u64 = 60;
/// What tokens may be signed with: public keys only.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// The issuer's keys, as they were read last.
#[derive(Debug, Default)]
pub(super) struct IssuerKeys {
    known: Arc<Mutex<Option<Keys>>>,
    /// Which issuer was asked last, and when. Held while one is asked: tokens cost nobody anything, and must not make the
    /// server ask for each of them.
    asked: Arc<tokio::sync::Mutex<Option<(String, Instant)>>>,
}

#[derive(Debug, Clone)]
struct Keys {
    issuer: String,
    set: JwkSet,
    read: Instant,
}

/// Whom a token is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TokenOwner {
    /// Account as the issuer names it.
    pub(super) account: String,
    /// What their roles allow.
    pub(super) permissions: Permission,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

/// Whether a bearer token looks like one of an issuer: three parts, where our own have two.
pub(super) fn is_token(secret: &Secret) -> bool {
    secret.expose().split('.').count() == 3
}

impl IssuerKeys {
    /// Whom a token is of.
    ///
    /// # Errors
    /// `AuthorizationFailed` when it does not hold or gives no role; `DirectoryUnavailable` when the issuer cannot be asked.
    pub(super) async fn open(
        &self,
        config: &OpenIdConfig,
        data: &Path,
        token: &Secret,
    ) -> Result<TokenOwner, Problem> {
        let header = decode_header(token.expose()).map_err(refused)?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(refused("its algorithm is not accepted"));
        }
        let keys = self.keys(config, data, header.kid.as_deref()).await?;
        let key = match header.kid.as_deref() {
            Some(kid) => keys.set.find(kid),
            None => Some(&keys.set.keys)
                .filter(|all| all.len() == 1)
                .and_then(|all| all.first()),
        };
        let key = key.ok_or_else(|| refused("no key of the issuer has its id"))?;
        let mut validation = Validation::new(header.alg);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_audience(&[&config.audience]);
        validation.set_issuer(&[&config.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        let key = DecodingKey::from_jwk(key).map_err(refused)?;
        let claims = decode::<Value>(token.expose(), &key, &validation)
            .map_err(refused)?
            .claims;
        owner(config, &claims)
    }

    /// Keys in which that of the token is, if the issuer has it.
    async fn keys(&self, config: &OpenIdConfig, data: &Path, kid: Option<&str>) -> Result<Keys, Problem> {
        if let Some(keys) = self.usable(config, kid) {
            return Ok(keys);
        }
        let mut asked = Arc::clone(&self.asked).lock_owned().await;
        // Somebody else may have asked meanwhile.
        if let Some(keys) = self.usable(config, kid) {
            return Ok(keys);
        }
        if asked
            .as_ref()
            .is_some_and(|(issuer, at)| *issuer == config.issuer && at.elapsed() < PAUSE)
        {
            return Err(unavailable("it was asked a moment ago, without success"));
        }
        *asked = Some((config.issuer.clone(), Instant::now()));
        let (config, data, known) = (config.clone(), data.to_owned(), Arc::clone(&self.known));
        // It goes to its end also when nobody waits for it any more: the next one may ask only after a pause.
        let asking = tokio::spawn(async move {
            let _asked = asked;
            let read = Keys {
                set: fetch(&config, &data).await?,
                issuer: config.issuer,
                read: Instant::now(),
            };
            *known.lock() = Some(read.clone());
            Ok::<Keys, Problem>(read)
        });
        asking
            .await
            .map_err(|error| unavailable(format!("a task of the server ended: {error}")))?
    }

    /// The keys that are known, where they are fresh enough for a token with this key.
    fn usable(&self, config: &OpenIdConfig, kid: Option<&str>) -> Option<Keys> {
        let known = self.known.lock().clone();
        let keys = known.filter(|keys| keys.issuer == config.issuer)?;
        let age = keys.read.elapsed();
        let has_it = kid.is_none_or(|kid| keys.set.find(kid).is_some());
        (age < PAUSE || (age < KEPT && has_it)).then_some(keys)
    }
}

/// What the claims say.
fn owner(config: &OpenIdConfig, claims: &Value) -> Result<TokenOwner, Problem> {
    let account = claim(claims, &config.account_claim)
        .and_then(Value::as_str)
        .filter(|account| (1..=MAX_ACCOUNT).contains(&account.chars().count()))
        .filter(|account| !account.chars().any(is_deceptive))
        .ok_or_else(|| {
            refused(format!(
                "it has no claim {} that names anybody",
                config.account_claim
            ))
        })?;
    let roles: Vec<&str> = match claim(claims, &config.roles_claim) {
        Some(Value::String(roles)) => roles.split(' ').collect(),
        Some(Value::Array(roles)) => roles.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let has = |wanted: &[String]| wanted.iter().any(|role| roles.contains(&role.as_str()));
    let permissions = if has(&config.full_roles) {
        Permission::Full
    } else if has(&config.read_only_roles) {
        Permission::ReadOnly
    } else {
        return Err(refused(format!("none of the roles of {account} counts here")));
    };
    Ok(TokenOwner {
        account: account.to_owned(),
        permissions,
    })
}

/// A claim, whose name may lead into others: `realm_access.roles`. A claim of exactly this name comes first.
fn claim<'a>(claims: &'a Value, name: &str) -> Option<&'a Value> {
    claims
        .get(name)
        .or_else(|| name.split('.').try_fold(claims, |value, part| value.get(part)))
}

async fn fetch(config: &OpenIdConfig, data: &Path) -> Result<JwkSet, Problem> {
    let trust = match config.ca_file.as_os_str().is_empty() {
        true => Trust::System,
        false => Trust::CaFile(data.join(&config.ca_file)),
    };
    let tls = blocking(move || trust.client_config(None)).await??;
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(true)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .timeout(LIMIT)
        .build()
        .map_err(unavailable)?;
    let place = format!(
        "{}/.well-known/openid-configuration",
        config.issuer.trim_end_matches('/')
    );
    let discovery: Discovery = document(&http, &place).await?;
    if discovery.issuer != config.issuer {
        return Err(unavailable(format!(
            "the discovery document is of '{}'",
            discovery.issuer
        )));
    }
    document(&http, &discovery.jwks_uri).await
}

async fn document<T: DeserializeOwned>(http: &reqwest::Client, place: &str) -> Result<T, Problem> {
    let mut answer = http
        .get(place)
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map_err(unavailable)?;
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(unavailable)? {
        if bytes.len() + piece.len() > MAX_DOCUMENT {
            return Err(unavailable(format!("{place} has more than {MAX_DOCUMENT} bytes")));
        }
        bytes.extend_from_slice(&piece);
    }
    serde_json::from_slice(&bytes).map_err(unavailable)
}

fn refused(why: impl std::fmt::Display) -> Problem {
    tracing::warn!(%why, "a token of the OpenID issuer was refused");
    not_authenticated("The token of the OpenID issuer is not valid here.")
}

fn unavailable(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "the OpenID issuer cannot be asked");
    Problem::new(
        ErrorCode::DirectoryUnavailable,
        "The OpenID issuer cannot be asked; the server's log has more.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use licensing_net::tls::{CertificateFiles, ServerCertificate};
    use serde_json::json;

    use super::*;

    #[test]
    fn roles_are_found_in_lists_in_texts_and_within_other_claims() {
        let config = OpenIdConfig {
            roles_claim: "realm_access.roles".to_owned(),
            account_claim: "sub".to_owned(),
            full_roles: vec!["admin".to_owned()],
            read_only_roles: vec!["viewer".to_owned()],
            ..OpenIdConfig::default()
        };
        let level = |roles: Value| {
            owner(
                &config,
                &json!({ "sub": "anna", "realm_access": { "roles": roles } }),
            )
        };
        assert_eq!(
            level(json!(["x", "admin"])).unwrap().permissions,
            Permission::Full
        );
        assert_eq!(
            level(json!("viewer x")).unwrap().permissions,
            Permission::ReadOnly
        );
        assert!(level(json!(["administrator"])).is_err());
        assert!(owner(&config, &json!({ "realm_access": { "roles": "admin" } })).is_err());
        let long = "x".repeat(MAX_ACCOUNT + 1);
        for nobody in ["", "an\u{7}na", "an\u{202e}na", long.as_str()] {
            let claims = json!({ "sub": nobody, "realm_access": { "roles": "admin" } });
            assert!(owner(&config, &claims).is_err());
        }
    }

    #[tokio::test]
    async fn an_issuer_that_does_not_answer_is_asked_once_in_a_while() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let files = CertificateFiles::in_folder(folder.path());
        ServerCertificate::open_or_make(&files, &["127.0.0.1".to_owned()]).unwrap();
        let config = OpenIdConfig {
            issuer: format!("https://127.0.0.1:{}", listener.local_addr().unwrap().port()),
            ca_file: "server.crt".into(),
            ..OpenIdConfig::default()
        };
        let asked = tokio::spawn(async move {
            let mut asked = 0;
            while let Ok(Ok((connection, _))) =
                tokio::time::timeout(Duration::from_secs(2), listener.accept()).await
            {
                asked += 1;
                // It ends before it says anything.
                drop(connection);
            }
            asked
        });
        let keys = IssuerKeys::default();
        let ask = || async {
            let found = keys.keys(&config, folder.path(), Some("one")).await;
            found.map(drop).unwrap_err().code
        };
        let code = ErrorCode::DirectoryUnavailable;
        assert_eq!(tokio::join!(ask(), ask(), ask()), (code, code, code));
        assert_eq!(ask().await, code);
        assert_eq!(asked.await.unwrap(), 1);
    }
}
