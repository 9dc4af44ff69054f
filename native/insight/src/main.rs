//! `insightd`: Insight Services.

mod command;

use std::io::IsTerminal as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use licensing_files::{Existing, Readers, durable};
use licensing_insight::config::InsightConfig;
use licensing_insight::folder::InsightFolder;
use licensing_insight::init::NewInstallation;
use licensing_insight::storage::postgres::has_password;
use licensing_insight::{init, run};

/// Insight Services: takes the uploads of license servers, finds what is prohibited, and tells the administrators.
#[derive(Debug, Parser)]
#[command(name = "insightd", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes the data folder: configuration, certificate, key, database, first account.
    Init(Init),
    /// Serves until told to end (SIGTERM).
    Run(Place),
    /// Saves the data folder, running or not, into a new folder: configuration, certificate, keys and a copy of the database.
    Backup(Backup),
    #[command(flatten)]
    Local(command::Command),
}

#[derive(Debug, Args)]
struct Place {
    /// Data folder.
    #[arg(
        long,
        env = "INSIGHTD_DATA",
        default_value = "/var/lib/insight",
        global = true
    )]
    data: PathBuf,
    /// Configuration file; insightd.toml in the data folder unless given.
    #[arg(long, env = "INSIGHTD_CONFIG", global = true)]
    config: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Backup {
    #[command(flatten)]
    place: Place,
    /// Folder to make. Whoever has it can pass for this receiver.
    #[arg(long, value_name = "NEWDIR")]
    output: PathBuf,
}

#[derive(Debug, Args)]
struct Init {
    /// Data folder.
    #[arg(long, env = "INSIGHTD_DATA", default_value = "/var/lib/insight")]
    data: PathBuf,
    /// Name that the certificate is made for; the machine's own unless given.
    #[arg(long)]
    host_name: Option<String>,
    /// Address of the HTTPS port.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// The port; 0 takes any free one.
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// Address of a PostgreSQL database, without its password: that comes from INSIGHTD_POSTGRES__PASSWORD or _PASSWORD_FILE.
    /// SQLite in the data folder unless given.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Name of the first account, an operator who sees all organizations.
    #[arg(long, default_value = "operator")]
    operator: String,
}

fn main() -> ExitCode {
    match carry_out(CommandLine::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("insightd: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Place {
    fn open(&self) -> anyhow::Result<(InsightFolder, InsightConfig)> {
        let folder = InsightFolder::new(&self.data);
        let file = self.config.clone().unwrap_or_else(|| folder.config_file());
        Ok((folder, InsightConfig::load(&file)?))
    }
}

fn carry_out(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Init(wanted) => initialise(wanted),
        Command::Run(place) => {
            let (folder, config) = place.open()?;
            licensing_settings::log::start(&config.log.level, config.log.json)?;
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(run::run(config, folder))
        }
        Command::Backup(wanted) => {
            let (folder, config) = wanted.place.open()?;
            command::back_up(&folder, &config, &wanted.output)
        }
        Command::Local(command) => command::carry_out(command),
    }
}

fn initialise(wanted: Init) -> anyhow::Result<()> {
    if wanted.database.as_deref().is_some_and(has_password) {
        anyhow::bail!(
            "others on this machine can see a password in --database; name a file with it in INSIGHTD_POSTGRES__PASSWORD_FILE"
        );
    }
    let folder = InsightFolder::new(wanted.data);
    let host_name = wanted
        .host_name
        .unwrap_or_else(|| InsightConfig::default().host_name);
    let made = init::init(&NewInstallation {
        folder: folder.clone(),
        host_name,
        listen: wanted.listen,
        port: wanted.port,
        database: wanted.database,
        operator: wanted.operator.clone(),
    })?;
    println!("data folder     {}", folder.root().display());
    println!("operator        {}", wanted.operator);
    if std::io::stdout().is_terminal() {
        println!("token           {}  (shown this once)", made.token.expose());
    } else {
        let file = folder.initial_token();
        durable::write(
            &file,
            format!("{}\n", made.token.expose()).as_bytes(),
            Readers::Owner,
            Existing::Refuse,
        )
        .with_context(|| format!("{} cannot be written", file.display()))?;
        println!(
            "token           in {}; read it and remove the file",
            file.display()
        );
    }
    println!("certificate     {}", made.cert_hash);
    println!(
        "next            insightd organization add NAME --data {0}",
        folder.root().display()
    );
    println!("                insightd run --data {}", folder.root().display());
    Ok(())
}
