//! The folder of the demo with its issuer and its license server.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tempfile::TempDir;

use crate::child;

/// Longest time until the server serves.
const START: Duration = Duration::from_secs(60);

/// Longest time until the server has ended by itself.
const END: Duration = Duration::from_secs(20);

/// Name of the first administrator.
pub(super) const ADMINISTRATOR: &str = "admin";

/// Name that the license file is bound to.
const HOST_NAME: &str = "demo-server";

const ORDER: &str = r#"# What the customer ordered; `licensing authority issue` makes a signed license file of it.
vendor = "ACME"
customer = "Example Ltd"
order_number = "4711"

[server]
host_id = "HOSTNAME=demo-server"

[[grants]]
feature = "CAD_PRO_CCU"
version = "2.0"
expires = "permanent"
count = 25
overdraft = 2
vendor_string = { license_type = "Retail" }

[[grants]]
feature = "REPORT_STD_CCU"
version = "1.4"
expires = "31-dec-2099"
count = 5
vendor_string = { license_type = "Evaluation" }
"#;

/// Where the server listens, as it says itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Endpoints {
    /// License manager.
    pub(super) licensing: String,
    /// Web services.
    pub(super) web_services: String,
    /// WS-Management.
    wsman: std::net::SocketAddr,
    /// Hash of the certificate.
    pub(super) cert_hash: String,
}

/// Issuer and server. Dropping it stops the server and removes the folder.
pub(super) struct Site {
    // Before the folder, so that the server has ended when its folder goes.
    server: Option<Server>,
    endpoints: Option<Endpoints>,
    programs: PathBuf,
    folder: TempDir,
}

impl Site {
    /// An empty folder, and where the programs are.
    pub(super) fn new(programs: PathBuf) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("licensing-demo-")
            .tempdir()
            .context("no temporary folder")?;
        Ok(Self {
            server: None,
            endpoints: None,
            programs,
            folder,
        })
    }

    /// Makes the key and the trust file of an issuer.
    pub(super) async fn make_issuer(&self) -> Result<()> {
        let mut command = self.licensing();
        command.args([
            "authority",
            "init",
            "--name",
            "Demo issuer",
            "--vendor",
            "ACME",
            "--folder",
        ]);
        print(&child::output(command.arg(self.path("issuer"))).await?);
        Ok(())
    }

    /// Makes the data folder of a server.
    pub(super) async fn make_server(&self) -> Result<()> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
        write_private(&self.password_file(), &hex::encode(random))?;
        let mut command = tokio::process::Command::new(self.program("licensingd"));
        command
            .args(["init", "--host-name", HOST_NAME, "--listen", "127.0.0.1"])
            .args(["--port", "0", "--vendor-port", "0", "--web-port", "0"])
            .args(["--administrator", ADMINISTRATOR, "--password-file"])
            .arg(self.password_file())
            .arg("--data")
            .arg(self.data());
        print(&child::output(&mut command).await?);
        let trusted = self.data().join("trust").join("demo-issuer.pub");
        std::fs::copy(self.path("issuer").join("demo-issuer.pub"), &trusted)
            .with_context(|| format!("{} cannot be written", trusted.display()))?;
        Ok(())
    }

    /// Starts the server and waits until it serves.
    pub(super) async fn start_server(&mut self) -> Result<()> {
        let log = self.path("licensingd.log");
        let file = File::create(&log).with_context(|| format!("{} cannot be written", log.display()))?;
        let mut process = Command::new(self.program("licensingd"))
            .args(["run", "--data"])
            .arg(self.data())
            // Nothing here but what the demonstration brings.
            .env("LICENSINGD_LICENSING__STARTUP_VENDORS", "[]")
            .env("LICENSINGD_WSMAN__ENABLED", "true")
            .env("LICENSINGD_WSMAN__PORT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .context("licensingd cannot be started")?;
        let output = process.stdout.take().context("licensingd has no output")?;
        self.server = Some(Server(process));
        let reading = tokio::task::spawn_blocking(move || first_line(output));
        let line = match tokio::time::timeout(START, reading).await {
            Ok(line) => line.context("the first line was lost")??,
            Err(_) => String::new(),
        };
        let Ok(endpoints) = serde_json::from_str::<Endpoints>(&line) else {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            bail!("licensingd did not start to serve; its log says:\n{said}");
        };
        println!("   License manager  {}", endpoints.licensing);
        println!("   Web services     https://{}", endpoints.web_services);
        println!("   WS-Management    https://{}/wsman", endpoints.wsman);
        println!("   Certificate      {}", endpoints.cert_hash);
        self.endpoints = Some(endpoints);
        Ok(())
    }

    /// Makes a license file from an order.
    pub(super) async fn issue(&self) -> Result<()> {
        let order = self.path("order.toml");
        std::fs::write(&order, ORDER).with_context(|| format!("{} cannot be written", order.display()))?;
        let mut command = self.licensing();
        command
            .args(["authority", "issue"])
            .arg(order)
            .arg("--key")
            .arg(self.path("issuer").join("demo-issuer.key"))
            .arg("-o")
            .arg(self.license_file());
        print(&child::output(&mut command).await?);
        Ok(())
    }

    /// Imports it.
    pub(super) async fn import(&self) -> Result<()> {
        let mut command = self.administration()?;
        print(&child::output(command.args(["file", "import"]).arg(self.license_file())).await?);
        Ok(())
    }

    /// The command line without any connection.
    pub(super) fn licensing(&self) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(self.program("licensing"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LICENSING_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// The command line as administrator of the server.
    pub(super) fn administration(&self) -> Result<tokio::process::Command> {
        let mut command = self.licensing();
        command.envs(self.variables()?);
        Ok(command)
    }

    /// What connects the command line with the server.
    pub(super) fn variables(&self) -> Result<Vec<(&'static str, String)>> {
        let endpoints = self.endpoints()?;
        Ok(vec![
            ("LICENSING_SERVER", format!("https://{}", endpoints.web_services)),
            ("LICENSING_CERT_HASH", endpoints.cert_hash.clone()),
            ("LICENSING_WMI_PORT", endpoints.wsman.port().to_string()),
            ("LICENSING_ACCOUNT", ADMINISTRATOR.to_owned()),
            (
                "LICENSING_PASSWORD_FILE",
                self.password_file().display().to_string(),
            ),
        ])
    }

    /// Where the server listens.
    pub(super) fn endpoints(&self) -> Result<&Endpoints> {
        self.endpoints.as_ref().context("the server does not run")
    }

    /// A built program.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.programs
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// File with the administrator's password.
    pub(super) fn password_file(&self) -> PathBuf {
        self.path("password")
    }

    /// Stops the server and removes the folder.
    pub(super) async fn stop(self) -> Result<()> {
        let Self { server, folder, .. } = self;
        tokio::task::spawn_blocking(move || {
            drop(server);
            folder.close().context("the folder of the demo cannot be removed")
        })
        .await
        .context("cleaning up was lost")?
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("server")
    }

    fn license_file(&self) -> PathBuf {
        self.path("acme.lic")
    }
}

/// The running server. Dropping it lets the server end in good order, and kills it only when it does not.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        ask_to_end(&mut self.0);
        let deadline = Instant::now() + END;
        while Instant::now() < deadline {
            match self.0.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(50)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        // Nothing better is left to do, and nobody to tell.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[cfg(unix)]
fn ask_to_end(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process};
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let (Some(id), Ok(None)) = (id, child.try_wait()) {
        // It may have ended in between, which is what is wanted.
        kill_process(id, Signal::TERM).ok();
    }
}

#[cfg(not(unix))]
fn ask_to_end(child: &mut Child) {
    // Windows has no signal for a program without a window; the server's state survives this by design.
    child.kill().ok();
}

/// The first line; the rest is read away so that the writer never waits.
fn first_line(output: ChildStdout) -> Result<String> {
    let mut reader = BufReader::new(output);
    let mut line = String::new();
    reader.read_line(&mut line).context("licensingd cannot be read")?;
    std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    Ok(line)
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let written = options
        .open(path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    written.with_context(|| format!("{} cannot be written", path.display()))
}

/// What a program said, indented.
fn print(text: &str) {
    for line in text.lines() {
        println!("{}", format!("   {line}").trim_end());
    }
}
