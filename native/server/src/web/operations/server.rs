//! The server itself.

use licensing_api::operation::op;
use licensing_api::server::{
    Certificate, EffectivePermission, GetCertificate, GetEffectivePermission, GetServerInfo, ServerInfo,
};
use licensing_api::{ErrorCode, Problem};

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
        Ok(ServerInfo {
            wsl_version: INTERFACE_VERSION.to_owned(),
            ls_version: env!("CARGO_PKG_VERSION").to_owned(),
            locale: LOCALE.to_owned(),
            host_name: setup.config.now().host_name.clone(),
            host_ip: setup.web_address.ip().to_string(),
            user_name: caller.user_name.clone(),
            user_domain: caller.user_domain.clone(),
            permissions: caller.permissions,
            started: setup.started,
            license_port: setup.licensing_address.port(),
            web_services_port: setup.web_address.port(),
            vendor_daemons: setup.daemons.vendors(),
        })
    }
}

impl Handler for op::GetCertificate {
    async fn handle(services: &WebServices, _: &Call, _: GetCertificate) -> Result<Certificate, Problem> {
        services
            .setup
            .certificate
            .details()
            .map_err(|error| Problem::new(ErrorCode::UnknownError, format!("{error}.")))
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
