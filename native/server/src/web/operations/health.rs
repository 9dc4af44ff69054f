//! Whether the server is well.

use licensing_api::health::{HealthCheck, TestServer};
use licensing_api::operation::op;
use licensing_api::{Problem, Rows};

use crate::health::{HealthSources, check};
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::TestServer {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: TestServer,
    ) -> Result<Rows<HealthCheck>, Problem> {
        let setup = &services.setup;
        let sources = HealthSources {
            config: &setup.config,
            data: &setup.data,
            daemons: &setup.daemons,
            installed: &setup.installed,
            alerts: &services.alerts,
            accounts: &services.accounts,
            certificate: &setup.certificate,
            management: &setup.management,
            licensing_address: setup.licensing_address,
            web_address: setup.web_address,
            actor: &call.caller()?.account,
        };
        Ok(check(&sources, request.deep).await.into())
    }
}
