//! What license servers and operators ask of the fulfilment.

use jiff::Timestamp;
use licensing_api::allocation::{Entitlement, Renewal};
use licensing_api::fulfilment::{
    FulfilAllocation, FulfilEntitlements, FulfilRenewals, FulfilReturn, FulfilledAllocation, FulfilledReturn,
    GetInsightAllocations, GetInsightOrders, InsightAllocation, InsightOrder, LoadedInsightOrder,
    NewInsightOrder,
};
use licensing_api::operation::{Rows, op};
use licensing_api::{ErrorCode, Problem};

use super::dispatch::Fulfil;
use crate::fulfilment::Fulfilment;
use crate::service::Account;

impl Fulfil for op::FulfilEntitlements {
    fn fulfil(
        fulfilment: &Fulfilment,
        _: Option<&Account>,
        request: FulfilEntitlements,
    ) -> Result<Rows<Entitlement>, Problem> {
        Ok(fulfilment
            .entitlements(&request.document, Timestamp::now())?
            .into())
    }
}

impl Fulfil for op::FulfilAllocation {
    fn fulfil(
        fulfilment: &Fulfilment,
        _: Option<&Account>,
        request: FulfilAllocation,
    ) -> Result<FulfilledAllocation, Problem> {
        fulfilment.allocate(&request.document, Timestamp::now())
    }
}

impl Fulfil for op::FulfilReturn {
    fn fulfil(
        fulfilment: &Fulfilment,
        _: Option<&Account>,
        request: FulfilReturn,
    ) -> Result<FulfilledReturn, Problem> {
        fulfilment.take_back(&request.document, Timestamp::now())
    }
}

impl Fulfil for op::FulfilRenewals {
    fn fulfil(
        fulfilment: &Fulfilment,
        _: Option<&Account>,
        request: FulfilRenewals,
    ) -> Result<Rows<Renewal>, Problem> {
        Ok(fulfilment.renewals(&request.document, Timestamp::now())?.into())
    }
}

impl Fulfil for op::GetInsightOrders {
    fn fulfil(
        fulfilment: &Fulfilment,
        caller: Option<&Account>,
        _: GetInsightOrders,
    ) -> Result<Rows<InsightOrder>, Problem> {
        if operator(caller).is_none() {
            return Ok(Vec::<InsightOrder>::new().into());
        }
        Ok(fulfilment.orders()?.into())
    }
}

impl Fulfil for op::NewInsightOrder {
    fn fulfil(
        fulfilment: &Fulfilment,
        caller: Option<&Account>,
        request: NewInsightOrder,
    ) -> Result<LoadedInsightOrder, Problem> {
        let operator = operator(caller)
            .ok_or_else(|| Problem::new(ErrorCode::UserNotAuthorized, "Only operators load orders."))?;
        fulfilment.load(&request.content, &operator.name, Timestamp::now())
    }
}

impl Fulfil for op::GetInsightAllocations {
    fn fulfil(
        fulfilment: &Fulfilment,
        caller: Option<&Account>,
        request: GetInsightAllocations,
    ) -> Result<Rows<InsightAllocation>, Problem> {
        if operator(caller).is_none() {
            return Ok(Vec::<InsightAllocation>::new().into());
        }
        Ok(fulfilment.allocations(request.entitlement_id.as_deref())?.into())
    }
}

/// The caller, if they are an operator: orders belong to no organization of Insight Services, and only operators see them.
fn operator(caller: Option<&Account>) -> Option<&Account> {
    caller.filter(|caller| caller.organization.is_none())
}
