//! Accounts.

use licensing_api::administrator::{
    Administrator, GetAdministrators, NewAdministrator, RemoveAdministrator, ResetAdministrator,
    SetAdministrator,
};
use licensing_api::operation::op;
use licensing_api::{Problem, Rows};

use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetAdministrators {
    async fn handle(
        services: &WebServices,
        _: &Call,
        request: GetAdministrators,
    ) -> Result<Rows<Administrator>, Problem> {
        services.accounts.administrators(request).await
    }
}

impl Handler for op::NewAdministrator {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: NewAdministrator,
    ) -> Result<Administrator, Problem> {
        services.accounts.add(request, call.caller()?).await
    }
}

impl Handler for op::SetAdministrator {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: SetAdministrator,
    ) -> Result<Administrator, Problem> {
        let tokens_end = request.password.is_some() && !request.keep_tokens;
        let changed = services.accounts.set(request, call.caller()?).await?;
        if tokens_end {
            services.tell_product_tokens().await?;
        }
        Ok(changed)
    }
}

impl Handler for op::RemoveAdministrator {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: RemoveAdministrator,
    ) -> Result<Administrator, Problem> {
        let removed = services.accounts.remove(request, call.caller()?).await?;
        // The account's tokens ended with it.
        services.tell_product_tokens().await?;
        Ok(removed)
    }
}

impl Handler for op::ResetAdministrator {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: ResetAdministrator,
    ) -> Result<Administrator, Problem> {
        services.accounts.reset(request, call.caller()?).await
    }
}
