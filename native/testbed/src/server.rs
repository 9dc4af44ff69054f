//! A running server.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde::Deserialize;
use tempfile::TempDir;

use crate::Issuer;
use crate::port::free_port;
use crate::program::licensingd;

/// Far longer than a start or an end takes: only a hang reaches it.
const HANG: Duration = Duration::from_secs(120);
/// Pause between two looks at a condition.
const LOOK: Duration = Duration::from_millis(20);

/// Where the server listens; what it says on its standard output and in `run/endpoints.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    /// Address of the license manager.
    pub licensing: SocketAddr,
    /// Address of the web services.
    pub web_services: SocketAddr,
    /// Address of WS-Management over TLS, where it is offered.
    #[serde(default)]
    pub wsman: Option<SocketAddr>,
    /// Address of WS-Management without TLS, where it is offered.
    #[serde(default)]
    pub wsman_plain: Option<SocketAddr>,
    /// Hash of the certificate, as clients pin it.
    pub cert_hash: String,
    /// Ports of the vendor daemons that serve.
    pub vendors: BTreeMap<String, u16>,
    /// Process id of the manager.
    pub process_id: u32,
}

/// A server to be.
#[derive(Debug)]
pub struct ServerBuilder {
    program: Option<PathBuf>,
    folder: Option<PathBuf>,
    host_name: String,
    administrator: String,
    password: String,
    licenses: Vec<(String, String)>,
    options: Vec<(String, String)>,
    environment: Vec<(String, String)>,
}

impl Default for ServerBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ServerBuilder {
    /// A server on free loopback ports, in a temporary folder, for `license01.example.com`. Only vendors with license files
    /// have daemons: `licensing.startup_vendors` is empty, other than by default.
    pub fn new() -> Self {
        Self {
            program: None,
            folder: None,
            host_name: "license01.example.com".to_owned(),
            administrator: "admin".to_owned(),
            password: "correct horse battery staple".to_owned(),
            licenses: Vec::new(),
            options: Vec::new(),
            environment: Vec::new(),
        }
        .setting("licensing.startup_vendors", "[]")
    }

    /// Another program than [`licensingd`] finds.
    #[must_use]
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = Some(program.into());
        self
    }

    /// A data folder that stays; a temporary one unless given. One that has a configuration already is served as it is.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Another host name.
    #[must_use]
    pub fn host_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.host_name);
        self
    }

    /// Another first administrator.
    #[must_use]
    pub fn administrator(mut self, account: &str, password: &str) -> Self {
        account.clone_into(&mut self.administrator);
        password.clone_into(&mut self.password);
        self
    }

    /// A license file that is signed and installed before the start.
    #[must_use]
    pub fn license(mut self, file_name: &str, text: &str) -> Self {
        self.licenses.push((file_name.to_owned(), text.to_owned()));
        self
    }

    /// The options file of a vendor.
    #[must_use]
    pub fn options(mut self, vendor: &str, text: &str) -> Self {
        self.options.push((vendor.to_owned(), text.to_owned()));
        self
    }

    /// A setting over the configuration file, such as `("licensing.heartbeat_seconds", "1")`.
    #[must_use]
    pub fn setting(self, name: &str, value: &str) -> Self {
        let variable = format!("LICENSINGD_{}", name.to_uppercase().replace('.', "__"));
        self.environment(&variable, value)
    }

    /// The same port of the license manager at every start, so that products find it again.
    ///
    /// # Errors
    /// If none is free.
    pub fn kept_port(self) -> anyhow::Result<Self> {
        Ok(self.setting("licensing.port", &free_port()?.to_string()))
    }

    /// A variable for the server's process.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Makes the data folder, installs the license files and starts the server; returns when everything listens.
    ///
    /// # Errors
    /// If one of these fails; the error shows the server's log.
    pub fn start(self) -> anyhow::Result<Server> {
        let mut server = self.prepare()?;
        server.start_again()?;
        Ok(server)
    }

    /// As [`Self::start`], without the start.
    ///
    /// # Errors
    /// If one of the steps fails.
    pub fn prepare(self) -> anyhow::Result<Server> {
        let temporary = tempfile::tempdir().context("no temporary folder")?;
        let data = self
            .folder
            .clone()
            .unwrap_or_else(|| temporary.path().join("data"));
        let program = self.program.clone().map_or_else(licensingd, Ok)?;
        let issuer = Issuer::new()?;
        if !data.join("licensingd.toml").exists() {
            self.init(&program, &data, temporary.path())?;
            fs::write(data.join("trust").join("testbed.pub"), issuer.trust_file()?)?;
        }
        let server = Server {
            log: temporary.path().join("licensingd.log"),
            _temporary: temporary,
            program,
            data,
            issuer,
            administrator: (self.administrator, self.password),
            environment: self.environment,
            running: None,
        };
        for (name, text) in &self.licenses {
            server.install(name, text)?;
        }
        for (vendor, text) in &self.options {
            let file = server.data.join("licenses").join(format!("{vendor}.opt"));
            fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
        }
        Ok(server)
    }

    fn init(&self, program: &Path, data: &Path, scratch: &Path) -> anyhow::Result<()> {
        let password_file = scratch.join("password");
        fs::write(&password_file, &self.password)?;
        let made = Command::new(program)
            .args([
                "init",
                "--port",
                "0",
                "--vendor-port",
                "0",
                "--web-port",
                "0",
                "--host-name",
                &self.host_name,
            ])
            .args(["--administrator", &self.administrator, "--password-file"])
            .arg(&password_file)
            .arg("--data")
            .arg(data)
            .output()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        if !made.status.success() {
            bail!(
                "init failed: {}{}",
                String::from_utf8_lossy(&made.stdout),
                String::from_utf8_lossy(&made.stderr)
            );
        }
        Ok(())
    }
}

/// A server. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    _temporary: TempDir,
    program: PathBuf,
    data: PathBuf,
    log: PathBuf,
    issuer: Issuer,
    administrator: (String, String),
    environment: Vec<(String, String)>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    endpoints: Endpoints,
}

impl Server {
    /// Where it listened when it started; daemons that came later are in [`Self::current_endpoints`].
    ///
    /// # Panics
    /// If it does not run.
    pub fn endpoints(&self) -> &Endpoints {
        match &self.running {
            Some(running) => &running.endpoints,
            None => unreachable!("the test asks for the endpoints of a server that it has not started"),
        }
    }

    /// What `run/endpoints.json` says now.
    ///
    /// # Errors
    /// If the file is not there: the server does not run.
    pub fn current_endpoints(&self) -> anyhow::Result<Endpoints> {
        let file = self.data.join("run").join("endpoints.json");
        let text = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// Looks at the endpoints until they are as wanted.
    ///
    /// # Errors
    /// If that never happens; the error shows the server's log.
    pub fn wait_for(&self, wanted: impl Fn(&Endpoints) -> bool) -> anyhow::Result<Endpoints> {
        let deadline = Instant::now() + HANG;
        loop {
            if let Ok(endpoints) = self.current_endpoints()
                && wanted(&endpoints)
            {
                return Ok(endpoints);
            }
            if Instant::now() > deadline {
                bail!("the endpoints did not become as wanted\n{}", self.log());
            }
            thread::sleep(LOOK);
        }
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Name and password of the first administrator.
    pub fn administrator(&self) -> (&str, &str) {
        (&self.administrator.0, &self.administrator.1)
    }

    /// The issuer that it trusts.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// What it has logged since the first start.
    pub fn log(&self) -> String {
        fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// Signs a license file and puts it into the folder; a running server notices with [`Self::reread`].
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn install(&self, file_name: &str, text: &str) -> anyhow::Result<()> {
        let file = self.data.join("licenses").join(file_name);
        fs::write(&file, self.issuer.sign(text))
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    /// Starts it after it ended, on new ports unless [`ServerBuilder::kept_port`] chose one.
    ///
    /// # Errors
    /// If it does not come to listen; the error shows its log.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut child = Command::new(&self.program)
            .arg("run")
            .arg("--data")
            .arg(&self.data)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} cannot be started", self.program.display()))?;
        let line = child.stdout.take().and_then(first_line);
        match line.as_deref().map(serde_json::from_str) {
            Some(Ok(endpoints)) => {
                self.running = Some(Running { child, endpoints });
                Ok(())
            }
            Some(Err(_)) | None => {
                child.kill()?;
                child.wait()?;
                bail!("the server did not come to listen\n{}", self.log());
            }
        }
    }

    /// Has a running server read license files and certificate again (SIGHUP).
    ///
    /// # Errors
    /// If it does not run.
    #[cfg(unix)]
    pub fn reread(&self) -> anyhow::Result<()> {
        self.signal(rustix::process::Signal::HUP)
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) -> anyhow::Result<()> {
        let running = self.running.as_ref().context("the server does not run")?;
        Ok(rustix::process::kill_process(
            rustix::process::Pid::from_child(&running.child),
            signal,
        )?)
    }

    /// Kills the manager as `kill -9` does.
    ///
    /// # Errors
    /// If it does not run.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let mut running = self.running.take().context("the server does not run")?;
        running.child.kill()?;
        running.child.wait()?;
        Ok(())
    }

    /// Has it end in good order (SIGTERM; elsewhere it is killed) and waits for it.
    ///
    /// # Errors
    /// If it does not end.
    pub fn end(&mut self) -> anyhow::Result<ExitStatus> {
        #[cfg(unix)]
        self.signal(rustix::process::Signal::TERM)?;
        let mut running = self.running.take().context("the server does not run")?;
        #[cfg(not(unix))]
        running.child.kill()?;
        let deadline = Instant::now() + HANG;
        loop {
            if let Some(status) = running.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > deadline {
                running.child.kill()?;
                running.child.wait()?;
                bail!("the server did not end\n{}", self.log());
            }
            thread::sleep(LOOK);
        }
    }

    /// [`Self::end`], for a server that is not needed any more.
    ///
    /// # Errors
    /// If it does not end, or not well.
    pub fn stop(mut self) -> anyhow::Result<()> {
        let status = self.end()?;
        if cfg!(unix) && !status.success() {
            bail!("the server ended with {status}\n{}", self.log());
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            // Daemons end by themselves when their manager is gone.
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
        if thread::panicking() {
            let _ = writeln!(std::io::stderr(), "log of the license server:\n{}", self.log());
        }
    }
}

/// The first line, unless the stream ends before or nothing comes for too long. The rest is read away.
fn first_line(stream: impl std::io::Read + Send + 'static) -> Option<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            // Nobody waits for the further ones.
            let _ = sender.send(line.ok()?);
        }
        Some(())
    });
    receiver.recv_timeout(HANG).ok()
}
