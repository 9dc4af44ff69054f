//! What happened to assigned seats.

use licensing_api::assignment::{AssignmentEventRow, GetAssignmentEvents};
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Problem, Rows};
use licensing_store::MOST_EVENTS;

use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetAssignmentEvents {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetAssignmentEvents,
    ) -> Result<Rows<AssignmentEventRow>, Problem> {
        if request
            .newest
            .is_some_and(|newest| newest == 0 || newest > MOST_EVENTS)
        {
            let detail = format!("newest must be between 1 and {MOST_EVENTS}.");
            return Err(Problem::new(ErrorCode::InvalidFilter, detail).about("newest"));
        }
        let vendor = request.vendor.clone();
        let mut rows = services
            .ask_daemons::<Self, AssignmentEventRow>(&vendor, &request, call)
            .await?;
        rows.items.sort_by_key(|row| row.at);
        Ok(rows)
    }
}
