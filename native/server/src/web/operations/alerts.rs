//! Active alerts of all parts of the server.

use jiff::Timestamp;
use licensing_api::alert::{Alert, GetAlerts};
use licensing_api::operation::op;
use licensing_api::{Problem, Rows};

use crate::blocking::blocking;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetAlerts {
    async fn handle(services: &WebServices, _: &Call, _: GetAlerts) -> Result<Rows<Alert>, Problem> {
        let mut items = services.setup.daemons.alerts().await;
        items.extend(services.licenses.alerts().await);
        items.extend(services.setup.management.alerts());
        items.extend(services.setup.certificate.alerts(Timestamp::now()));
        let data = services.setup.data.clone();
        items.extend(blocking(move || data.exposure()).await?);
        items.sort_by(|one, other| {
            (other.level, &one.code, &one.detail).cmp(&(one.level, &other.code, &other.detail))
        });
        items.dedup();
        Ok(items.into())
    }
}
