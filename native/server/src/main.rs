//! `licensingd`: the license server.

use std::io::IsTerminal;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use licensing_server::accounts::Accounts;
use licensing_server::config::{Config, ConfigChoices, DataFolder};
use licensing_server::init::{NewServer, PasswordSource};
use licensing_server::{backup, daemon, init, manager, verify};

/// The license server: serves seats of licensed software and lets administrators see and steer that.
#[derive(Debug, Parser)]
#[command(name = "licensingd", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes the data folder of a new server: configuration, certificate, first administrator.
    Init(Init),
    /// Serves until told to end (SIGTERM); SIGHUP reads license files and certificate again.
    Run(Run),
    /// Checks the databases and the chain of the audit of a server that is not running.
    Verify(Place),
    /// Saves a server, running or not, to one archive.
    Backup(Backup),
    /// Checks an archive that backup made, or makes a data folder from it.
    Restore(Restore),
    /// Serves the seats of one vendor; started by the manager.
    #[command(hide = true)]
    VendorDaemon,
}

#[derive(Debug, Args)]
struct Place {
    /// Data folder.
    #[arg(long, env = "LICENSINGD_DATA", default_value = "/var/lib/licensing")]
    data: PathBuf,
    /// Configuration file; licensingd.toml in the data folder unless given.
    #[arg(long, env = "LICENSINGD_CONFIG")]
    config: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Run {
    #[command(flatten)]
    place: Place,
    /// Go on although a database is gone or has lost records that it had; the new audit says so.
    #[arg(long)]
    accept_loss: bool,
}

#[derive(Debug, Args)]
struct Backup {
    #[command(flatten)]
    place: Place,
    /// Archive to make; it must not exist yet.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Save the certificate with its key and the key of tickets, too. Whoever has the archive can then pass for the
    /// server.
    #[arg(long)]
    with_keys: bool,
}

#[derive(Debug, Args)]
struct Restore {
    /// Archive that backup made.
    #[arg(value_name = "FILE")]
    archive: PathBuf,
    /// Only check the archive: every file and every database in it.
    #[arg(long, conflicts_with = "data")]
    verify: bool,
    /// Key of the server that must have made the archive, as backup showed it: the sums of an archive show damage, not
    /// forgery.
    #[arg(long, value_name = "KEY")]
    signed_by: Option<backup::ServerKey>,
    /// Data folder to make; it must be empty or not exist.
    #[arg(long, value_name = "EMPTYDIR", required_unless_present = "verify")]
    data: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Init {
    /// Data folder.
    #[arg(long, env = "LICENSINGD_DATA", default_value = "/var/lib/licensing")]
    data: PathBuf,
    /// Name that license files are bound to; the machine's own unless given.
    #[arg(long)]
    host_name: Option<String>,
    /// Address of all ports. Off loopback the licensing ports speak TLS and products need a token.
    #[arg(long)]
    listen: Option<IpAddr>,
    /// Port of the license manager; 0 takes any free one.
    #[arg(long)]
    port: Option<u16>,
    /// Port of the first vendor daemon; 0 takes any free one.
    #[arg(long)]
    vendor_port: Option<u16>,
    /// Port of the web services; 0 takes any free one.
    #[arg(long)]
    web_port: Option<u16>,
    /// Name of the first administrator.
    #[arg(long, default_value = "admin")]
    administrator: String,
    /// File whose first line is the administrator's password; one is made up unless given.
    #[arg(long, value_name = "FILE", conflicts_with = "password_stdin")]
    password_file: Option<PathBuf>,
    /// Read the administrator's password from the standard input.
    #[arg(long)]
    password_stdin: bool,
}

fn main() -> ExitCode {
    match carry_out(CommandLine::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("licensingd: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Init(arguments) => initialise(arguments),
        Command::Run(wanted) => run(&wanted),
        Command::Verify(place) => {
            let found = verify::verify(&DataFolder::new(&place.data))?;
            print!("{found}");
            Ok(if found.is_sound() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        Command::Backup(wanted) => {
            let data = DataFolder::new(&wanted.place.data);
            let config = wanted.place.config.unwrap_or(data.config_file());
            let saved = backup::back_up(&data, &config, &wanted.output, wanted.with_keys)?;
            print!("{saved}");
            Ok(ExitCode::SUCCESS)
        }
        Command::Restore(wanted) => {
            let restored = match wanted.data {
                Some(data) => backup::restore(&wanted.archive, wanted.signed_by, &DataFolder::new(data))?,
                None => backup::verify(&wanted.archive, wanted.signed_by)?,
            };
            print!("{restored}");
            Ok(ExitCode::SUCCESS)
        }
        Command::VendorDaemon => daemon::run(),
    }
}

fn initialise(arguments: Init) -> anyhow::Result<ExitCode> {
    let defaults = ConfigChoices::default();
    let data = DataFolder::new(arguments.data);
    let made = init::init(NewServer {
        data: data.clone(),
        choices: ConfigChoices {
            host_name: arguments.host_name.unwrap_or(defaults.host_name),
            listen: arguments.listen.unwrap_or(defaults.listen),
            port: arguments.port.unwrap_or(defaults.port),
            vendor_port: arguments.vendor_port.unwrap_or(defaults.vendor_port),
            web_port: arguments.web_port.unwrap_or(defaults.web_port),
        },
        administrator: arguments.administrator,
        password: match (arguments.password_file, arguments.password_stdin) {
            (Some(file), _) => PasswordSource::File(file),
            (None, true) => PasswordSource::StandardInput,
            (None, false) => PasswordSource::Generated,
        },
    })?;
    println!("data folder     {}", data.root().display());
    println!("administrator   {}", made.administrator);
    if let Some(password) = made.generated_password {
        if std::io::stdout().is_terminal() {
            println!("password        {}  (shown this once)", password.expose());
        } else {
            println!(
                "password        in {}; read it and remove the file",
                init::leave_password(&data, &password)?.display()
            );
        }
    }
    println!("certificate     {}", made.cert_hash);
    println!("next            licensingd run --data {}", data.root().display());
    println!("\n{}", init::COLLECTED);
    Ok(ExitCode::SUCCESS)
}

fn run(wanted: &Run) -> anyhow::Result<ExitCode> {
    let place = &wanted.place;
    let data = DataFolder::new(&place.data);
    let config_file = place.config.clone().unwrap_or_else(|| data.config_file());
    let restored = backup::finish_restore(&data, |restored| {
        // The configuration is a part of what was restored.
        let config = Config::load(&config_file)?;
        let accounts = Accounts::open(&data.server_database(), &config.host_name)?;
        let aside = restored.aside.display().to_string();
        Ok(accounts.record_restore(&restored.backup, &aside)?)
    })
    .context("the restore that waits cannot be carried out")?;
    let config = Config::load(&config_file)?;
    licensing_settings::log::start(&config.log.level, config.log.json)?;
    if let Some(restored) = restored {
        let aside = restored.aside.display().to_string();
        tracing::warn!(backup = restored.backup, aside, "the server was restored");
    }
    let installation = manager::Installation {
        data,
        config_file,
        executable: std::env::current_exe().context("the path of the program cannot be determined")?,
        accept_loss: wanted.accept_loss,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(manager::run(config, installation))?;
    Ok(ExitCode::SUCCESS)
}
