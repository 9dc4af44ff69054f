//! Measures Licensing Services on the machine at hand and prints the figures as a Markdown table.
//!
//! Run it through `cargo xtask bench`, which builds for release first. The load comes from this process and shares the
//! machine with the server it measures; the first lines of the table say what the machine can do without either.

mod connections;
mod floor;
mod growth;
mod insight;
mod load;
mod machine;
mod one_client;
mod powershell;
mod scenario;
mod table;
mod web;
mod wmi;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, ValueEnum};

use crate::machine::Machine;
use crate::powershell::PowerShell;
use crate::table::Figure;

/// A group of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// The machine without us.
    Floors,
    /// Checkout and checkin.
    Cycles,
    /// Heartbeats.
    Heartbeats,
    /// Cold start.
    Start,
    /// A large license file.
    Import,
    /// Module and cmdlets.
    Powershell,
    /// A hundred thousand holders in the module.
    Holders,
    /// Inventories of the web services.
    Web,
    /// WS-Management.
    Wmi,
    /// A hundred thousand leases.
    Leases,
    /// Thirty thousand connections.
    Connections,
    /// Ten million audit records.
    Audit,
    /// A year of 20,000 users.
    Year,
    /// The history of use.
    History,
    /// Insight Services on PostgreSQL, with a fleet.
    Insight,
}

/// Measures Licensing Services.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only these groups; all but the long ones (holders, leases, connections, audit, year, insight) unless given.
    #[arg(value_enum)]
    groups: Vec<Group>,
    /// All groups.
    #[arg(long)]
    all: bool,
    /// Seconds for each rate.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Connections of the group `connections`.
    #[arg(long, default_value_t = 30_000)]
    connections: usize,
    /// Audit records of the group `audit`.
    #[arg(long, default_value_t = 10_000_000)]
    records: u64,
    /// License servers of the group `insight`; a day of each takes some 0.4 KB on the disk of temporary files.
    #[arg(long, default_value_t = 2000)]
    servers: u32,
    /// Daily uploads of each server of the group `insight`.
    #[arg(long, default_value_t = 365)]
    days: u32,
    /// Uploads that arrive at the group `insight` while it is measured, at most one of each server.
    #[arg(long, default_value_t = 20_000)]
    arriving: u32,
    /// Only holds connections to the daemon on this port.
    #[arg(long, hide = true)]
    hold: Option<u16>,
    /// The PowerShell program for the group `powershell`.
    #[arg(long, env = "LICENSING_PWSH")]
    pwsh: Option<PathBuf>,
    /// Folder of the built module for the group `powershell`.
    #[arg(long, default_value = "out/LicensingAdmin")]
    module: PathBuf,
}

impl Arguments {
    fn wants(&self, group: Group) -> bool {
        let long = matches!(
            group,
            Group::Holders | Group::Leases | Group::Connections | Group::Audit | Group::Year | Group::Insight
        );
        self.all || self.groups.contains(&group) || (self.groups.is_empty() && !long)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(port) = arguments.hold {
        return connections::hold(port, arguments.connections).await;
    }
    let machine = Machine::describe();
    let mut figures = Vec::new();
    let outcome = measure(&arguments, &mut figures).await;
    // What was measured before something failed is worth its time all the same.
    print!("{}", table::render(&machine, &figures));
    outcome
}

async fn measure(arguments: &Arguments, figures: &mut Vec<Figure>) -> Result<()> {
    let mut bare = scenario::BareRates::new();
    if arguments.wants(Group::Floors) {
        let (lines, rates) = scenario::floors(arguments.seconds)?;
        figures.extend(lines);
        bare = rates;
    }
    if arguments.wants(Group::Cycles) {
        figures.extend(scenario::cycles(arguments.seconds, &bare).await?);
    }
    if arguments.wants(Group::Heartbeats) {
        figures.extend(scenario::heartbeats(arguments.seconds).await?);
    }
    if arguments.wants(Group::Start) {
        figures.extend(scenario::cold_start().await?);
    }
    if arguments.wants(Group::Import) {
        figures.extend(scenario::import().await?);
    }
    if arguments.wants(Group::Powershell) || arguments.wants(Group::Holders) {
        measure_module(arguments, figures).await?;
    }
    if arguments.wants(Group::Web) {
        figures.extend(web::figures(arguments.seconds).await?);
    }
    if arguments.wants(Group::Wmi) {
        figures.extend(wmi::figures(arguments.seconds).await?);
    }
    if arguments.wants(Group::Leases) {
        figures.extend(scenario::many_leases().await?);
    }
    if arguments.wants(Group::Connections) {
        figures.extend(connections::memory(arguments.connections).await?);
    }
    if arguments.wants(Group::Audit) {
        figures.extend(growth::long_audit(arguments.records, arguments.seconds).await?);
    }
    if arguments.wants(Group::Year) {
        figures.extend(growth::year().await?);
    }
    if arguments.wants(Group::History) {
        figures.extend(growth::history()?);
        figures.extend(growth::history_beside_checkouts(arguments.seconds).await?);
    }
    if arguments.wants(Group::Insight) {
        let fleet = insight::Fleet {
            servers: arguments.servers,
            days: arguments.days,
            arriving: arguments.arriving,
        };
        figures.extend(insight::figures(fleet).await?);
    }
    Ok(())
}

/// The figures of the module; none without a PowerShell.
async fn measure_module(arguments: &Arguments, figures: &mut Vec<Figure>) -> Result<()> {
    let Some(program) = &arguments.pwsh else {
        eprintln!("No PowerShell is named by --pwsh or LICENSING_PWSH: its figures are left out.");
        return Ok(());
    };
    let powershell = PowerShell {
        program: program.clone(),
        module: std::path::absolute(&arguments.module)?,
    };
    if arguments.wants(Group::Powershell) {
        figures.extend(scenario::powershell(&powershell)?);
    }
    if arguments.wants(Group::Holders) {
        figures.extend(scenario::holders(&powershell).await?);
    }
    Ok(())
}
