//! The issuers whose signatures count.

use licensing_api::issuer::{AddIssuer, ChangedIssuer, GetIssuers, Issuer, RemoveIssuer};
use licensing_api::operation::op;
use licensing_api::{Problem, Rows};
use serde_json::json;

use super::license_files::tell_use;
use super::not_served;
use crate::license_folder::CheckedIssuer;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetIssuers {
    async fn handle(services: &WebServices, _: &Call, request: GetIssuers) -> Result<Rows<Issuer>, Problem> {
        Ok(services.licenses.issuers(request.issuer).await?.into())
    }
}

impl Handler for op::AddIssuer {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: AddIssuer,
    ) -> Result<ChangedIssuer, Problem> {
        let checked = services.licenses.check_issuer(request.content).await?;
        carry_out(services, call, "AddIssuer", checked).await
    }
}

impl Handler for op::RemoveIssuer {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: RemoveIssuer,
    ) -> Result<ChangedIssuer, Problem> {
        let mut checked = services.licenses.check_issuer_removal(request.key_id).await?;
        tell_use(services, call, &mut checked.changed.effects).await;
        if request.what_if {
            return Ok(checked.changed);
        }
        carry_out(services, call, "RemoveIssuer", checked).await
    }
}

async fn carry_out(
    services: &WebServices,
    call: &Call,
    action: &'static str,
    checked: CheckedIssuer,
) -> Result<ChangedIssuer, Problem> {
    let changed = checked.changed.clone();
    let issuer = &changed.issuer;
    let detail = json!({ "issuer": issuer.issuer, "vendors": issuer.vendors, "fileName": issuer.file_name });
    services
        .accounts
        .record_change(call.caller()?, action, issuer.key_id.clone(), detail)
        .await?;
    let folder = checked.carry_out().await?;
    let reread = services.setup.daemons.reread().await;
    drop(folder);
    reread.map_err(|problem| not_served("The trust folder is changed", &problem).about(&issuer.key_id))?;
    Ok(changed)
}
