//! What was refused.

use std::cmp::Reverse;

use licensing_api::denial::{DenialRow, GetDenials};
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Problem, Rows};
use licensing_seats::seat::DenialFilter;

use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

/// Most rows of one answer. A row may name 50 holders.
const ROWS: u32 = 10_000;

impl Handler for op::GetDenials {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetDenials,
    ) -> Result<Rows<DenialRow>, Problem> {
        if request.limit.is_some_and(|limit| limit == 0 || limit > ROWS) {
            let detail = format!("The limit must be between 1 and {ROWS}.");
            return Err(Problem::new(ErrorCode::InvalidFilter, detail).about("limit"));
        }
        let vendor = request.vendor.clone();
        let mut rows = services
            .ask_daemons::<Self, DenialRow>(&vendor, &request, call)
            .await?;
        rows.items.sort_by_key(|row| Reverse((row.time, row.denial_id)));
        rows.items.truncate(DenialFilter::new(&request).limit());
        Ok(rows)
    }
}
