//! The properties by which every resource says which license server it is about.

use std::path::{Path, PathBuf};

use licensing_api::{ErrorCode, Problem, Secret};
use licensing_client::{ConnectOptions, Credentials, Trust};
use licensing_files::regular;
use serde_json::Value;

/// Longest password or token that is read from a file, in bytes.
const MAX_SECRET_BYTES: usize = 64 * 1024;

/// Names of these properties, with their help. They say where, never what, and are not shown again.
pub const CONNECTION_PROPERTIES: &[(&str, &str)] = &[
    (
        "server",
        "Address of the web services: https://host:8083, host:port or host. That of the session or of the environment unless given.",
    ),
    (
        "serverCertHash",
        "Trust the one server certificate with this SHA-256 hash.",
    ),
    (
        "serverCaFile",
        "Trust server certificates signed by an authority in this PEM file.",
    ),
    (
        "serverAccount",
        "Account to sign in to the server as, with `serverPasswordFile`.",
    ),
    (
        "serverPasswordFile",
        "File on this machine whose first line is the password of `serverAccount`.",
    ),
    (
        "serverTokenFile",
        "File on this machine whose first line is the bearer token to sign in to the server with.",
    ),
];

/// What an instance says about its connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionProperties {
    /// Address of the web services.
    pub server: Option<String>,
    cert_hash: Option<String>,
    ca_file: Option<PathBuf>,
    account: Option<String>,
    password_file: Option<PathBuf>,
    token_file: Option<PathBuf>,
}

impl ConnectionProperties {
    /// The one of these that is called so, whatever the case of letters.
    pub(crate) fn named(name: &str) -> Option<&'static str> {
        CONNECTION_PROPERTIES
            .iter()
            .map(|(own, _)| *own)
            .find(|own| own.eq_ignore_ascii_case(name))
    }

    /// Takes over one of them.
    ///
    /// # Errors
    /// `InvalidRequest` when it is no text.
    pub(crate) fn set(&mut self, name: &str, value: &Value) -> Result<(), Problem> {
        let Some(text) = value.as_str().filter(|text| !text.trim().is_empty()) else {
            return Err(
                Problem::new(ErrorCode::InvalidRequest, format!("{name} has to be a text.")).about(name),
            );
        };
        match name {
            "server" => self.server = Some(text.to_owned()),
            "serverCertHash" => self.cert_hash = Some(text.to_owned()),
            "serverCaFile" => self.ca_file = Some(text.into()),
            "serverAccount" => self.account = Some(text.to_owned()),
            "serverPasswordFile" => self.password_file = Some(text.into()),
            _ => self.token_file = Some(text.into()),
        }
        Ok(())
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These options with what is said here in their place.
    ///
    /// # Errors
    /// When what is said contradicts itself or names a file that cannot be read.
    pub fn apply(&self, mut options: ConnectOptions) -> Result<ConnectOptions, Problem> {
        if let Some(server) = &self.server {
            options.address = server.parse()?;
        }
        match (&self.cert_hash, &self.ca_file) {
            (Some(_), Some(_)) => return Err(exclude("serverCertHash", "serverCaFile")),
            (Some(hash), None) => options.trust = Trust::CertHash(hash.parse()?),
            (None, Some(file)) => options.trust = Trust::CaFile(file.clone()),
            (None, None) => {}
        }
        match (&self.account, &self.password_file, &self.token_file) {
            (None, None, None) => {}
            (None, None, Some(file)) => options.credentials = Credentials::Bearer(secret(file)?),
            (Some(account), Some(file), None) => {
                options.credentials = Credentials::Basic {
                    account: account.clone(),
                    password: secret(file)?,
                };
            }
            (Some(_), _, Some(_)) => return Err(exclude("serverAccount", "serverTokenFile")),
            (None, Some(_), Some(_)) => return Err(exclude("serverPasswordFile", "serverTokenFile")),
            (Some(_), None, None) | (None, Some(_), None) => {
                return Err(Problem::new(
                    ErrorCode::InvalidRequest,
                    "serverAccount and serverPasswordFile go together.",
                )
                .about("serverAccount, serverPasswordFile"));
            }
        }
        Ok(options)
    }
}

fn exclude(one: &str, other: &str) -> Problem {
    Problem::new(
        ErrorCode::InvalidRequest,
        format!("{one} and {other} exclude each other."),
    )
    .about(format!("{one}, {other}"))
}

/// The first line of a file that holds a secret.
///
/// # Errors
/// `LocalFileUnreadable` when it cannot be read or its first line is empty.
pub(crate) fn secret(path: &Path) -> Result<Secret, Problem> {
    let unusable = |detail: String| {
        Problem::new(ErrorCode::LocalFileUnreadable, detail).about(path.display().to_string())
    };
    let text = zeroize::Zeroizing::new(
        regular::read_text(path, MAX_SECRET_BYTES).map_err(|error| unusable(format!("{error}.")))?,
    );
    Secret::of_first_line(&text)
        .ok_or_else(|| unusable("The first line of the file of the secret is empty.".to_owned()))
}
