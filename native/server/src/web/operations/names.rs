//! Readable names, and the error codes in words.

use licensing_api::names::{ErrorDescription, GetErrors, GetLocalizedNames, LocalizedNames};
use licensing_api::operation::op;
use licensing_api::{Problem, Rows};
use licensing_texts::catalog::{self, Locale};

use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetLocalizedNames {
    async fn handle(
        services: &WebServices,
        _: &Call,
        request: GetLocalizedNames,
    ) -> Result<LocalizedNames, Problem> {
        let locale = Locale::from_code(request.locale.as_deref())?;
        let features = services.licenses.features().await?;
        let features = features.iter().map(String::as_str);
        Ok(catalog::localized_names(features, locale))
    }
}

impl Handler for op::GetErrors {
    async fn handle(
        _: &WebServices,
        _: &Call,
        request: GetErrors,
    ) -> Result<Rows<ErrorDescription>, Problem> {
        let locale = Locale::from_code(request.locale.as_deref())?;
        catalog::errors(locale, request.code.as_deref()).map(Rows::from)
    }
}
