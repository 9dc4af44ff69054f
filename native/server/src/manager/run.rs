//! `licensingd run`: from the first bound port to the last closed one.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use jiff::Timestamp;
use licensing_api::operation::BodySize;
use licensing_api::server::DaemonState;
use licensing_delivery::Courier;
use licensing_net::tls::ClientTrust;
use licensing_net::tls::ServerCertificate;
use licensing_net::{Limits, Parts, PortOptions, PortProtocol, PortTls, RateLimit};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::background::Background;
use super::daemons::Daemons;
use super::discover;
use super::endpoints::Endpoints;
use super::folder_owner::FolderOwner;
use super::own_ports::OwnPorts;
use super::signals::{Signal, Signals};
use crate::accounts::{Accounts, Actor};
use crate::alerts::{AlertOutbox, AlertService, AlertSources, HEADERS};
use crate::config::{Config, DataFolder, LiveConfig};
use crate::configuration::Configuration;
use crate::control::{DaemonDirectory, DaemonGateway, ManagerRequest};
use crate::folder_lock::FolderLock;
use crate::installed::InstalledFiles;
use crate::license_folder::LicenseFolder;
use crate::management::{Https, ManagementFolder, ManagementService, Pace, ServerSource, ServiceSetup};
use crate::product_access::ProductAccess;
use crate::register;
use crate::ticket_key;
use crate::web::{self, PortConnections, WebSetup};
use crate::wmi::{Wmi, WmiSetup};

/// Ports that this process always has.
const PORTS: u64 = 2;
/// How long a predecessor that is about to end is waited for.
const PREDECESSOR: Duration = Duration::from_secs(2);
/// How often the register is written while the server runs.
const REGISTER_EVERY: Duration = Duration::from_secs(60);
/// How often it is looked whether the daemons need another certificate.
const CERTIFICATE_CHECK: Duration = Duration::from_secs(5);

/// Where a server has what it needs.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Data folder.
    pub data: DataFolder,
    /// Configuration file, read again when the system says so.
    pub config_file: PathBuf,
    /// The program itself, which is started again as vendor daemons.
    pub executable: PathBuf,
    /// Whether to go on although databases have lost what the register says.
    pub accept_loss: bool,
}

/// Serves until the system tells it to end. When everything listens, the endpoints are written to their file and, as
/// one line, to the standard output.
///
/// # Errors
/// If the data folder is in use, incomplete or lost, a port cannot be bound, or a part ends while the server runs.
pub async fn run(config: Config, installation: Installation) -> anyhow::Result<()> {
    let mut signals = Signals::listen().context("signals cannot be listened to")?;
    let lock_file = installation.data.manager_lock();
    let lock = tokio::task::spawn_blocking(move || FolderLock::take(&lock_file, PREDECESSOR)).await??;
    let mut owner = FolderOwner::claim(&installation.data).await?.keep()?;
    Endpoints::remove(&installation.data).context("an old run/endpoints.json cannot be removed")?;
    require_no_loss(&config, &installation).await?;
    let ports = OwnPorts::bind(&config).await?;
    let data = installation.data.clone();
    let server = Server::open(config, installation)?;

    let mut served = tokio::select! {
        served = server.serve(ports) => served?,
        () = end_wanted(&mut signals) => {
            server.daemons.stop().await;
            return Ok(());
        }
    };
    let mut failed: Option<anyhow::Error> = None;
    let mut changes = server.daemons.changes();
    let mut registering = tokio::time::interval(REGISTER_EVERY);
    registering.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Signal::End => break,
                Signal::Reread => {
                    server.reread().await;
                    served.management.refresh().await;
                }
            },
            _ = registering.tick() => write_register(&data).await,
            why = owner.taken_over() => {
                tracing::error!(%why, "the data folder is lost");
                failed = Some(why.into());
                break;
            }
            ended = served.parts.ended() => {
                tracing::error!(part = ended.name, why = ended.why, "a part of the server has ended");
                failed = Some(ended.into());
                break;
            }
            // The sender lives as long as the server.
            _ = changes.changed() => served.publish(&server),
        }
    }
    tracing::info!("the server is ending");
    served.end(&server).await;
    match failed {
        // Whoever watches over the program starts it again.
        Some(why) => Err(why),
        None => {
            write_register(&data).await;
            drop((owner, lock));
            Ok(())
        }
    }
}

/// Writes the register. The server goes on without: the last one still says what must exist.
async fn write_register(data: &DataFolder) {
    let data = data.clone();
    let written = tokio::task::spawn_blocking(move || register::write(&data)).await;
    match written {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(error = format!("{error:#}"), "the register cannot be written"),
        Err(error) => tracing::error!(%error, "writing the register failed"),
    }
}

/// Refuses to serve when a database lost what the register says, or records that this was accepted.
async fn require_no_loss(config: &Config, installation: &Installation) -> anyhow::Result<()> {
    let (data, host_name) = (installation.data.clone(), config.host_name.clone());
    let accepted = installation.accept_loss;
    tokio::task::spawn_blocking(move || {
        let losses = register::check(&data)?;
        if losses.is_empty() {
            return Ok(());
        }
        let texts: Vec<String> = losses
            .iter()
            .map(|loss| format!("{}: {}", loss.file, loss.text))
            .collect();
        if !accepted {
            anyhow::bail!(
                "what this server knew is lost. {}. Restore the files from the last good backup, or go on without them: \
                 licensingd run --accept-loss",
                texts.join(". ")
            );
        }
        tracing::warn!(lost = texts.join(". "), "the loss was accepted");
        Accounts::open(&data.server_database(), &host_name)?.record_loss(&texts)?;
        register::begin_again(&data)
    })
    .await?
}

struct Server {
    config: LiveConfig,
    configuration: Configuration,
    /// The accounts, once they are open.
    accounts: OnceLock<Accounts>,
    data: DataFolder,
    /// Bounds of the ports: those of the configuration, within what the system allows.
    limits: Limits,
    certificate: Arc<ServerCertificate>,
    access: Arc<ProductAccess>,
    daemons: Daemons,
    installed: InstalledFiles,
    stopping: CancellationToken,
    started: Timestamp,
    connections: PortConnections,
}

/// What runs.
struct RunningServer {
    licensing: SocketAddr,
    web_services: SocketAddr,
    management: ManagementService,
    wsman: Option<SocketAddr>,
    wsman_plain: Option<SocketAddr>,
    parts: Parts,
    /// Where WS-Management is served, if it is, so that no client of it slows checkouts down.
    background: Option<Background>,
}

impl Server {
    fn open(config: Config, installation: Installation) -> anyhow::Result<Self> {
        let Installation {
            data,
            config_file,
            executable,
            accept_loss: _,
        } = installation;
        if let Some(alert) = data.exposure() {
            tracing::warn!(
                detail = alert.detail,
                action = alert.action,
                "others can look into the data folder"
            );
        }
        let names = certificate_names(&config);
        let certificate = Arc::new(ServerCertificate::open_or_make(
            &data.certificate_files(),
            &names,
        )?);
        let clients = ClientTrust::open(data.client_ca(&config).as_deref())?;
        ticket_key::make_if_missing(&data)?;
        let access = ProductAccess::new(config.licensing.anonymous, &[], clients);
        let wsman = &config.wsman;
        let ports = PORTS + u64::from(wsman.enabled) + u64::from(wsman.enabled && wsman.plain);
        let limits = config.limits.within(licensing_net::raise_file_limit(), ports);
        let config = LiveConfig::new(config);
        let installed = InstalledFiles::new(&data);
        Ok(Self {
            daemons: Daemons::new(
                config.clone(),
                data.clone(),
                installed.clone(),
                executable,
                Arc::clone(&access),
            )
            .with_context(|| {
                format!(
                    "the ports of the vendor daemons, {}, cannot be read",
                    data.vendor_ports().display()
                )
            })?,
            installed,
            configuration: Configuration::new(config.clone(), config_file, data.clone(), Arc::clone(&access)),
            config,
            accounts: OnceLock::new(),
            data,
            limits,
            certificate,
            access,
            stopping: CancellationToken::new(),
            started: Timestamp::now(),
            connections: PortConnections::default(),
        })
    }

    async fn serve(&self, ports: OwnPorts) -> anyhow::Result<RunningServer> {
        let accounts = self.accounts().await?;
        let wmi = self.wmi(&accounts, &ports)?;
        let daemons = DaemonDirectory::new(self.daemons.clone());
        let management = self.management(&daemons).await?;
        let licenses = LicenseFolder::open(&self.data, &self.config, &self.installed)
            .with_context(|| format!("{} cannot be used", self.data.licenses().display()))?;
        let alerts = self.alerts(&licenses, &daemons, &management).await?;
        let mut parts = Parts::default();
        let setup = WebSetup {
            management: management.clone(),
            alerts: alerts.clone(),
            licenses,
            accounts,
            installed: self.installed.clone(),
            config: self.config.clone(),
            configuration: self.configuration.clone(),
            data: self.data.clone(),
            daemons,
            certificate: Arc::clone(&self.certificate),
            started: self.started,
            licensing_address: ports.licensing_address,
            web_address: ports.web_address,
            stopping: self.stopping.clone(),
            connections: self.connections.clone(),
        };
        let web = web::open(setup, &mut parts)
            .await
            .context("the web services cannot be opened")?;
        self.reread_licenses().await;
        let served = self.start(ports, web, parts, management, alerts, &wmi)?;
        let line = serde_json::to_string(&served.endpoints(self))?;
        served.publish(self);
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{line}")
            .and_then(|()| stdout.flush())
            .context("the standard output is closed")?;
        tracing::info!(
            licensing = %served.licensing,
            web_services = %served.web_services,
            version = env!("CARGO_PKG_VERSION"),
            "the server serves"
        );
        Ok(served)
    }

    fn wmi(&self, accounts: &Accounts, ports: &OwnPorts) -> anyhow::Result<Wmi> {
        Wmi::new(WmiSetup {
            config: self.config.clone(),
            installed: self.installed.clone(),
            accounts: accounts.clone(),
            daemons: DaemonDirectory::new(self.daemons.clone()),
            certificate: Arc::clone(&self.certificate),
            started: self.started,
            licensing_address: ports.licensing_address,
            web_address: ports.web_address,
            keytab: self.data.keytab(&self.config.now()),
        })
    }

    async fn management(&self, daemons: &DaemonDirectory) -> anyhow::Result<ManagementService> {
        let opened = ManagementService::open(ServiceSetup {
            folder: ManagementFolder::new(self.data.management()),
            source: Arc::new(ServerSource {
                config: self.config.clone(),
                daemons: daemons.clone(),
                installed: self.installed.clone(),
            }),
            transport: Arc::new(Https::default()),
            pace: Pace::default(),
        })
        .await;
        opened.context("the license management service cannot be opened")
    }

    async fn alerts(
        &self,
        licenses: &LicenseFolder,
        daemons: &DaemonDirectory,
        management: &ManagementService,
    ) -> anyhow::Result<AlertService> {
        let sources = AlertSources {
            config: self.config.clone(),
            data: self.data.clone(),
            daemons: daemons.clone(),
            installed: self.installed.clone(),
            licenses: licenses.clone(),
            management: management.clone(),
            certificate: Arc::clone(&self.certificate),
        };
        let opened = tokio::task::spawn_blocking(move || AlertService::open(sources)).await?;
        opened.context("the alerts cannot be opened")
    }

    async fn accounts(&self) -> anyhow::Result<Accounts> {
        let (database, host_name) = (self.data.server_database(), self.config.now().host_name.clone());
        let accounts = tokio::task::spawn_blocking(move || Accounts::open(&database, &host_name)).await??;
        accounts.follow(self.config.clone(), self.data.root().to_owned());
        self.record_sign_in_rules(self.accounts.get_or_init(|| accounts.clone()))
            .await;
        Ok(accounts)
    }

    /// The server goes on where that fails: the log says so, and the next start or change records it.
    async fn record_sign_in_rules(&self, accounts: &Accounts) {
        let actor = Actor {
            account: "licensingd run".to_owned(),
            origin: String::new(),
        };
        if let Err(problem) = accounts.record_sign_in_rules(actor, &self.config.now()).await {
            tracing::error!(
                detail = problem.detail,
                "the rules of signing in cannot be recorded"
            );
        }
    }

    /// Starts all ports and the care for the certificate.
    fn start(
        &self,
        ports: OwnPorts,
        web: Router,
        parts: Parts,
        management: ManagementService,
        alerts: AlertService,
        wmi: &Wmi,
    ) -> anyhow::Result<RunningServer> {
        let (tls, stopping) = (self.certificate.tls(), &self.stopping);
        let host_name = &self.config.now().host_name;
        let discover = discover::router(host_name, ports.web_address.port(), self.daemons.clone());
        let licensing = self.licensing_port(tls.server_config_for(&["h2"], self.access.clients())?);
        let web_services = PortOptions {
            name: "web services",
            limits: self.limits.clone(),
            protocol: PortProtocol::Http,
            tls: PortTls::Always(tls.server_config(&["h2", "http/1.1"])?),
            body_bytes: BodySize::Large.bytes(),
            streaming_paths: &[],
            undelivered_bytes: PortOptions::UNDELIVERED_BYTES,
            connections: self.connections.web_services.clone(),
        };
        let licensing = licensing_net::serve(ports.licensing, discover, licensing, stopping.clone());
        let web_services = licensing_net::serve(ports.web, web, web_services, stopping.clone());
        let certificate = Arc::clone(&self.certificate);
        let pass_on = pass_on_certificate(Arc::clone(&certificate), self.daemons.clone(), stopping.clone());
        let mut served = RunningServer {
            licensing: ports.licensing_address,
            web_services: ports.web_address,
            management: management.clone(),
            wsman: ports.wsman.as_ref().map(|(_, address)| *address),
            wsman_plain: ports.wsman_plain.as_ref().map(|(_, address)| *address),
            parts,
            background: None,
        };
        let courier = Courier::new(Arc::new(AlertOutbox::new(alerts.clone())), HEADERS);
        let parts = &mut served.parts;
        parts.spawn("licensing port", licensing);
        parts.spawn("web services", web_services);
        parts.spawn("certificate", certificate.keep_current(stopping.clone()));
        parts.spawn("certificate of the daemons", pass_on);
        parts.spawn("license management", management.run(stopping.clone()));
        parts.spawn("alerts", alerts.run(self.daemons.changes(), stopping.clone()));
        parts.spawn("courier of alerts", courier.run(stopping.clone()));
        let rate = Arc::new(RateLimit::per_second(self.config.now().wsman.requests_per_second));
        // A sign-in belongs to its connection, which HTTP/2 would share between requests at a time.
        let tls = PortTls::Always(tls.server_config(&["http/1.1"])?);
        for (port, tls) in [(ports.wsman, tls), (ports.wsman_plain, PortTls::Plain)] {
            if let Some((listener, _)) = port {
                served.start_in_background(self.serve_wsman(listener, wmi, tls, Arc::clone(&rate)))?;
            }
        }
        Ok(served)
    }

    fn licensing_port(&self, tls: Arc<rustls::ServerConfig>) -> PortOptions {
        PortOptions {
            name: "licensing",
            limits: self.limits.clone(),
            protocol: PortProtocol::Http2,
            tls: PortTls::OffLoopback(tls),
            body_bytes: discover::REQUEST_BYTES,
            streaming_paths: &[],
            undelivered_bytes: PortOptions::UNDELIVERED_BYTES,
            connections: self.connections.manager.clone(),
        }
    }

    fn serve_wsman(
        &self,
        listener: TcpListener,
        wmi: &Wmi,
        tls: PortTls,
        rate: Arc<RateLimit>,
    ) -> impl Future<Output = ()> + Send + use<> {
        let router = wmi.router(!matches!(tls, PortTls::Plain), rate);
        let options = PortOptions {
            name: "WS-Management",
            limits: self.limits.clone(),
            protocol: PortProtocol::Http,
            tls,
            body_bytes: wmi.largest_body(),
            streaming_paths: &[],
            undelivered_bytes: PortOptions::UNDELIVERED_BYTES,
            connections: self.connections.wsman.clone(),
        };
        licensing_net::serve(listener, router, options, self.stopping.clone())
    }

    async fn reread_licenses(&self) {
        if let Err(problem) = self.daemons.reread().await {
            tracing::error!(
                code = problem.code.name(),
                detail = problem.detail,
                "not everything could be read"
            );
        }
    }

    async fn reread(&self) {
        tracing::info!("everything is read again");
        if let Err(error) = self.certificate.reload() {
            tracing::warn!(%error, "the certificate in the tls folder is not used; the earlier one stays");
        }
        if let Err(error) = self.configuration.read_again() {
            tracing::error!(%error, "the configuration is not used; the earlier one stays");
        }
        self.configuration.pass_on();
        if let Some(accounts) = self.accounts.get() {
            self.record_sign_in_rules(accounts).await;
        }
        self.reread_licenses().await;
    }
}

impl RunningServer {
    /// Starts what WS-Management needs, on threads of its own.
    fn start_in_background(&mut self, work: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let background = match &self.background {
            Some(background) => background,
            None => self
                .background
                .insert(Background::start().context("the threads of WS-Management cannot be started")?),
        };
        self.parts.spawn_on("WS-Management", work, background.threads());
        Ok(())
    }

    fn endpoints(&self, server: &Server) -> Endpoints {
        let serving = server
            .daemons
            .vendors()
            .into_iter()
            .filter(|daemon| daemon.state == DaemonState::Running);
        Endpoints {
            licensing: self.licensing,
            web_services: self.web_services,
            wsman: self.wsman,
            wsman_plain: self.wsman_plain,
            cert_hash: server.certificate.tls().certificate_hash(),
            vendors: serving.map(|daemon| (daemon.vendor, daemon.port)).collect(),
            process_id: std::process::id(),
        }
    }

    fn publish(&self, server: &Server) {
        if let Err(error) = self.endpoints(server).write(&server.data) {
            tracing::error!(%error, "run/endpoints.json cannot be written");
        }
    }

    /// Stops taking in requests, lets those under way end, then ends the daemons.
    async fn end(self, server: &Server) {
        if let Err(error) = Endpoints::remove(&server.data) {
            tracing::error!(%error, "run/endpoints.json cannot be removed");
        }
        server.stopping.cancel();
        self.parts.finish().await;
        server.daemons.stop().await;
    }
}

/// Ends when the system wants the server to end.
async fn end_wanted(signals: &mut Signals) {
    while signals.next().await != Signal::End {}
}

/// Names that a certificate of our own is made for.
fn certificate_names(config: &Config) -> Vec<String> {
    let mut names = vec![config.host_name.clone()];
    names.extend(config.web.certificate_names.iter().cloned());
    names
}

/// Has the daemons read the certificate again when it has been replaced.
async fn pass_on_certificate(
    certificate: Arc<ServerCertificate>,
    daemons: Daemons,
    stopping: CancellationToken,
) {
    let mut used = certificate.tls().certificate_hash();
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(CERTIFICATE_CHECK) => {}
        }
        let now = certificate.tls().certificate_hash();
        if now != used {
            match daemons.tell_all(ManagerRequest::ReloadCertificate, &[]).await {
                Ok(()) => used = now,
                Err(problem) => tracing::warn!(
                    detail = problem.detail,
                    "a daemon has not taken the new certificate"
                ),
            }
        }
    }
}
