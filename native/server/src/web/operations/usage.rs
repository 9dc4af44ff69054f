//! Taking seats back.

use licensing_api::operation::op;
use licensing_api::usage::{RevokeLeases, UsageRow};
use licensing_api::{ErrorCode, Problem, Rows};
use licensing_seats::seat::RevokeFilter;

use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

/// Most lease ids of one request.
const LEASE_IDS: usize = 100_000;

impl Handler for op::RevokeLeases {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: RevokeLeases,
    ) -> Result<Rows<UsageRow>, Problem> {
        if RevokeFilter::new(&request).is_none() {
            return Err(Problem::new(
                ErrorCode::InvalidFilter,
                "The request names no lease id, feature, user or device.",
            ));
        }
        if request.lease_ids.len() > LEASE_IDS {
            let detail = format!("A request may name {LEASE_IDS} lease ids.");
            return Err(Problem::new(ErrorCode::InvalidRequest, detail).about("leaseIds"));
        }
        let vendor = request.vendor.clone();
        services
            .ask_daemons::<Self, UsageRow>(&vendor, &request, call)
            .await
    }
}
