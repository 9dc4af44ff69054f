//! A vendor daemon from its settings to its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use jiff::tz::TimeZone;
use licensing_net::tls::{ClientTrust, ServerTls};
use licensing_net::{ConnectionCount, Limits, Parts, PortOptions, PortProtocol, PortTls, RateLimit};
use licensing_seats::seat::SeatSettings;
use licensing_store::{Clock, SeatService, SeatServiceOptions, StoreError, SystemClock};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::audit_growth::AuditGrowth;
use super::audit_watch::AuditWatch;
use super::debug_log::{self, DebugLog};
use super::grpc;
use super::licenses::Licenses;
use super::manager_requests::ManagerRequests;
use super::open_sessions::OpenSessions;
use super::products::Products;
use super::tickets::Tickets;
use super::upkeep::Upkeep;
use super::usage_watch::UsageWatch;
use crate::config::{Config, DataFolder};
use crate::control::{DaemonSettings, StartAnswer};
use crate::product_access::ProductAccess;
use crate::{control, ticket_key};

/// Ports of this process.
const PORTS: u64 = 2;
/// Checkouts of so many seconds may come at once.
const BURST_SECONDS: u32 = 10;
/// Largest settings: the configuration and ten thousand tokens.
const SETTINGS_BYTES: u64 = 16 * 1024 * 1024;
/// Largest request of the manager: ten thousand tokens.
const CONTROL_BODY_BYTES: usize = 16 * 1024 * 1024;

/// The hidden command `vendor-daemon`: reads its settings from the standard input, answers there is a port or why not
/// on the standard output, and serves until the standard input closes.
///
/// # Errors
/// If it was not started by a manager, or the seats or another part can go on no more.
pub fn run() -> anyhow::Result<ExitCode> {
    let mut line = String::new();
    BufReader::new(std::io::stdin().lock().take(SETTINGS_BYTES))
        .read_line(&mut line)
        .context("the settings cannot be read")?;
    let mut settings: DaemonSettings =
        serde_json::from_str(&line).context("this command is for the license manager alone")?;
    licensing_settings::log::start(&settings.config.log.level, settings.config.log.json)?;
    let limits = &mut settings.config.limits;
    *limits = limits.within(licensing_net::raise_file_limit(), PORTS);
    let orphaned = when_stdin_closes()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        let daemon = match Daemon::open(settings).await {
            Ok(daemon) => daemon,
            Err(error) => {
                answer(&StartAnswer::Failed {
                    reason: format!("{error:#}"),
                })?;
                return Ok(ExitCode::FAILURE);
            }
        };
        daemon.serve(orphaned).await
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

/// A token that fires when the standard input closes: the manager wants the daemon to end, or is gone.
fn when_stdin_closes() -> anyhow::Result<CancellationToken> {
    let closed = CancellationToken::new();
    let token = closed.clone();
    std::thread::Builder::new()
        .name("stdin".to_owned())
        .spawn(move || {
            // An error means as much as the end.
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            token.cancel();
        })
        .context("no thread can be started")?;
    Ok(closed)
}

fn answer(answer: &StartAnswer) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", serde_json::to_string(answer)?)?;
    Ok(stdout.flush()?)
}

/// A daemon whose state is open and whose ports are bound.
struct Daemon {
    settings: DaemonSettings,
    seats: SeatService,
    licenses: Arc<Licenses>,
    log: Arc<DebugLog>,
    tickets: Arc<Tickets>,
    tls: ServerTls,
    clients: ClientTrust,
    licensing: TcpListener,
    control: TcpListener,
}

impl Daemon {
    async fn open(settings: DaemonSettings) -> anyhow::Result<Self> {
        let data = DataFolder::new(&settings.data);
        let files = data.certificate_files();
        let tls = ServerTls::open(&files.certificate, &files.key)?;
        let client_ca = data.client_ca(&settings.config);
        let clients = ClientTrust::open(client_ca.as_deref())?;
        let signer = ticket_key::open(&data)?;
        let licensing = bind(&settings).await?;
        let control = licensing_net::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let log = DebugLog::start(&settings.vendor).context("no thread can be started")?;
        let (vendor, config) = (settings.vendor.clone(), Arc::new(settings.config.clone()));
        let (licenses, seats) = {
            let log = Arc::clone(&log);
            tokio::task::spawn_blocking(move || open_seats(&vendor, &config, &data, log)).await??
        };
        let server = settings.config.host_name.clone();
        Ok(Self {
            settings,
            tickets: Arc::new(Tickets::new(signer, server, seats.clone())),
            seats,
            log,
            licenses: Arc::new(licenses),
            tls,
            clients,
            licensing,
            control,
        })
    }

    async fn serve(self, orphaned: CancellationToken) -> anyhow::Result<ExitCode> {
        let serving = StartAnswer::Serving {
            port: self.licensing.local_addr()?.port(),
            control_port: self.control.local_addr()?.port(),
            process_id: std::process::id(),
        };
        let stopping = CancellationToken::new();
        let seats = self.seats.clone();
        let vendor = self.settings.vendor.clone();
        let log = Arc::clone(&self.log);
        self.licenses
            .say_started(self.licensing.local_addr()?.port())
            .await;
        let mut parts = self.start(&stopping)?;
        answer(&serving)?;
        let (mut failure, mut failed) = (None, None);
        tokio::select! {
            () = orphaned.cancelled() => {}
            error = seats.ended() => failure = Some(error),
            ended = parts.ended() => {
                tracing::error!(vendor, part = ended.name, why = ended.why, "a part of the vendor daemon has ended");
                failed = Some(ended);
            }
        }
        stopping.cancel();
        parts.finish().await;
        if let Some(error) = failure {
            tracing::error!(vendor, %error, "the seats can go on no more");
            bail!("{error}");
        }
        // The seats are closed in good order also when another part has failed.
        seats.shutdown().await?;
        debug_log::stopped(&log, &vendor);
        tokio::task::spawn_blocking(move || log.end()).await?;
        tracing::info!(vendor, "the vendor daemon ends");
        match failed {
            // The manager starts it again.
            Some(failed) => Err(failed.into()),
            None => Ok(ExitCode::SUCCESS),
        }
    }

    fn start(self, stopping: &CancellationToken) -> anyhow::Result<Parts> {
        let access = ProductAccess::new(
            self.settings.config.licensing.anonymous,
            &self.settings.product_tokens,
            self.clients.clone(),
        );
        let products = self.products(Arc::clone(&access), stopping);
        let connections = ConnectionCount::default();
        let limits = &self.settings.config.limits;
        let tls_config = self.tls.server_config_for(&["h2"], &self.clients)?;
        let licensing_port = licensing_port(limits, tls_config, connections.clone());
        let control_port = control_port(limits);
        let data = DataFolder::new(&self.settings.data);
        let upkeep = self.upkeep(&data)?;
        let Self {
            settings,
            seats,
            licenses,
            tls,
            licensing,
            control,
            ..
        } = self;
        let requests = Arc::new(ManagerRequests {
            vendor: settings.vendor,
            data,
            seats,
            licenses,
            audit: Arc::clone(&upkeep.audit),
            usage: Arc::clone(&upkeep.usage),
            access,
            tls,
            connections,
        });
        let router = control::router(requests, settings.control_secret);
        let control = licensing_net::serve(control, router, control_port, stopping.clone());
        let licensing = licensing_net::serve(
            licensing,
            grpc::router(products),
            licensing_port,
            stopping.clone(),
        );
        let mut parts = Parts::default();
        parts.spawn("licensing port", licensing);
        parts.spawn("control port", control);
        upkeep.start(&mut parts, stopping);
        Ok(parts)
    }

    fn upkeep(&self, data: &DataFolder) -> anyhow::Result<Upkeep> {
        let vendor = &self.settings.vendor;
        let audit = AuditWatch::new(
            vendor.clone(),
            self.seats.clone(),
            AuditGrowth::new(self.settings.config.licensing.audit_alert_per_hour),
        );
        let signer = Arc::new(ticket_key::open(data)?);
        let usage = UsageWatch::open(
            vendor.clone(),
            &data.vendor_database(vendor),
            self.seats.clone(),
            Arc::clone(&self.licenses),
        );
        Ok(Upkeep {
            vendor: vendor.clone(),
            seats: self.seats.clone(),
            licenses: Arc::clone(&self.licenses),
            signer,
            audit: Arc::new(audit),
            usage: Arc::new(usage),
        })
    }

    fn products(&self, access: Arc<ProductAccess>, stopping: &CancellationToken) -> Products {
        let config = &self.settings.config;
        let per_second = config.licensing.checkouts_per_second;
        Products {
            vendor: self.settings.vendor.clone(),
            heartbeat_seconds: config.licensing.heartbeat_seconds,
            seats: self.seats.clone(),
            tickets: Arc::clone(&self.tickets),
            lines: self.licenses.lines(),
            access,
            rate: Arc::new(RateLimit::new(
                per_second.saturating_mul(BURST_SECONDS),
                per_second,
            )),
            sessions: OpenSessions::new(config.limits.connections_per_address),
            stopping: stopping.clone(),
        }
    }
}

fn licensing_port(
    limits: &Limits,
    tls: Arc<rustls::ServerConfig>,
    connections: ConnectionCount,
) -> PortOptions {
    PortOptions {
        name: "licensing",
        limits: limits.clone(),
        protocol: PortProtocol::Http2,
        tls: PortTls::OffLoopback(tls),
        // A call is one message with a prefix of five bytes; the message itself is bounded by its decoder.
        body_bytes: grpc::MESSAGE_BYTES + 1024,
        streaming_paths: &[grpc::SESSION_PATH],
        undelivered_bytes: PortOptions::UNDELIVERED_BYTES,
        connections,
    }
}

fn control_port(limits: &Limits) -> PortOptions {
    PortOptions {
        name: "control",
        limits: limits.clone(),
        protocol: PortProtocol::Http2,
        tls: PortTls::Plain,
        body_bytes: CONTROL_BODY_BYTES,
        streaming_paths: &[],
        // Its peer is the manager, which takes lists of every length.
        undelivered_bytes: usize::MAX,
        connections: ConnectionCount::default(),
    }
}

async fn bind(settings: &DaemonSettings) -> std::io::Result<TcpListener> {
    let address = |port| SocketAddr::new(settings.config.licensing.listen, port);
    match licensing_net::bind(address(settings.port)).await {
        Err(error) if settings.any_port_will_do => {
            tracing::warn!(%error, "another port is taken");
            licensing_net::bind(address(0)).await
        }
        outcome => outcome,
    }
}

fn open_seats(
    vendor: &str,
    config: &Arc<Config>,
    data: &DataFolder,
    log: Arc<DebugLog>,
) -> anyhow::Result<(Licenses, SeatService)> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let opened = Licenses::open(vendor, config, data, Arc::clone(&clock), Arc::clone(&log));
    let (licenses, pools, rules) =
        opened.with_context(|| format!("{} cannot be read", data.licenses().display()))?;
    let mut options = SeatServiceOptions::new(data.vendor_database(vendor), vendor, pools, clock);
    options.rules = rules;
    options.observer = Some(log);
    options.settings = SeatSettings {
        heartbeat: Duration::from_secs(config.licensing.heartbeat_seconds.into()),
        lifetime: Duration::from_secs(config.licensing.lifetime_seconds.into()),
        fold_domains: config.licensing.fold_domains,
        assignment: Duration::from_secs(u64::from(config.licensing.assignment_days) * 24 * 60 * 60),
        burst: config.licensing.burst_terms(vendor),
        zone: TimeZone::system(),
        queue_places_per_feature: config.licensing.queue_places_per_feature,
        queue_places_per_caller: config.licensing.queue_places_per_caller,
        queue_seats_per_caller: config.licensing.queue_seats_per_caller,
        ..SeatSettings::default()
    };
    let seats = SeatService::start(options).map_err(with_advice)?;
    Ok((licenses, seats))
}

/// Damage needs an administrator, who reads nothing but this.
fn with_advice(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::Damaged { .. } => anyhow!("{error}. {}", error.code().action()),
        StoreError::Unavailable { .. }
        | StoreError::Failed { .. }
        | StoreError::Owned { .. }
        | StoreError::Foreign { .. }
        | StoreError::Stopping => error.into(),
    }
}
