//! What happened to assigned seats.

use licensing_api::assignment::{AssignmentEventRow, GetAssignmentEvents};
use licensing_api::operation::op;
use licensing_api::{Problem, Rows};

use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetAssignmentEvents {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetAssignmentEvents,
    ) -> Result<Rows<AssignmentEventRow>, Problem> {
        let vendor = request.vendor.clone();
        let mut rows = services
            .ask_daemons::<Self, AssignmentEventRow>(&vendor, &request, call)
            .await?;
        rows.items.sort_by_key(|row| row.at);
        Ok(rows)
    }
}
