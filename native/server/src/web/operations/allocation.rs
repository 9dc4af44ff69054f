//! Allocation of seats that were bought.

use licensing_api::allocation::{
    Allocation, Entitlement, ExportAllocationRequest, ExportedAllocationRequest, GetAllocations,
    GetEntitlements, GetRenewalOption, GetRenewals, ImportAllocationAnswer, InstallRenewal, NewAllocation,
    Renewal, RenewalOptionRow, ReturnAllocation, ReturnedAllocation, SetRenewalOption,
};
use licensing_api::operation::op;
use licensing_api::{Problem, Rows};
use licensing_management::exchange::{AllocationAnswer, SignedDocument as _};
use serde_json::json;

use super::record;
use crate::allocation::Allocations;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

/// Carries a change to its end, also when the caller goes away.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(work).await.map_err(|error| {
        Problem::new(
            licensing_api::ErrorCode::UnknownError,
            format!("A task of the server ended: {error}."),
        )
    })?
}

impl Handler for op::GetEntitlements {
    async fn handle(
        services: &WebServices,
        _: &Call,
        request: GetEntitlements,
    ) -> Result<Rows<Entitlement>, Problem> {
        Ok(services
            .allocations
            .entitlements(&request.access_code)
            .await?
            .into())
    }
}

impl Handler for op::NewAllocation {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: NewAllocation,
    ) -> Result<Allocation, Problem> {
        let detail = json!({
            "count": request.count,
            "hostIdType": request.host_id_type,
            "hostId": request.host_id,
            "requestId": request.request_id,
        });
        record(services, call, "NewAllocation", &request.entitlement_id, detail).await?;
        let actor = call.caller()?.actor();
        let allocations = services.allocations.clone();
        to_the_end(async move { allocations.allocate(actor, request).await }).await
    }
}

impl Handler for op::GetAllocations {
    async fn handle(
        services: &WebServices,
        _: &Call,
        request: GetAllocations,
    ) -> Result<Rows<Allocation>, Problem> {
        Ok(services.allocations.list(request.state).into())
    }
}

impl Handler for op::ReturnAllocation {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: ReturnAllocation,
    ) -> Result<ReturnedAllocation, Problem> {
        let detail = json!({ "offline": request.offline });
        record(
            services,
            call,
            "ReturnAllocation",
            &request.fulfillment_id,
            detail,
        )
        .await?;
        let actor = call.caller()?.actor();
        let allocations = services.allocations.clone();
        to_the_end(async move { allocations.give_back(actor, request).await }).await
    }
}

impl Handler for op::ExportAllocationRequest {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: ExportAllocationRequest,
    ) -> Result<ExportedAllocationRequest, Problem> {
        let detail = json!({
            "count": request.count,
            "hostIdType": request.host_id_type,
            "hostId": request.host_id,
        });
        record(
            services,
            call,
            "ExportAllocationRequest",
            &request.entitlement_id,
            detail,
        )
        .await?;
        let actor = call.caller()?.actor();
        services.allocations.export(actor, request).await
    }
}

impl Handler for op::ImportAllocationAnswer {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: ImportAllocationAnswer,
    ) -> Result<Allocation, Problem> {
        // Whether the answer is right is found out later: the record says which request it names.
        let named = AllocationAnswer::read(&request.content)
            .map(|answer| answer.request_id.to_string())
            .unwrap_or_default();
        record(services, call, "ImportAllocationAnswer", &named, json!({})).await?;
        let actor = call.caller()?.actor();
        let allocations = services.allocations.clone();
        to_the_end(async move { allocations.import(actor, request).await }).await
    }
}

impl Handler for op::GetRenewals {
    async fn handle(
        services: &WebServices,
        _: &Call,
        request: GetRenewals,
    ) -> Result<Rows<Renewal>, Problem> {
        Ok(services.allocations.renewals(&request).await?.into())
    }
}

impl Handler for op::InstallRenewal {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: InstallRenewal,
    ) -> Result<Allocation, Problem> {
        record(
            services,
            call,
            "InstallRenewal",
            &request.fulfillment_id,
            json!({}),
        )
        .await?;
        let actor = call.caller()?.actor();
        let allocations = services.allocations.clone();
        to_the_end(async move { allocations.install_renewal(actor, &request.fulfillment_id).await }).await
    }
}

impl Handler for op::GetRenewalOption {
    async fn handle(
        services: &WebServices,
        _: &Call,
        _: GetRenewalOption,
    ) -> Result<RenewalOptionRow, Problem> {
        Ok(services.allocations.renewal_option())
    }
}

impl Handler for op::SetRenewalOption {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: SetRenewalOption,
    ) -> Result<RenewalOptionRow, Problem> {
        let option = Allocations::option_of(&request)?;
        record(
            services,
            call,
            "SetRenewalOption",
            "",
            json!({ "option": option }),
        )
        .await?;
        services.allocations.set_renewal_option(option).await
    }
}
