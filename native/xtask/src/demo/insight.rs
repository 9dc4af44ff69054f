//! Insight Services over two license servers with the same license file.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::program::Program;
use super::site::{LicenseServer, Site, print};
use crate::powershell::PowerShell;
use crate::{child, workspace};

/// Customer that the license servers belong to.
const ORGANIZATION: &str = "Example Ltd";

/// Where Insight Services listen, as they say themselves.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints {
    https: String,
    cert_hash: String,
}

/// The running Insight Services, and a second license server. Dropping it stops both.
pub(super) struct Insight {
    _program: Program,
    second: LicenseServer,
    endpoints: Endpoints,
    data: PathBuf,
}

impl Insight {
    /// Makes and starts Insight Services and the second license server.
    ///
    /// # Errors
    /// When one of them does not start.
    pub(super) async fn start(site: &Site) -> Result<Self> {
        let data = site.path("insight");
        let program = site.program("insightd");
        let made = tokio::process::Command::new(&program)
            .args(["init", "--host-name", "127.0.0.1", "--port", "0", "--data"])
            .arg(&data)
            .kill_on_drop(true)
            .output();
        let (made, initialised) = tokio::join!(made, site.initialise("second"));
        initialised?;
        anyhow::ensure!(
            made.context("insightd cannot be started")?.status.success(),
            "insightd init did not succeed"
        );
        let mut command = tokio::process::Command::new(&program);
        command
            .args(["organization", "add", ORGANIZATION, "--data"])
            .arg(&data);
        child::run(&mut command).await?;
        let mut command = Command::new(&program);
        command
            .args(["run", "--data"])
            .arg(&data)
            // A move takes a quarter of an hour; nobody waits for that here.
            .env("INSIGHTD_OVERLAP_MINUTES", "0");
        let log = site.path("insight.log");
        let (started, second) = tokio::join!(Program::start(&mut command, &log), site.serve("second"));
        let (program, endpoints): (Program, Endpoints) = started?;
        let insight = Self {
            _program: program,
            second: second?,
            endpoints,
            data,
        };
        let mut import = site.licensing();
        import
            .envs(site.variables_of(&insight.second))
            .args(["file", "import"])
            .arg(site.license_file());
        child::output(&mut import).await?;
        println!("   Insight Services https://{}", insight.endpoints.https);
        println!("   A second license server has imported the same file.");
        Ok(insight)
    }

    /// Through the module, as an administrator of both would.
    ///
    /// # Errors
    /// When a command of the module fails.
    pub(super) async fn in_powershell(&self, powershell: &PowerShell, site: &Site) -> Result<()> {
        let mut command = powershell.command();
        command
            .arg("-File")
            .arg(
                workspace::root()
                    .join("native")
                    .join("xtask")
                    .join("show-insight.ps1"),
            )
            .arg("-Module")
            .arg(workspace::out().join("LicensingAdmin"))
            .args(["-Organization", ORGANIZATION])
            .envs(site.variables()?)
            .env("INSIGHT_SERVER", self.address())
            .env("INSIGHT_CERT_HASH", &self.endpoints.cert_hash)
            .env("INSIGHT_TOKEN_FILE", self.data.join("initial-token"));
        for (name, value) in site.variables_of(&self.second) {
            command.env(format!("SECOND_{name}"), value);
        }
        child::run(&mut command).await
    }

    /// Through the command line.
    ///
    /// # Errors
    /// When a command fails.
    pub(super) async fn in_shell(&self, site: &Site) -> Result<()> {
        let servers = [site.variables()?, site.variables_of(&self.second)];
        for variables in &servers {
            let mut register = tokio::process::Command::new(site.program("insightd"));
            register
                .args(["server", "register", "--organization", ORGANIZATION, "--data"])
                .arg(&self.data);
            let code = site.path("code");
            let printed = child::output(&mut register).await?;
            std::fs::write(&code, printed.split('\t').next().unwrap_or_default())
                .with_context(|| format!("{} cannot be written", code.display()))?;
            let mut set = site.licensing();
            set.envs(variables.iter().cloned())
                .args(["management-service", "set", &self.endpoints.cert_hash])
                .args(["--enabled", "--destination", &self.address()])
                .arg("--new-registration-code-file")
                .arg(&code);
            child::output(&mut set).await?;
        }
        for variables in servers.iter().chain([&servers[0]]) {
            let mut upload = site.licensing();
            upload.envs(variables.iter().cloned()).args(["upload", "start"]);
            child::output(&mut upload).await?;
        }
        for words in ["compliance list", "management-service disable"] {
            println!("\n$ licensing {words}");
            print(&child::output(site.administration()?.args(words.split(' '))).await?);
        }
        Ok(())
    }

    /// Stops both.
    ///
    /// # Errors
    /// When that is lost.
    pub(super) async fn stop(self) -> Result<()> {
        tokio::task::spawn_blocking(move || drop(self))
            .await
            .context("cleaning up was lost")
    }

    /// The program, with the data folder in its environment.
    pub(super) fn command(&self, site: &Site) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(site.program("insightd"));
        command.env("INSIGHTD_DATA", &self.data);
        command
    }

    /// The data folder.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// Address of the HTTPS port.
    pub(super) fn address(&self) -> String {
        format!("https://{}", self.endpoints.https)
    }

    /// Hash of the certificate.
    pub(super) fn cert_hash(&self) -> &str {
        &self.endpoints.cert_hash
    }
}
