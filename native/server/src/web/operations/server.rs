//! The server itself.

use futures_util::future::join_all;
use licensing_api::operation::{AnsweredBy, TABLE, op};
use licensing_api::server::{
    EffectivePermission, GetEffectivePermission, GetServerInfo, GetVendorDaemons, RereadLicenses, ServerInfo,
    VendorDaemonRow,
};
use licensing_api::{Problem, Rows};
use licensing_machine::MachineAddresses;
use serde_json::json;

use crate::blocking::blocking;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

/// Version of the interface that the table describes. The major number changes when a client has to change.
const INTERFACE_VERSION: &str = "1.0";

/// Language of the server's own texts.
const LOCALE: &str = "en";

impl Handler for op::GetServerInfo {
    async fn handle(services: &WebServices, call: &Call, _: GetServerInfo) -> Result<ServerInfo, Problem> {
        let caller = call.caller()?;
        let setup = &services.setup;
        let host_name = setup.config.now().host_name.clone();
        // Where they cannot be read, an alert says why.
        let machine = blocking(MachineAddresses::read).await?.unwrap_or_default();
        let ethernet = machine.identity(&host_name).ethernet_addresses;
        Ok(ServerInfo {
            wsl_version: INTERFACE_VERSION.to_owned(),
            ls_version: env!("CARGO_PKG_VERSION").to_owned(),
            locale: LOCALE.to_owned(),
            host_name,
            host_ip: setup.web_address.ip().to_string(),
            user_name: caller.user_name.clone(),
            user_domain: caller.user_domain.clone(),
            permissions: caller.permissions,
            started: setup.started,
            license_port: setup.licensing_address.port(),
            web_services_port: setup.web_address.port(),
            vendor_daemons: setup.daemons.vendors(),
            capabilities: capabilities(),
            mac_addresses: ethernet.iter().map(hex::encode_upper).collect(),
        })
    }
}

/// Names of the operations that a license server answers.
fn capabilities() -> Vec<String> {
    let own = TABLE.iter().filter(|info| info.answered != AnsweredBy::Insight);
    own.map(|info| info.name.to_owned()).collect()
}

impl Handler for op::GetVendorDaemons {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetVendorDaemons,
    ) -> Result<Rows<VendorDaemonRow>, Problem> {
        Ok(vendor_daemons(services, &call.caller()?.account, request.vendor.as_deref()).await)
    }
}

/// The vendor daemons, or the one wanted, with what each says of itself; one problem for each that says nothing.
async fn vendor_daemons(services: &WebServices, actor: &str, wanted: Option<&str>) -> Rows<VendorDaemonRow> {
    let directory = &services.setup.daemons;
    let asked = directory
        .vendors()
        .into_iter()
        .filter(|daemon| wanted.is_none_or(|vendor| vendor.eq_ignore_ascii_case(&daemon.vendor)))
        .map(|daemon| async move {
            let figures = directory.figures(&daemon.vendor, actor).await;
            (daemon, figures)
        });
    let mut rows = Rows::from(Vec::new());
    for (daemon, figures) in join_all(asked).await {
        let figures = figures.map_err(|problem| rows.problems.push(problem)).ok();
        rows.items.push(VendorDaemonRow {
            leases: figures.as_ref().map(|figures| figures.seats.leases as u64),
            queued: figures.as_ref().map(|figures| figures.queued),
            vendor: daemon.vendor,
            state: daemon.state,
            port: daemon.port,
            restarts: daemon.restarts,
            since: daemon.since,
        });
    }
    rows
}

impl Handler for op::RereadLicenses {
    async fn handle(
        services: &WebServices,
        call: &Call,
        _: RereadLicenses,
    ) -> Result<Rows<VendorDaemonRow>, Problem> {
        let caller = call.caller()?;
        let accounts = &services.accounts;
        accounts
            .record_change(caller, "RereadLicenses", "licenses".to_owned(), json!({}))
            .await?;
        let reread = services.setup.daemons.reread().await;
        let mut rows = vendor_daemons(services, &caller.account, None).await;
        if let Err(problem) = reread {
            if rows.items.is_empty() {
                return Err(problem);
            }
            // A daemon that is down refuses both with the same words.
            if !rows.problems.contains(&problem) {
                rows.problems.insert(0, problem);
            }
        }
        Ok(rows)
    }
}

impl Handler for op::GetEffectivePermission {
    async fn handle(
        _: &WebServices,
        call: &Call,
        _: GetEffectivePermission,
    ) -> Result<EffectivePermission, Problem> {
        let caller = call.caller()?;
        Ok(EffectivePermission {
            account: caller.account.clone(),
            permissions: caller.permissions,
        })
    }
}
