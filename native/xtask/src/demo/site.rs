//! The folder of the demo with its issuer and its license server.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use tempfile::TempDir;

use super::program::Program;
use crate::child;

/// Name of the first administrator.
pub(super) const ADMINISTRATOR: &str = "admin";

/// Name that the license file is bound to.
const HOST_NAME: &str = "demo-server";

/// Folder of the first server.
const DATA: &str = "server";

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

/// A running license server.
pub(super) struct LicenseServer {
    _program: Program,
    endpoints: Endpoints,
}

/// Issuer and servers. Dropping it stops the servers and removes the folder.
pub(super) struct Site {
    // Before the folder, so that the server has ended when its folder goes.
    server: Option<LicenseServer>,
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

    /// Makes the password of the administrator and the data folder of the server.
    pub(super) async fn make_server(&self) -> Result<()> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
        write_private(&self.password_file(), &hex::encode(random))?;
        let said = self.initialise(DATA).await?;
        print(&said);
        Ok(())
    }

    /// Makes the data folder of a license server that trusts the issuer; what was said.
    pub(super) async fn initialise(&self, name: &str) -> Result<String> {
        let data = self.path(name);
        let mut command = tokio::process::Command::new(self.program("licensingd"));
        command
            .args(["init", "--host-name", HOST_NAME, "--listen", "127.0.0.1"])
            .args(["--port", "0", "--vendor-port", "0", "--web-port", "0"])
            .args(["--administrator", ADMINISTRATOR, "--password-file"])
            .arg(self.password_file())
            .arg("--data")
            .arg(&data);
        let said = child::output(&mut command).await?;
        let trusted = data.join("trust").join("demo-issuer.pub");
        std::fs::copy(self.path("issuer").join("demo-issuer.pub"), &trusted)
            .with_context(|| format!("{} cannot be written", trusted.display()))?;
        Ok(said)
    }

    /// Starts the server and waits until it serves.
    pub(super) async fn start_server(&mut self) -> Result<()> {
        let server = self.serve(DATA).await?;
        let endpoints = &server.endpoints;
        println!("   License manager  {}", endpoints.licensing);
        println!("   Web services     https://{}", endpoints.web_services);
        println!("   WS-Management    https://{}/wsman", endpoints.wsman);
        println!("   Certificate      {}", endpoints.cert_hash);
        self.server = Some(server);
        Ok(())
    }

    /// Starts a license server and waits until it serves.
    pub(super) async fn serve(&self, name: &str) -> Result<LicenseServer> {
        let mut command = Command::new(self.program("licensingd"));
        command
            .args(["run", "--data"])
            .arg(self.path(name))
            // Nothing here but what the demonstration brings.
            .env("LICENSINGD_LICENSING__STARTUP_VENDORS", "[]")
            .env("LICENSINGD_WSMAN__ENABLED", "true")
            .env("LICENSINGD_WSMAN__PORT", "0");
        let log = self.path(&format!("{name}.log"));
        let (program, endpoints) = Program::start(&mut command, &log).await?;
        Ok(LicenseServer {
            _program: program,
            endpoints,
        })
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
        Ok(self.variables_of(self.server()?))
    }

    /// What connects the command line with a license server.
    pub(super) fn variables_of(&self, server: &LicenseServer) -> Vec<(&'static str, String)> {
        let endpoints = &server.endpoints;
        vec![
            ("LICENSING_SERVER", format!("https://{}", endpoints.web_services)),
            ("LICENSING_CERT_HASH", endpoints.cert_hash.clone()),
            ("LICENSING_WMI_PORT", endpoints.wsman.port().to_string()),
            ("LICENSING_ACCOUNT", ADMINISTRATOR.to_owned()),
            (
                "LICENSING_PASSWORD_FILE",
                self.password_file().display().to_string(),
            ),
        ]
    }

    /// The license server.
    pub(super) fn server(&self) -> Result<&LicenseServer> {
        self.server.as_ref().context("the server does not run")
    }

    /// Where the server listens.
    pub(super) fn endpoints(&self) -> Result<&Endpoints> {
        Ok(&self.server()?.endpoints)
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

    /// A file or folder of the demo.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The license file that was issued.
    pub(super) fn license_file(&self) -> PathBuf {
        self.path("acme.lic")
    }
}

/// Writes a new file that only its owner can read.
pub(super) fn write_private(path: &Path, text: &str) -> Result<()> {
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
pub(super) fn print(text: &str) {
    for line in text.lines() {
        println!("{}", format!("   {line}").trim_end());
    }
}
