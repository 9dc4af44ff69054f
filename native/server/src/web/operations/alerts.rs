//! Active alerts, who acknowledged them, and whom they are sent to.

use licensing_api::alert::{
    ActiveAlert, AlertRoute, AlertRouteTest, ConfirmAlert, GetAlertRoutes, GetAlerts, NewAlertRoute,
    RemoveAlertRoute, SetAlertRoute, TestAlertRoute,
};
use licensing_api::operation::op;
use licensing_api::{Permission, Problem, Rows};
use licensing_delivery::shown_address;
use licensing_seats::wildcard::Wildcards;
use serde_json::json;

use crate::alerts::Attempt;
use crate::blocking::blocking;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

use super::record;

impl Handler for op::GetAlerts {
    async fn handle(
        services: &WebServices,
        _: &Call,
        request: GetAlerts,
    ) -> Result<Rows<ActiveAlert>, Problem> {
        Ok(services.alerts.list(request).await?.into())
    }
}

impl Handler for op::ConfirmAlert {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: ConfirmAlert,
    ) -> Result<ActiveAlert, Problem> {
        let account = call.caller()?.account.clone();
        services.alerts.acknowledge(&request, &account, Attempt::Check)?;
        let detail = json!({ "subject": request.subject });
        record(services, call, "ConfirmAlert", &request.code, detail).await?;
        let alerts = services.alerts.clone();
        blocking(move || alerts.acknowledge(&request, &account, Attempt::Make)).await?
    }
}

impl Handler for op::GetAlertRoutes {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetAlertRoutes,
    ) -> Result<Rows<AlertRoute>, Problem> {
        let names = Wildcards::new(&request.name);
        let mut rows = services.alerts.routes();
        rows.retain(|row| names.matches(&row.name));
        if call.caller()?.permissions != Permission::Full {
            for row in &mut rows {
                row.address = shown_address(&row.address);
            }
        }
        Ok(rows.into())
    }
}

impl Handler for op::NewAlertRoute {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: NewAlertRoute,
    ) -> Result<AlertRoute, Problem> {
        services.alerts.add_route(&request, Attempt::Check)?;
        // Whoever may only read sees the audit, too.
        let detail = json!({
            "address": shown_address(&request.address), "level": request.level, "enabled": request.enabled,
            "silencedCodes": request.silenced_codes, "silencedFeatures": request.silenced_features,
            "isSigned": request.secret.is_some(),
        });
        record(services, call, "NewAlertRoute", &request.name, detail).await?;
        let alerts = services.alerts.clone();
        blocking(move || alerts.add_route(&request, Attempt::Make)).await?
    }
}

impl Handler for op::SetAlertRoute {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: SetAlertRoute,
    ) -> Result<AlertRoute, Problem> {
        services.alerts.set_route(&request, Attempt::Check)?;
        let detail = json!({
            "address": request.address.as_deref().map(shown_address),
            "level": request.level, "enabled": request.enabled,
            "silencedCodes": request.silenced_codes, "silencedFeatures": request.silenced_features,
            "changesSecret": request.secret.is_some(),
        });
        record(services, call, "SetAlertRoute", &request.name, detail).await?;
        let alerts = services.alerts.clone();
        blocking(move || alerts.set_route(&request, Attempt::Make)).await?
    }
}

impl Handler for op::RemoveAlertRoute {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: RemoveAlertRoute,
    ) -> Result<AlertRoute, Problem> {
        services.alerts.remove_route(&request.name, Attempt::Check)?;
        record(services, call, "RemoveAlertRoute", &request.name, json!({})).await?;
        let alerts = services.alerts.clone();
        blocking(move || alerts.remove_route(&request.name, Attempt::Make)).await?
    }
}

impl Handler for op::TestAlertRoute {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: TestAlertRoute,
    ) -> Result<AlertRouteTest, Problem> {
        services.alerts.route(&request.name)?;
        record(services, call, "TestAlertRoute", &request.name, json!({})).await?;
        services.alerts.test_route(&request.name).await
    }
}
