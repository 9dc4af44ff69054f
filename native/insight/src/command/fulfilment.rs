//! Commands of the fulfilment: issuers, orders, allocations and their audit.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use jiff::Timestamp;
use licensing_files::regular;
use licensing_insight::folder::InsightFolder;
use licensing_insight::fulfilment::issuers::Issuers as IssuerFolder;
use licensing_insight::fulfilment::order::MAX_ORDER_BYTES;
use licensing_insight::init;
use licensing_insight::service::Account;
use licensing_management::exchange::MAX_FULFILMENT_BYTES;
use licensing_seats::audit::AuditField;

use super::{print, said, write_new};
use crate::Place;

#[derive(Debug, Subcommand)]
pub(crate) enum Issuers {
    /// Makes the key of an issuer, and the .pub file that makes license servers trust it.
    Init {
        /// Name of the issuer.
        #[arg(long)]
        name: String,
        /// Vendor that it signs for; may be repeated.
        #[arg(long, required = true)]
        vendor: Vec<String>,
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
pub(crate) enum Orders {
    /// Loads an order in TOML form and prints its access code, which is shown this once.
    Add {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Lists the entitlements: bought and allocated seats.
    List {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Allocations {
    /// Answers the request file of a license server without a connection.
    Answer {
        /// The request file.
        file: PathBuf,
        /// File for the answer; it must not exist yet.
        #[arg(long)]
        output: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Takes seats back by the proof of return that a license server has written.
    Return {
        /// The proof.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Lists them.
    List {
        /// Only those of this entitlement.
        #[arg(long)]
        entitlement: Option<String>,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audits {
    /// Lists who has loaded orders, allocated and returned seats: the latest records, the latest first.
    List {
        /// Most records.
        #[arg(long, default_value_t = 100)]
        newest: u32,
        #[command(flatten)]
        place: Place,
    },
    /// Verifies that every record is there and unchanged.
    Verify {
        #[command(flatten)]
        place: Place,
    },
}

/// Files of the issuers, for the backup.
pub(super) fn issuer_files(folder: &InsightFolder) -> anyhow::Result<Vec<PathBuf>> {
    Ok(IssuerFolder::new(folder.issuers()).files()?)
}

pub(super) fn issuer(command: Issuers) -> anyhow::Result<()> {
    match command {
        Issuers::Init { name, vendor, place } => {
            let (folder, _) = place.open()?;
            let made = IssuerFolder::new(folder.issuers()).make(&name, &vendor)?;
            print([
                format!("issuer      {}", made.public.issuer()),
                format!("vendors     {}", made.public.vendors().join(", ")),
                format!(
                    "trust file  {}  (copy it into the trust folder of every license server)",
                    made.trust_file.display()
                ),
            ])
        }
        Issuers::List { place } => {
            let (folder, _) = place.open()?;
            let all = IssuerFolder::new(folder.issuers()).all()?;
            print(all.iter().map(|one| {
                let public = one.public();
                format!(
                    "{}\t{}\t{}",
                    public.issuer(),
                    public.key_id(),
                    public.vendors().join(", ")
                )
            }))
        }
    }
}

pub(super) fn order(command: Orders) -> anyhow::Result<()> {
    match command {
        Orders::Add { file, place } => {
            let text = read(&file, MAX_ORDER_BYTES)?;
            let (folder, config) = place.open()?;
            let loaded = init::open_fulfilment(&folder, &config)?
                .load(&text, &Account::local().name, Timestamp::now())
                .map_err(said)?;
            print([loaded.access_code.expose().to_owned()])
        }
        Orders::List { place } => {
            let (folder, config) = place.open()?;
            let rows = init::open_fulfilment(&folder, &config)?.orders().map_err(said)?;
            print(rows.into_iter().map(|one| {
                format!(
                    "{}\t{}\t{} of {} allocated\t{}\t{}",
                    one.order_number,
                    one.entitlement_id,
                    one.licenses_allocated,
                    one.licenses_total,
                    one.product_name,
                    one.customer
                )
            }))
        }
    }
}

pub(super) fn allocation(command: Allocations) -> anyhow::Result<()> {
    match command {
        Allocations::Answer { file, output, place } => {
            let text = read(&file, MAX_FULFILMENT_BYTES)?;
            let (folder, config) = place.open()?;
            let answer = init::open_fulfilment(&folder, &config)?
                .allocate(&text, Timestamp::now())
                .map_err(said)?;
            write_new(&output, answer.document.as_bytes())?;
            print([format!("answer written: {}", output.display())])
        }
        Allocations::Return { file, place } => {
            let text = read(&file, MAX_FULFILMENT_BYTES)?;
            let (folder, config) = place.open()?;
            let taken = init::open_fulfilment(&folder, &config)?
                .take_back(&text, Timestamp::now())
                .map_err(said)?;
            print([format!(
                "{} seats of {} returned; {} available",
                taken.count, taken.entitlement_id, taken.licenses_available
            )])
        }
        Allocations::List { entitlement, place } => {
            let (folder, config) = place.open()?;
            let rows = init::open_fulfilment(&folder, &config)?
                .allocations(entitlement.as_deref())
                .map_err(said)?;
            print(rows.into_iter().map(|one| {
                format!(
                    "{}\t{:?}\t{}\t{}\t{}\t{}",
                    one.fulfillment_id, one.state, one.count, one.entitlement_id, one.host_id, one.allocated
                )
            }))
        }
    }
}

pub(super) fn audit(command: Audits) -> anyhow::Result<()> {
    match command {
        Audits::List { newest, place } => {
            let (folder, config) = place.open()?;
            let records = init::open_fulfilment(&folder, &config)?.store().audit(newest)?;
            print(records.iter().map(|record| {
                let text = |field| record.text(field).unwrap_or_default();
                format!(
                    "{}\t{}\t{}\t{}\t{}",
                    record.at,
                    text(AuditField::Operation),
                    text(AuditField::Target),
                    text(AuditField::Actor),
                    text(AuditField::Detail)
                )
            }))
        }
        Audits::Verify { place } => {
            let (folder, config) = place.open()?;
            let records = init::open_fulfilment(&folder, &config)?.store().verify_audit()?;
            print([format!("{records} records, all there and unchanged")])
        }
    }
}

fn read(file: &std::path::Path, limit: usize) -> anyhow::Result<String> {
    regular::read_text(file, limit).with_context(|| format!("{} cannot be read", file.display()))
}
