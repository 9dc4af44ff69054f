//! `/metrics`: what monitoring reads, as OpenMetrics.

mod families;
mod labels;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use futures_util::future::join_all;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use licensing_api::inventory::InventoryRow;
use licensing_api::{ErrorCode, Problem};
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;

use super::{WebServices, answer};
use crate::control::DaemonFigures;
use families::Families;

/// Content type of OpenMetrics.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// In whose name the daemons are asked; nothing that is asked here is written to the audit.
const ACTOR: &str = "metrics";

/// Most pools that are shown, so that no license file can flood whoever stores the figures.
const MOST_POOLS: usize = 2000;

/// What one vendor daemon says; empty where it does not answer.
#[derive(Debug)]
struct VendorFigures {
    vendor: String,
    pools: Vec<InventoryRow>,
    figures: Option<DaemonFigures>,
}

/// Everything that is shown at one time.
#[derive(Debug)]
struct Snapshot {
    /// In the order of their ports.
    vendors: Vec<VendorFigures>,
    /// Seconds since 1970.
    started: i64,
    /// Open connections by port.
    connections: [(&'static str, usize); 2],
}

/// Answers a request for the figures.
pub(super) async fn show(State(services): State<Arc<WebServices>>) -> Response {
    match encode(snapshot(&services).await) {
        Ok(text) => {
            let mut response = Response::new(Body::from(text));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(OPENMETRICS));
            response
        }
        Err(error) => answer::problem(&Problem::new(ErrorCode::UnknownError, error.to_string())),
    }
}

async fn snapshot(services: &WebServices) -> Snapshot {
    let daemons = &services.setup.daemons;
    let asked = daemons.vendors().into_iter().map(|daemon| async move {
        let (pools, figures) = tokio::join!(
            daemons.inventory(&daemon.vendor, ACTOR),
            daemons.figures(&daemon.vendor, ACTOR)
        );
        // A daemon that is down has no figures, and that is what is shown of it.
        VendorFigures {
            vendor: daemon.vendor,
            pools: pools.unwrap_or_default(),
            figures: figures.ok(),
        }
    });
    let connections = &services.setup.connections;
    Snapshot {
        vendors: join_all(asked).await,
        started: services.setup.started.as_second(),
        connections: [
            ("manager", connections.manager.open()),
            ("web services", connections.web_services.open()),
        ],
    }
}

fn encode(snapshot: Snapshot) -> Result<String, std::fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Families(snapshot)));
    let mut text = String::new();
    text::encode(&mut text, &registry)?;
    Ok(text)
}
