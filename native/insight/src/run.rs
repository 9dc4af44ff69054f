//! `insightd run`.

use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use jiff::Timestamp;
use licensing_files::{Existing, Readers, durable};
use licensing_net::tls::ServerCertificate;
use licensing_net::{ConnectionCount, Parts, PortOptions, PortProtocol, PortTls, raise_file_limit};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::config::InsightConfig;
use crate::delivery;
use crate::folder::InsightFolder;
use crate::service::Insight;
use crate::{init, web};

/// Largest body: a bundle in JSON.
const BODY_BYTES: usize = licensing_api::operation::BodySize::Large.bytes();
/// How often noted servers are looked at.
const LOOK: Duration = Duration::from_secs(5);
/// How often silent servers and old uploads are looked for.
const CARE: Duration = Duration::from_secs(10 * 60);
/// How often everything that is kept is gone through.
const SURVEY: Duration = Duration::from_secs(24 * 60 * 60);
/// Servers that are looked at before the task looks at the time again.
const AT_A_TIME: usize = 1000;

/// Where a running service listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    /// Address of the HTTPS port.
    pub https: SocketAddr,
    /// Hash of the certificate, as clients pin it.
    pub cert_hash: String,
    /// Process id.
    pub process_id: u32,
}

/// Serves until the system wants the program to end.
///
/// # Errors
/// When the folder is in use, or a part cannot be opened or ends while the service runs.
pub async fn run(config: InsightConfig, folder: InsightFolder) -> anyhow::Result<()> {
    let _lock = lock(&folder)?;
    let mut signals = Signals::listen()?;
    let mut names = vec![config.host_name.clone()];
    names.extend(config.certificate_names.iter().cloned());
    let certificate = Arc::new(ServerCertificate::open_or_make(
        &folder.certificate_files(),
        &names,
    )?);
    let (opened, settings) = (folder.clone(), config.clone());
    let (insight, fulfilment) =
        tokio::task::spawn_blocking(move || init::open_both(&opened, &settings)).await??;
    let courier = delivery::courier(Arc::clone(&insight), config.mail.clone());
    let socket = licensing_net::bind(SocketAddr::new(config.listen, config.port))
        .await
        .with_context(|| format!("{}:{} cannot be opened", config.listen, config.port))?;
    let endpoints = Endpoints {
        https: socket.local_addr()?,
        cert_hash: certificate.tls().certificate_hash(),
        process_id: std::process::id(),
    };
    let options = PortOptions {
        name: "insight",
        limits: config.limits.within(raise_file_limit(), 1),
        protocol: PortProtocol::Http,
        tls: PortTls::Always(certificate.tls().server_config(&["h2", "http/1.1"])?),
        body_bytes: BODY_BYTES,
        streaming_paths: &[],
        undelivered_bytes: PortOptions::UNDELIVERED_BYTES,
        connections: ConnectionCount::default(),
    };
    let stopping = CancellationToken::new();
    let router = web::router(Arc::clone(&insight), fulfilment);
    let port = licensing_net::serve(socket, router, options, stopping.clone());
    let mut parts = Parts::default();
    parts.spawn("port", port);
    parts.spawn("certificate", certificate.keep_current(stopping.clone()));
    parts.spawn("courier", courier.run(stopping.clone()));
    parts.spawn("looks", look_after(insight, stopping.clone()));
    publish(&folder, &endpoints)?;
    let outcome: anyhow::Result<()> = tokio::select! {
        () = signals.end() => Ok(()),
        ended = parts.ended() => {
            tracing::error!(part = ended.name, why = ended.why, "a part of the service has ended");
            // Whoever watches over the program starts it again.
            Err(ended.into())
        }
    };
    tracing::info!("the service is ending");
    let removed = std::fs::remove_file(folder.endpoints()).context("run/endpoints.json cannot be removed");
    stopping.cancel();
    parts.finish().await;
    outcome.and(removed)
}

fn publish(folder: &InsightFolder, endpoints: &Endpoints) -> anyhow::Result<()> {
    let line = serde_json::to_string(endpoints)?;
    durable::write(
        &folder.endpoints(),
        line.as_bytes(),
        Readers::Usual,
        Existing::Replace,
    )
    .context("run/endpoints.json cannot be written")?;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")
        .and_then(|()| stdout.flush())
        .context("the standard output is closed")?;
    tracing::info!(https = %endpoints.https, version = env!("CARGO_PKG_VERSION"), "the service serves");
    Ok(())
}

/// Held as long as the program serves; the system releases it however the process ends.
fn lock(folder: &InsightFolder) -> anyhow::Result<File> {
    let path = folder.lock();
    let file = File::create(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "{} is locked: another insightd uses the same data folder; stop it first",
            path.display()
        ),
        Err(TryLockError::Error(error)) => Err(error).context("the data folder cannot be locked"),
    }
}

/// Looks at servers that are noted, at silent ones, and at what is old.
async fn look_after(insight: Arc<Insight>, stopping: CancellationToken) {
    let mut cared: Option<tokio::time::Instant> = None;
    let mut surveyed: Option<tokio::time::Instant> = None;
    let begun = std::time::Instant::now();
    loop {
        let insight = Arc::clone(&insight);
        let is_due = cared.is_none_or(|at| at.elapsed() >= CARE);
        let is_survey_due = surveyed.is_none_or(|at| at.elapsed() >= SURVEY);
        let looked = tokio::task::spawn_blocking(move || {
            if is_due {
                // Each by itself: what keeps one from being done must not let the database grow for ever.
                if let Err(error) = insight.note_silent(Timestamp::now()) {
                    tracing::error!(%error, "silent servers cannot be looked for");
                }
                if let Err(error) = insight.drop_old(Timestamp::now(), begun.elapsed()) {
                    tracing::error!(%error, "old uploads cannot be dropped");
                }
            }
            let is_surveyed = is_survey_due && survey(&insight);
            insight.evaluate_noted(AT_A_TIME).map(|_| is_surveyed)
        })
        .await;
        if is_due {
            cared = Some(tokio::time::Instant::now());
        }
        match looked {
            // One that failed is made up for at the next look.
            Ok(Ok(true)) => surveyed = Some(tokio::time::Instant::now()),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => tracing::error!(%error, "servers cannot be looked at"),
            Err(error) => tracing::error!(%error, "looking at servers failed"),
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Goes through everything that is kept; says whether that could be done.
fn survey(insight: &Insight) -> bool {
    let begun = std::time::Instant::now();
    match insight.note_suspects() {
        Ok(noted) => {
            tracing::info!(
                noted,
                seconds = begun.elapsed().as_secs_f64(),
                "everything kept was gone through"
            );
            true
        }
        Err(error) => {
            tracing::error!(%error, "everything kept cannot be gone through");
            false
        }
    }
}

/// What tells the program to end.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    async fn end(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
