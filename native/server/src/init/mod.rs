//! `licensingd init`: makes the data folder of a new server.

mod password;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use licensing_api::Secret;
use licensing_files::{Existing, Readers, durable, make_private_folder};
use licensing_net::tls::ServerCertificate;

use crate::accounts::Accounts;
use crate::config::{Config, ConfigChoices, DataFolder, config_text};

pub use password::PasswordSource;

/// What `licensingd init` says about the license management service.
pub const COLLECTED: &str = "\
The license management service can tell a receiver once a day which licenses are installed and how
much of them is used: serial numbers, the GUID and the version of this server, the most used seats
of each feature, and the names and versions of products. Names of users and devices are never sent.
Nothing is sent before you set a destination with Set-LicenseManagementService -Destination.
Get-LicenseUpload -State Preview shows what would be sent; docs/telemetry.md says why.
Turn it off with Set-LicenseManagementService -Enabled $false, with
licensing management-service disable, or with enabled = false under [management] in licensingd.toml.";

/// What a new server is made with.
#[derive(Debug)]
pub struct NewServer {
    /// Data folder; may exist, but must not be a server's already.
    pub data: DataFolder,
    /// Settings.
    pub choices: ConfigChoices,
    /// Name of the first administrator.
    pub administrator: String,
    /// Where the password comes from.
    pub password: PasswordSource,
}

/// What was made.
#[derive(Debug)]
pub struct Initialised {
    /// Account of the first administrator, `DOMAIN\name`.
    pub administrator: String,
    /// Hash of the certificate, as clients pin it.
    pub cert_hash: String,
    /// The password, if one was made up.
    pub generated_password: Option<Secret>,
}

/// Makes folders for the server's account alone, certificate, first administrator and, at last, the configuration:
/// where there is one, the rest is complete.
///
/// # Errors
/// If there is a server in the folder already, something cannot be written, or the password will not do.
pub fn init(server: NewServer) -> anyhow::Result<Initialised> {
    let NewServer {
        data,
        choices,
        administrator,
        password,
    } = server;
    let file = data.config_file();
    if file.exists() {
        bail!(
            "{} exists: this folder has a server already; start it with: licensingd run --data {}",
            file.display(),
            data.root().display()
        );
    }
    // Before anything is made, so that a weak password leaves nothing behind.
    let (password, generated) = password.obtain()?;
    for folder in data.folders() {
        make_private_folder(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let certificate = ServerCertificate::open_or_make(
        &data.certificate_files(),
        std::slice::from_ref(&choices.host_name),
    )?;
    let accounts = Accounts::open(&data.server_database(), &choices.host_name)?;
    let account = accounts
        .add_first_administrator(&administrator, &password)
        .map_err(|problem| anyhow::anyhow!("{} {} {}", problem.title, problem.detail, problem.action))?;
    write_new(&file, config_text(&choices).as_bytes())?;
    Config::load(&file)?;
    Ok(Initialised {
        administrator: account.account,
        cert_hash: certificate.tls().certificate_hash(),
        generated_password: generated.then_some(password),
    })
}

/// Leaves a password that nobody saw in a file for the server's account alone; it is to be read once and removed.
///
/// # Errors
/// If the file exists or cannot be written.
pub fn leave_password(data: &DataFolder, password: &Secret) -> anyhow::Result<PathBuf> {
    let file = data.initial_password_file();
    write_new(&file, format!("{}\n", password.expose()).as_bytes())?;
    Ok(file)
}

fn write_new(file: &Path, content: &[u8]) -> anyhow::Result<()> {
    durable::write(file, content, Readers::Owner, Existing::Refuse)
        .with_context(|| format!("{} cannot be written", file.display()))
}
