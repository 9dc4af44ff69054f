//! Commands on the machine itself, beside the running program or without it.

mod back_up;
mod fulfilment;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::{Args, Subcommand};
use licensing_api::{Permission, Problem};
use licensing_files::{Existing, Readers, durable, regular};
use licensing_insight::init;
use licensing_insight::service::{Account, Insight};
use licensing_management::exchange::MAX_BUNDLE_BYTES;
use licensing_management::id::ServerGuid;

use crate::Place;

pub(crate) use back_up::back_up;

/// Largest list that is imported.
const MAX_LIST_BYTES: usize = 16 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Organizations: the customers that servers and accounts belong to.
    #[command(subcommand)]
    Organization(Organizations),
    /// Accounts and their tokens.
    #[command(subcommand)]
    Account(Accounts),
    /// License servers and their registration.
    #[command(subcommand)]
    Server(Servers),
    /// What was found.
    #[command(subcommand)]
    Finding(Findings),
    /// Rescinded serial numbers.
    #[command(subcommand)]
    Rescission(Rescissions),
    /// Dates that product versions require.
    #[command(subcommand)]
    Requirement(Requirements),
    /// Disaster recovery pairs.
    #[command(subcommand)]
    Pair(Pairs),
    /// Where findings are delivered to.
    #[command(subcommand)]
    Target(Targets),
    /// Issuers: the keys that license files are signed with.
    #[command(subcommand)]
    Issuer(fulfilment::Issuers),
    /// Orders of customers and their access codes.
    #[command(subcommand)]
    Order(fulfilment::Orders),
    /// Seats that license servers have allocated.
    #[command(subcommand)]
    Allocation(fulfilment::Allocations),
    /// The audit of orders and allocations.
    #[command(subcommand)]
    Audit(fulfilment::Audits),
    /// Takes the bundle of a server without a connection and writes the receipt.
    AcceptBundle(AcceptBundle),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Organizations {
    /// Adds one.
    Add {
        /// Its name.
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Lists them.
    List {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Accounts {
    /// Adds one and prints its token, which is shown this once.
    Add {
        /// Its name.
        name: String,
        /// Organization; without one the account is an operator and sees all.
        #[arg(long)]
        organization: Option<String>,
        /// May look and change nothing.
        #[arg(long)]
        read_only: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Removes one; its token is of no use from then on.
    Remove {
        /// Its name.
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Lists them.
    List {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Servers {
    /// Makes a one-time code that registers a server with an organization.
    Register {
        /// Organization.
        #[arg(long)]
        organization: String,
        /// Days until the code expires.
        #[arg(long)]
        days: Option<u16>,
        #[command(flatten)]
        place: Place,
    },
    /// Removes a registration.
    Unregister {
        /// GUID.
        guid: String,
        #[command(flatten)]
        place: Place,
    },
    /// Lists them.
    List {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Findings {
    /// Lists those that stand.
    List {
        /// Also those whose cause is gone.
        #[arg(long)]
        include_resolved: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Acknowledges one.
    Acknowledge {
        /// Key.
        key: String,
        /// Why it may stand.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Rescissions {
    /// Imports a list in CSV form: SerialNumber, and Vendor, Effective, Reason where they are known.
    Import {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Withdraws a rescission.
    Withdraw {
        /// Serial number.
        serial_number: String,
        /// Vendor; every vendor's number unless given.
        #[arg(long)]
        vendor: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Lists them.
    List {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Requirements {
    /// Imports a list in CSV form: Feature, ProductVersion, RequiredDate, and Vendor where it is known.
    Import {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Removes one.
    Remove {
        /// Feature.
        feature: String,
        /// Product version as it is listed.
        product_version: String,
        /// Vendor; every vendor's unless given.
        #[arg(long)]
        vendor: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Lists them.
    List {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Pairs {
    /// Declares one.
    Add {
        /// GUID of one server.
        first: String,
        /// GUID of the other.
        second: String,
        #[command(flatten)]
        place: Place,
    },
    /// Ends one.
    Remove {
        /// GUID of one server.
        first: String,
        /// GUID of the other.
        second: String,
        #[command(flatten)]
        place: Place,
    },
    /// Lists them.
    List {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Targets {
    /// Adds a mail address, or a webhook and prints the secret that it is signed with.
    Add {
        /// Mail address, or https:// address of a webhook.
        address: String,
        /// Only findings about servers of this organization.
        #[arg(long)]
        organization: Option<String>,
        /// Hash of the one certificate of a webhook to trust.
        #[arg(long)]
        cert_hash: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Removes one; what waits for it is dropped.
    Remove {
        /// Its address.
        address: String,
        /// Its organization.
        #[arg(long)]
        organization: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Lists them.
    List {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AcceptBundle {
    /// The bundle.
    file: PathBuf,
    /// File for the receipt; it must not exist yet.
    #[arg(long)]
    receipt: PathBuf,
    #[command(flatten)]
    place: Place,
}

fn open(place: &Place) -> anyhow::Result<Arc<Insight>> {
    let (folder, config) = place.open()?;
    init::open(&folder, &config)
}

fn said(problem: Problem) -> anyhow::Error {
    anyhow::anyhow!(
        "{}: {} {} {}",
        problem.code,
        problem.title,
        problem.detail,
        problem.action
    )
}

/// Prints rows; a pipe that is closed early is no failure.
fn print(lines: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    for line in lines {
        match writeln!(stdout, "{line}") {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            other => other?,
        }
    }
    Ok(())
}

pub(crate) fn carry_out(command: Command) -> anyhow::Result<()> {
    let local = Account::local();
    match command {
        Command::Organization(command) => organization(command),
        Command::Account(command) => account(command),
        Command::Server(command) => server(command, &local),
        Command::Finding(command) => finding(command, &local),
        Command::Rescission(command) => rescission(command, &local),
        Command::Requirement(command) => requirement(command, &local),
        Command::Pair(command) => pair(command, &local),
        Command::Target(command) => target(command),
        Command::Issuer(command) => fulfilment::issuer(command),
        Command::Order(command) => fulfilment::order(command),
        Command::Allocation(command) => fulfilment::allocation(command),
        Command::Audit(command) => fulfilment::audit(command),
        Command::AcceptBundle(wanted) => {
            let content = regular::read(&wanted.file, MAX_BUNDLE_BYTES)
                .with_context(|| format!("{} cannot be read", wanted.file.display()))?;
            let accepted = open(&wanted.place)?.take_bundle(&local, &content).map_err(said)?;
            write_new(&wanted.receipt, accepted.content.as_bytes())?;
            print([format!("receipt written: {}", wanted.receipt.display())])
        }
    }
}

fn organization(command: Organizations) -> anyhow::Result<()> {
    match command {
        Organizations::Add { name, place } => open(&place)?.add_organization(&name).map_err(said),
        Organizations::List { place } => {
            let organizations = open(&place)?
                .visible_organizations(&Account::local())
                .map_err(said)?;
            print(organizations.into_iter().map(|one| one.name))
        }
    }
}

fn account(command: Accounts) -> anyhow::Result<()> {
    match command {
        Accounts::Add {
            name,
            organization,
            read_only,
            place,
        } => {
            let permission = if read_only {
                Permission::ReadOnly
            } else {
                Permission::Full
            };
            let token = open(&place)?
                .add_account(&name, organization.as_deref(), permission)
                .map_err(said)?;
            print([token.expose().to_owned()])
        }
        Accounts::Remove { name, place } => {
            open(&place)?
                .remove_account(&Account::local(), &name)
                .map_err(said)?;
            Ok(())
        }
        Accounts::List { place } => {
            let accounts = open(&place)?.accounts().map_err(said)?;
            print(accounts.into_iter().map(|one| {
                let organization = one.organization.unwrap_or_else(|| "(all)".to_owned());
                format!("{}\t{organization}\t{:?}", one.name, one.permission)
            }))
        }
    }
}

fn server(command: Servers, local: &Account) -> anyhow::Result<()> {
    match command {
        Servers::Register {
            organization,
            days,
            place,
        } => {
            let (code, expires) = open(&place)?.new_code(&organization, days).map_err(said)?;
            print([format!("{}\texpires {expires}", code.reveal())])
        }
        Servers::Unregister { guid, place } => {
            open(&place)?.unregister(local, &guid).map_err(said)?;
            Ok(())
        }
        Servers::List { place } => {
            let insight = open(&place)?;
            let servers = insight.visible_servers(local).map_err(said)?;
            let guids: Vec<ServerGuid> = servers.iter().map(|one| one.server_guid).collect();
            let contacts = insight.storage().contacts(&guids)?;
            print(servers.into_iter().map(|one| {
                let last = contacts
                    .get(&one.server_guid)
                    .map_or_else(|| "never".to_owned(), ToString::to_string);
                format!(
                    "{}\t{}\t{}\t{last}",
                    one.server_guid, one.host_name, one.organization
                )
            }))
        }
    }
}

fn finding(command: Findings, local: &Account) -> anyhow::Result<()> {
    match command {
        Findings::List {
            include_resolved,
            place,
        } => {
            let found = open(&place)?
                .visible_findings(local, None, include_resolved)
                .map_err(said)?;
            print(found.into_iter().map(|record| {
                format!(
                    "{:?}\t{:?}\t{}\t{}",
                    record.state, record.finding.severity, record.finding.key, record.finding.detail
                )
            }))
        }
        Findings::Acknowledge { key, reason, place } => {
            open(&place)?.acknowledge(local, &key, &reason).map_err(said)?;
            Ok(())
        }
    }
}

fn rescission(command: Rescissions, local: &Account) -> anyhow::Result<()> {
    match command {
        Rescissions::Import { file, place } => {
            let text = read_list(&file)?;
            let imported = open(&place)?.import_rescissions(local, &text).map_err(said)?;
            print([format!("{} imported", imported.len())])
        }
        Rescissions::Withdraw {
            serial_number,
            vendor,
            place,
        } => {
            let withdrawn = open(&place)?
                .withdraw(local, &serial_number, vendor.as_deref())
                .map_err(said)?;
            print([format!("{} withdrawn", withdrawn.len())])
        }
        Rescissions::List { place } => {
            let rescissions = open(&place)?.rescissions().map_err(said)?;
            print(rescissions.into_iter().map(|one| {
                let withdrawn = one
                    .withdrawn
                    .map_or_else(String::new, |at| format!("withdrawn {at}"));
                format!(
                    "{}\t{}\t{}\t{withdrawn}",
                    one.serial_number, one.vendor, one.effective
                )
            }))
        }
    }
}

fn requirement(command: Requirements, local: &Account) -> anyhow::Result<()> {
    match command {
        Requirements::Import { file, place } => {
            let text = read_list(&file)?;
            let imported = open(&place)?.import_requirements(local, &text).map_err(said)?;
            print([format!("{} imported", imported.len())])
        }
        Requirements::Remove {
            feature,
            product_version,
            vendor,
            place,
        } => {
            let removed = open(&place)?
                .remove_requirement(local, &feature, &product_version, vendor.as_deref())
                .map_err(said)?;
            print([format!("{} removed", removed.len())])
        }
        Requirements::List { place } => {
            let requirements = open(&place)?.visible_requirements(local).map_err(said)?;
            print(requirements.into_iter().map(|one| {
                format!(
                    "{}\t{}\t{}\t{}",
                    one.feature, one.vendor, one.product_version, one.required_date
                )
            }))
        }
    }
}

fn pair(command: Pairs, local: &Account) -> anyhow::Result<()> {
    match command {
        Pairs::Add { first, second, place } => {
            open(&place)?
                .set_pair(local, &first, &second, true)
                .map_err(said)?;
            Ok(())
        }
        Pairs::Remove { first, second, place } => {
            open(&place)?
                .set_pair(local, &first, &second, false)
                .map_err(said)?;
            Ok(())
        }
        Pairs::List { place } => {
            let pairs = open(&place)?.pairs(local).map_err(said)?;
            print(
                pairs
                    .into_iter()
                    .map(|one| format!("{}\t{}", one.first, one.second)),
            )
        }
    }
}

fn target(command: Targets) -> anyhow::Result<()> {
    match command {
        Targets::Add {
            address,
            organization,
            cert_hash,
            place,
        } => {
            let (_, secret) = open(&place)?
                .new_target(
                    &Account::local(),
                    &address,
                    organization.as_deref(),
                    cert_hash.as_deref(),
                )
                .map_err(said)?;
            print(secret.map(|secret| secret.expose().to_owned()))
        }
        Targets::Remove {
            address,
            organization,
            place,
        } => {
            open(&place)?
                .remove_target(&Account::local(), &address, organization.as_deref())
                .map_err(said)?;
            Ok(())
        }
        Targets::List { place } => {
            let targets = open(&place)?.visible_targets(&Account::local()).map_err(said)?;
            print(targets.into_iter().map(|one| {
                let organization = one.organization.unwrap_or_else(|| "(all)".to_owned());
                format!("{}\t{organization}", one.address)
            }))
        }
    }
}

fn read_list(file: &Path) -> anyhow::Result<String> {
    regular::read_text(file, MAX_LIST_BYTES).with_context(|| format!("{} cannot be read", file.display()))
}

fn write_new(file: &Path, content: &[u8]) -> anyhow::Result<()> {
    durable::write(file, content, Readers::Owner, Existing::Refuse)
        .with_context(|| format!("{} cannot be written", file.display()))
}
