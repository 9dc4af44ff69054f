//! Bearer tokens.

use jiff::Timestamp;
use licensing_api::operation::op;
use licensing_api::token::{GetTokens, IssuedToken, NewToken, RemoveToken, Token, TokenScope};
use licensing_api::{Problem, Rows};

use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetTokens {
    async fn handle(services: &WebServices, _: &Call, request: GetTokens) -> Result<Rows<Token>, Problem> {
        services.accounts.tokens(request).await
    }
}

impl Handler for op::NewToken {
    async fn handle(services: &WebServices, call: &Call, request: NewToken) -> Result<IssuedToken, Problem> {
        let issued = services
            .accounts
            .issue_token(request, call.caller()?, Timestamp::now())
            .await?;
        match issued.token.scope {
            TokenScope::Product => services.tell_product_tokens().await?,
            TokenScope::Administration => {}
        }
        Ok(issued)
    }
}

impl Handler for op::RemoveToken {
    async fn handle(services: &WebServices, call: &Call, request: RemoveToken) -> Result<Token, Problem> {
        let removed = services.accounts.remove_token(request, call.caller()?).await?;
        match removed.scope {
            TokenScope::Product => services.tell_product_tokens().await?,
            TokenScope::Administration => {}
        }
        Ok(removed)
    }
}
