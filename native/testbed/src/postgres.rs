//! A PostgreSQL of one's own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, bail};
use tempfile::TempDir;

/// First version of PostgreSQL that is supported.
const OLDEST: u32 = 15;
/// Account that the cluster runs as where this process is root, which PostgreSQL refuses to be.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];
/// Numbers of an account and its group.
type Account = (u32, u32);
/// Folder of the data, in that of the cluster.
const DATA: &str = "data";
/// Owner of the databases.
const OWNER: &str = "insight";

/// A running cluster with a folder and a socket of its own; gone when dropped.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    account: Option<Account>,
    child: Child,
    databases: AtomicU32,
    port: String,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Ends all its processes at once; it needs no data any more.
        #[cfg(unix)]
        let asked = rustix::process::Pid::from_raw(self.child.id().cast_signed())
            .is_some_and(|id| rustix::process::kill_process(id, rustix::process::Signal::QUIT).is_ok());
        #[cfg(not(unix))]
        let asked = false;
        if !asked {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Cluster {
    /// Starts one with the machine's newest PostgreSQL and these settings; none where the machine has no PostgreSQL. It ends with
    /// the thread that calls this.
    ///
    /// # Errors
    /// When it cannot be started; also when there is none and `CI` is set, since then nothing may be left out.
    pub fn start(settings: &[(&str, &str)]) -> anyhow::Result<Option<Self>> {
        Self::start_with(settings, &[])
    }

    /// As [`Self::start`], on a TCP port of the loopback interface as well, with TLS by this certificate and key.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_with_tls(port: u16, certificate: &Path, key: &Path) -> anyhow::Result<Option<Self>> {
        let port = port.to_string();
        let settings = [
            ("listen_addresses", "127.0.0.1"),
            ("port", port.as_str()),
            ("ssl", "on"),
            ("ssl_cert_file", "../certificate.pem"),
            ("ssl_key_file", "../key.pem"),
        ];
        Self::start_with(&settings, &[("certificate.pem", certificate), ("key.pem", key)])
    }

    fn start_with(settings: &[(&str, &str)], files: &[(&str, &Path)]) -> anyhow::Result<Option<Self>> {
        let Some(programs) = programs() else {
            let what = "PostgreSQL 15 or later is missing (Debian package postgresql)";
            if std::env::var_os("CI").is_some() {
                bail!(what);
            }
            eprintln!("SKIPPED: {what}; nothing is tested with it");
            return Ok(None);
        };
        let folder = tempfile::Builder::new().prefix("licensing-postgres-").tempdir()?;
        let account = account()?;
        own(folder.path(), account)?;
        for (name, source) in files {
            let copy = folder.path().join(name);
            std::fs::copy(source, &copy)?;
            own(&copy, account)?;
        }
        make_data(folder.path(), run_as(account, &programs.join("initdb")))?;
        let mut child = launch(
            folder.path(),
            run_as(account, &programs.join("postgres")),
            settings,
        )?;
        let log = child.stderr.take().context("postgres has no log")?;
        let cluster = Self {
            folder,
            programs,
            account,
            child,
            databases: AtomicU32::new(0),
            port: settings
                .iter()
                .find(|(name, _)| *name == "port")
                .map_or("5432", |(_, port)| port)
                .to_owned(),
        };
        await_ready(log)?;
        Ok(Some(cluster))
    }

    /// Makes a database and gives its address.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn database(&self) -> anyhow::Result<String> {
        let name = format!("insight{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = run_as(self.account, &self.programs.join("createdb"))
            .arg("--host")
            .arg(self.folder.path())
            .args([
                "--port",
                &self.port,
                "--username",
                OWNER,
                "--strategy=wal_log",
                &name,
            ])
            .current_dir(self.folder.path())
            .output()
            .context("createdb cannot be started")?;
        if !made.status.success() {
            bail!("createdb: {}", String::from_utf8_lossy(&made.stderr));
        }
        Ok(format!(
            "postgres://{OWNER}@/{name}?host={}&port={}",
            self.folder.path().display(),
            self.port
        ))
    }

    /// Folder of the cluster: `data` is in it, and the socket.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Folder of the programs of the newest PostgreSQL.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let newest = versions
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| *version >= OLDEST)
        .max()?;
    let folder = PathBuf::from(format!("/usr/lib/postgresql/{newest}/bin"));
    folder.join("initdb").is_file().then_some(folder)
}

/// The account that the cluster is to run as; none where that is our own.
fn account() -> anyhow::Result<Option<Account>> {
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() {
        let accounts = std::fs::read_to_string("/etc/passwd")?;
        for account in ACCOUNTS {
            let fields: Option<Vec<&str>> = accounts
                .lines()
                .map(|line| line.split(':').collect::<Vec<_>>())
                .find(|fields| fields.first() == Some(&account));
            if let Some([_, _, user, group, ..]) = fields.as_deref() {
                return Ok(Some((user.parse()?, group.parse()?)));
            }
        }
        bail!("neither the account postgres nor nobody exists, and PostgreSQL refuses to run as root");
    }
    Ok(None)
}

/// Gives a file or folder to the account.
fn own(path: &Path, account: Option<Account>) -> anyhow::Result<()> {
    #[cfg(unix)]
    if let Some((user, group)) = account {
        std::os::unix::fs::chown(path, Some(user), Some(group))?;
    }
    let _ = (path, account);
    Ok(())
}

/// A program as another account.
fn run_as(account: Option<Account>, program: &Path) -> Command {
    let Some((user, group)) = account else {
        return Command::new(program);
    };
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", &user.to_string(), "--regid", &group.to_string()])
        // It ends with the thread that has started it, however that ends.
        .args(["--clear-groups", "--pdeathsig", "QUIT"])
        .arg(program);
    command
}

/// Makes the data of a cluster in its folder.
fn make_data(folder: &Path, mut initdb: Command) -> anyhow::Result<()> {
    let made = initdb
        .args([
            "--no-sync",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--username",
            OWNER,
        ])
        .arg("--pgdata")
        .arg(folder.join(DATA))
        .current_dir(folder)
        .output()
        .context("initdb cannot be started")?;
    if !made.status.success() {
        bail!("initdb: {}", String::from_utf8_lossy(&made.stderr));
    }
    Ok(())
}

/// Starts the server of a cluster, with its socket in its folder.
fn launch(folder: &Path, mut postgres: Command, settings: &[(&str, &str)]) -> anyhow::Result<Child> {
    postgres.arg("-D").arg(folder.join(DATA)).arg("-k").arg(folder);
    for (name, value) in [("listen_addresses", ""), ("logging_collector", "off")]
        .iter()
        .chain(settings)
    {
        postgres.arg("-c").arg(format!("{name}={value}"));
    }
    postgres
        .current_dir(folder)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("postgres cannot be started")
}

/// Waits until the cluster says that it takes connections, and goes on reading its log so that it never blocks.
fn await_ready(log: impl std::io::Read + Send + 'static) -> anyhow::Result<()> {
    let mut lines = BufReader::new(log).lines();
    let mut said = String::new();
    for line in lines.by_ref() {
        let line = line.context("the log of postgres cannot be read")?;
        if line.contains("ready to accept connections") {
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(());
        }
        said.push_str(&line);
        said.push('\n');
    }
    bail!("postgres has ended: {said}")
}
