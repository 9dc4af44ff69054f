//! The settings of the server.

use licensing_api::configuration::{ConfigurationChange, GetConfiguration, SetConfiguration, SettingRow};
use licensing_api::operation::op;
use licensing_api::{Problem, Rows};
use licensing_seats::wildcard::Wildcards;
use serde_json::json;

use crate::blocking::blocking;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetConfiguration {
    async fn handle(
        services: &WebServices,
        _: &Call,
        request: GetConfiguration,
    ) -> Result<Rows<SettingRow>, Problem> {
        let configuration = services.setup.configuration.clone();
        let mut rows = blocking(move || configuration.rows()).await??;
        let names = Wildcards::new(&request.name);
        rows.retain(|row| names.matches(&row.name));
        Ok(rows.into())
    }
}

impl Handler for op::SetConfiguration {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: SetConfiguration,
    ) -> Result<ConfigurationChange, Problem> {
        let caller = call.caller()?;
        let checked = services.setup.configuration.check(request.settings).await?;
        services
            .accounts
            .record_change(
                caller,
                "SetConfiguration",
                "licensingd.toml".to_owned(),
                json!(checked.settings),
            )
            .await?;
        let change = checked.carry_out().await?;
        let now = services.setup.config.now();
        if let Err(problem) = services.accounts.record_sign_in_rules(caller.actor(), &now).await {
            tracing::error!(
                detail = problem.detail,
                "the rules of signing in cannot be recorded beside their change"
            );
        }
        // A daemon that is down takes the settings with its next start.
        if let Err(problem) = services.setup.daemons.reread().await {
            tracing::warn!(detail = problem.detail, "a daemon has not taken the settings");
        }
        services.setup.management.refresh().await;
        Ok(change)
    }
}
