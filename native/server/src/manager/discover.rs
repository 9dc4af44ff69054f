//! What the license manager says on its port: where everything is, and nothing else.

use axum::Router;
use licensing_api::server::DaemonState;
use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing::license_manager_server::{LicenseManager, LicenseManagerServer};
use licensing_protocol::licensing::{DiscoverReply, DiscoverRequest, VendorEndpoint};
use tonic::{Request, Response, Status};

use super::daemons::Daemons;
use crate::control::DaemonGateway;
use crate::grpc_status;

/// Longest request; it holds one name.
pub(super) const REQUEST_BYTES: usize = 4 * 1024;
/// Longest vendor name that is looked for.
const NAME_BYTES: usize = 256;

struct Service {
    server_name: String,
    web_services_port: u16,
    daemons: Daemons,
}

/// The routes of the manager's port. Whoever reaches it may ask, or products and cmdlets would not find the services;
/// strangers do not see the version.
pub(super) fn router(server_name: &str, web_services_port: u16, daemons: Daemons) -> Router {
    let service = Service {
        server_name: server_name.to_owned(),
        web_services_port,
        daemons,
    };
    let service = LicenseManagerServer::new(service).max_decoding_message_size(REQUEST_BYTES);
    tonic::service::Routes::new(service)
        .into_axum_router()
        .layer(axum::middleware::map_response(grpc_status::blame_malformed))
}

#[tonic::async_trait]
impl LicenseManager for Service {
    async fn discover(&self, request: Request<DiscoverRequest>) -> Result<Response<DiscoverReply>, Status> {
        let known = self
            .daemons
            .access()
            .knows(request.metadata(), request.extensions());
        let wanted = request.into_inner().vendor;
        if wanted.len() > NAME_BYTES {
            let problem = Problem::new(
                ErrorCode::InvalidRequest,
                format!("vendor is longer than {NAME_BYTES} bytes."),
            );
            return Err(grpc_status::status(&problem.about("vendor")));
        }
        let vendors = self.daemons.vendors().into_iter().filter(|daemon| {
            // A daemon whose port is not known yet is left out.
            daemon.port != 0 && (wanted.is_empty() || daemon.vendor.eq_ignore_ascii_case(&wanted))
        });
        let vendors = vendors.map(|daemon| VendorEndpoint {
            vendor: daemon.vendor,
            port: daemon.port.into(),
            serving: daemon.state == DaemonState::Running,
        });
        Ok(Response::new(DiscoverReply {
            server_name: self.server_name.clone(),
            version: if known {
                env!("CARGO_PKG_VERSION").to_owned()
            } else {
                String::new()
            },
            web_services_port: self.web_services_port.into(),
            vendors: vendors.collect(),
        }))
    }
}
