//! Looking whether the server is well.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use licensing_api::Problem;
use licensing_api::alert::AlertRouteKind;
use licensing_api::health::HealthCheck;
use licensing_management::health::{Facts, Look, checks};
use licensing_net::tls::ServerCertificate;
use licensing_store::check_pages;
use tokio::net::TcpStream;

use crate::accounts::Accounts;
use crate::alerts::AlertService;
use crate::blocking::blocking;
use crate::config::{DataFolder, LiveConfig};
use crate::control::{DaemonDirectory, ManagerRequest};
use crate::installed::InstalledFiles;
use crate::management::ManagementService;
use crate::register::databases;

/// Longest time that a port may take to answer.
const PORT: Duration = Duration::from_secs(3);

/// What is looked at, and on whose behalf.
pub(crate) struct HealthSources<'a> {
    pub(crate) config: &'a LiveConfig,
    pub(crate) data: &'a DataFolder,
    pub(crate) daemons: &'a DaemonDirectory,
    pub(crate) installed: &'a InstalledFiles,
    pub(crate) alerts: &'a AlertService,
    pub(crate) accounts: &'a Accounts,
    pub(crate) certificate: &'a Arc<ServerCertificate>,
    pub(crate) management: &'a ManagementService,
    pub(crate) licensing_address: SocketAddr,
    pub(crate) web_address: SocketAddr,
    pub(crate) actor: &'a str,
}

/// Runs the checks; `deep` also walks all records.
pub(crate) async fn check(sources: &HealthSources<'_>, deep: bool) -> Vec<HealthCheck> {
    let (installed, data) = (sources.installed.clone(), sources.data.clone());
    let certificate = Arc::clone(sources.certificate);
    let looked = blocking(move || {
        let installed = installed.read().ok();
        let free = crate::alerts::free_bytes(data.root());
        let end = certificate.details().ok().map(|details| details.not_after);
        (installed, free, pages(&data), end)
    })
    .await;
    let (installed, disk_free, databases, certificate_end) = match looked {
        Ok(looked) => looked,
        Err(problem) => {
            let databases = vec![("Databases".to_owned(), Err(problem.detail))];
            (None, None, databases, None)
        }
    };
    let uploads = sources.management.status();
    let facts = Facts {
        alerts: sources.alerts.look().await,
        ports: ports(sources).await,
        daemons: daemons(sources).await,
        certificate_end,
        disk_free_mib: disk_free.map(|bytes| bytes / (1024 * 1024)),
        issuers: installed
            .as_ref()
            .map_or(0, |files| files.trust.issuers().count()),
        files: installed.as_ref().map_or(0, |files| files.files.len()),
        last_upload: uploads.last_success,
        uploads: uploads.enabled && uploads.destination.is_some(),
        databases,
        chains: match deep {
            true => chains(sources).await,
            false => Vec::new(),
        },
        routes: routes(sources),
        version: format!(
            "{} of {}",
            env!("CARGO_PKG_VERSION"),
            sources.config.now().host_name
        ),
    };
    checks(&facts)
}

async fn ports(sources: &HealthSources<'_>) -> Vec<Look> {
    let vendors = sources.daemons.vendors().into_iter().map(|daemon| {
        let address = SocketAddr::new(sources.licensing_address.ip(), daemon.port);
        (format!("vendor daemon {}", daemon.vendor), address)
    });
    let own = [
        ("license manager".to_owned(), sources.licensing_address),
        ("web services".to_owned(), sources.web_address),
    ];
    let all = own.into_iter().chain(vendors);
    join_all(all.map(|(name, address)| async move { (name, connect(address).await) })).await
}

async fn connect(address: SocketAddr) -> Result<String, String> {
    let target = match address.ip().is_unspecified() {
        true => SocketAddr::new(loopback_of(address), address.port()),
        false => address,
    };
    match tokio::time::timeout(PORT, TcpStream::connect(target)).await {
        Ok(Ok(_)) => Ok(format!("port {} answers", address.port())),
        Ok(Err(error)) => Err(format!("port {} does not answer: {error}", address.port())),
        Err(_) => Err(format!("port {} does not answer in time", address.port())),
    }
}

fn loopback_of(address: SocketAddr) -> std::net::IpAddr {
    match address {
        SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    }
}

async fn daemons(sources: &HealthSources<'_>) -> Vec<Look> {
    let (daemons, actor) = (sources.daemons, sources.actor);
    // All at the same time: each that does not answer would keep the check waiting by itself.
    let asked = daemons.vendors().into_iter().map(|daemon| async move {
        let figures = daemons.figures(&daemon.vendor, actor).await;
        let look = figures
            .map(|figures| format!("serves, {} leases", figures.seats.leases))
            .map_err(in_short);
        (daemon.vendor, look)
    });
    join_all(asked).await
}

fn in_short(problem: Problem) -> String {
    problem.detail.trim_end_matches('.').to_owned()
}

/// Each route that is switched on: why nothing arrives, where something is known of it.
fn routes(sources: &HealthSources<'_>) -> Vec<Look> {
    let has_mail = !sources.config.now().mail.server.is_empty();
    let routes = sources.alerts.routes().into_iter();
    routes
        .filter(|route| route.enabled)
        .map(|route| {
            let look = match route.last_error {
                _ if route.kind == AlertRouteKind::Mail && !has_mail => {
                    Err("no mail server is configured; set mail.server".to_owned())
                }
                Some(reason) => Err(format!(
                    "the last message was not delivered: {}",
                    reason.trim_end_matches('.')
                )),
                None => Ok("sends".to_owned()),
            };
            (route.name, look)
        })
        .collect()
}

/// Walks the chain of the records of each vendor, and that of the changes of administrators.
async fn chains(sources: &HealthSources<'_>) -> Vec<Look> {
    let mut looks = Vec::new();
    // One after another: each reads everything that its daemon has recorded.
    for daemon in sources.daemons.vendors() {
        let asked = ManagerRequest::VerifyAudit;
        let answer = sources
            .daemons
            .execute_json(
                &daemon.vendor,
                asked.name(),
                Vec::new(),
                sources.actor,
                asked.time_limit(),
            )
            .await;
        let look = answer.map(|_| "the chain is whole".to_owned()).map_err(in_short);
        looks.push((daemon.vendor, look));
    }
    let own = sources.accounts.verify_record().await;
    let own = own
        .map(|records| format!("{records} records are whole"))
        .map_err(in_short);
    looks.push(("changes of administrators".to_owned(), own));
    looks
}

/// Checks the pages of each database.
fn pages(data: &DataFolder) -> Vec<Look> {
    let files = match databases(&data.state()) {
        Ok(files) => files,
        Err(error) => return vec![("state".to_owned(), Err(format!("{error:#}")))],
    };
    let name = |file: &Path| {
        let name = file.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    files
        .iter()
        .map(|file| {
            let look = check_pages(file).map(|pages| format!("{pages} pages are whole"));
            (name(file), look.map_err(|error| error.to_string()))
        })
        .collect()
}
