//! Seats that the options file sets aside.

use licensing_api::operation::op;
use licensing_api::reservation::{GetReservations, ReservationRow};
use licensing_api::{Problem, Rows};

use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetReservations {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetReservations,
    ) -> Result<Rows<ReservationRow>, Problem> {
        let vendor = request.vendor.clone();
        let items = services
            .ask_daemons::<Self, ReservationRow>(vendor.as_deref(), &request, call)
            .await?;
        Ok(Rows { items })
    }
}
