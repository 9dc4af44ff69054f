//! Who holds a seat.

use licensing_api::operation::op;
use licensing_api::usage::{GetUsage, UsageRow};
use licensing_api::{Problem, Rows};

use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetUsage {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetUsage,
    ) -> Result<Rows<UsageRow>, Problem> {
        let vendor = request.vendor.clone();
        let items = services
            .ask_daemons::<Self, UsageRow>(vendor.as_deref(), &request, call)
            .await?;
        Ok(Rows { items })
    }
}
