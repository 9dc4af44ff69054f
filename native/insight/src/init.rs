//! `insightd init`: makes the data folder of a new installation.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::{Context, bail};
use jiff::SignedDuration;
use licensing_api::{Permission, Secret};
use licensing_files::{Existing, Readers, durable, make_private_folder, regular};
use licensing_management::key::ManagementKey;
use licensing_net::tls::ServerCertificate;
use zeroize::Zeroizing;

use crate::config::{InsightConfig, config_text};
use crate::folder::InsightFolder;
use crate::fulfilment::issuers::Issuers;
use crate::fulfilment::{self, Fulfilment};
use crate::service::Insight;
use crate::storage;
use crate::storage::postgres::Database;

/// What a new installation is made with.
#[derive(Debug)]
pub struct NewInstallation {
    /// Data folder.
    pub folder: InsightFolder,
    /// Name that the certificate is made for.
    pub host_name: String,
    /// Address of the port.
    pub listen: IpAddr,
    /// The port.
    pub port: u16,
    /// Address of a PostgreSQL database; SQLite without it.
    pub database: Option<String>,
    /// Name of the first account, an operator.
    pub operator: String,
}

/// What was made.
#[derive(Debug)]
pub struct Initialised {
    /// Hash of the certificate, as clients pin it.
    pub cert_hash: String,
    /// Token of the first account.
    pub token: Secret,
}

/// Makes folders, certificate, key, database and first account, and at last the configuration: where there is one, the rest
/// is complete.
///
/// # Errors
/// If the folder is in use already, or something cannot be written.
pub fn init(wanted: &NewInstallation) -> anyhow::Result<Initialised> {
    let folder = &wanted.folder;
    let file = folder.config_file();
    if file.exists() {
        bail!(
            "{} exists: this folder is in use already; start it with: insightd run --data {}",
            file.display(),
            folder.root().display()
        );
    }
    for made in folder.folders() {
        make_private_folder(&made).with_context(|| format!("{} cannot be made", made.display()))?;
    }
    let certificate = ServerCertificate::open_or_make(
        &folder.certificate_files(),
        std::slice::from_ref(&wanted.host_name),
    )?;
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut seed[..])?;
    durable::write(&folder.key(), &seed[..], Readers::Owner, Existing::Refuse)
        .with_context(|| format!("{} cannot be written", folder.key().display()))?;
    let text = config_text(
        &wanted.host_name,
        wanted.listen,
        wanted.port,
        wanted.database.as_deref(),
    );
    let config = InsightConfig::read(&file, &text)?;
    let token = open(folder, &config)?
        .add_account(&wanted.operator, None, Permission::Full)
        .map_err(|problem| anyhow::anyhow!("{problem}"))?;
    durable::write(&file, text.as_bytes(), Readers::Owner, Existing::Refuse)
        .with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(Initialised {
        cert_hash: certificate.tls().certificate_hash(),
        token,
    })
}

/// Reads the key that receipts are signed with.
///
/// # Errors
/// If it cannot be read.
pub fn read_key(folder: &InsightFolder) -> anyhow::Result<ManagementKey> {
    let file = folder.key();
    let bytes = Zeroizing::new(
        regular::read_own(&file, 32).with_context(|| format!("{} cannot be read", file.display()))?,
    );
    let mut seed = Zeroizing::new([0; 32]);
    if bytes.len() != seed.len() {
        bail!(
            "{} is damaged: it has {} bytes instead of 32; restore it from a backup",
            file.display(),
            bytes.len()
        );
    }
    seed.copy_from_slice(&bytes);
    Ok(ManagementKey::from_seed(&seed))
}

/// Opens the service of a data folder, for commands beside the running program.
///
/// # Errors
/// If the database or the key cannot be opened.
pub fn open(folder: &InsightFolder, config: &InsightConfig) -> anyhow::Result<Arc<Insight>> {
    insight_in(storage::database(config)?.as_ref(), folder, config)
}

/// Opens the fulfilment of a data folder, for commands beside the running program.
///
/// # Errors
/// If the database or the key cannot be opened.
pub fn open_fulfilment(folder: &InsightFolder, config: &InsightConfig) -> anyhow::Result<Arc<Fulfilment>> {
    fulfilment_in(storage::database(config)?.as_ref(), folder, config)
}

/// Opens both for the program itself; where they are in one database, they share its connections.
///
/// # Errors
/// If a database or the key cannot be opened.
pub fn open_both(
    folder: &InsightFolder,
    config: &InsightConfig,
) -> anyhow::Result<(Arc<Insight>, Arc<Fulfilment>)> {
    let database = storage::database(config)?;
    Ok((
        insight_in(database.as_ref(), folder, config)?,
        fulfilment_in(database.as_ref(), folder, config)?,
    ))
}

fn insight_in(
    database: Option<&Database>,
    folder: &InsightFolder,
    config: &InsightConfig,
) -> anyhow::Result<Arc<Insight>> {
    let storage = storage::open(config, database, &folder.database())?;
    Ok(Arc::new(Insight::new(storage, read_key(folder)?, config)))
}

fn fulfilment_in(
    database: Option<&Database>,
    folder: &InsightFolder,
    config: &InsightConfig,
) -> anyhow::Result<Arc<Fulfilment>> {
    Ok(Arc::new(Fulfilment::new(
        fulfilment::open_store(&folder.fulfilment(), database)?,
        Issuers::new(folder.issuers()),
        read_key(folder)?,
        SignedDuration::from_mins(i64::from(config.session_minutes)),
    )))
}
