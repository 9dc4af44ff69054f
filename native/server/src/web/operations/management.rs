//! The license management service.

use licensing_api::management::{
    CeipOption, ComplianceFinding, DisableManagementService, EnableManagementService, ExportUpload,
    ExportedUpload, GetCeipOption, GetComplianceFindings, GetManagementService, GetUploads,
    ImportUploadReceipt, ImportedReceipt, ManagementService, SetCeipOption, SetManagementService,
    StartUpload, TestCompliance, UploadOutcome, UploadRow, kept_destination, time_of_day,
};
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Problem, Rows};
use licensing_client::CertHash;
use serde_json::json;

use crate::management::ServiceSettings;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

/// Longest address of a receiver.
const MAX_DESTINATION: usize = 512;

impl Handler for op::GetManagementService {
    async fn handle(
        services: &WebServices,
        _: &Call,
        _: GetManagementService,
    ) -> Result<ManagementService, Problem> {
        Ok(services.setup.management.status())
    }
}

impl Handler for op::SetManagementService {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: SetManagementService,
    ) -> Result<ManagementService, Problem> {
        let management = &services.setup.management;
        if request.enabled == Some(true) {
            require_allowed(services)?;
        }
        let change = |settings: ServiceSettings| changed(settings, &request);
        configure(services, call, "SetManagementService", change).await?;
        if let Some(code) = &request.registration_code {
            record(services, call, "RegisterAtReceiver", json!({})).await?;
            management.register(code.expose()).await?;
        }
        Ok(management.status())
    }
}

impl Handler for op::EnableManagementService {
    async fn handle(
        services: &WebServices,
        call: &Call,
        _: EnableManagementService,
    ) -> Result<ManagementService, Problem> {
        require_allowed(services)?;
        switch(services, call, "EnableManagementService", true).await
    }
}

impl Handler for op::DisableManagementService {
    async fn handle(
        services: &WebServices,
        call: &Call,
        _: DisableManagementService,
    ) -> Result<ManagementService, Problem> {
        switch(services, call, "DisableManagementService", false).await
    }
}

/// The word of the configuration file counts: a service that it keeps off is not switched on, and whoever tries is told why.
fn require_allowed(services: &WebServices) -> Result<(), Problem> {
    if services.setup.management.is_forbidden() {
        return Err(Problem::new(
            ErrorCode::ManagementServiceOff,
            "The configuration file keeps the license management service off: enabled is false under [management].",
        ));
    }
    Ok(())
}

async fn switch(
    services: &WebServices,
    call: &Call,
    action: &'static str,
    enabled: bool,
) -> Result<ManagementService, Problem> {
    let change = |settings: ServiceSettings| Ok(ServiceSettings { enabled, ..settings });
    configure(services, call, action, change).await?;
    Ok(services.setup.management.status())
}

/// Records a change and carries it out. Switching off comes first: it must not wait for a record. What was changed while the
/// record was written counts: the service is not switched on again by who has changed something else.
async fn configure(
    services: &WebServices,
    call: &Call,
    action: &'static str,
    change: impl Fn(ServiceSettings) -> Result<ServiceSettings, Problem> + Send + Sync,
) -> Result<(), Problem> {
    let management = &services.setup.management;
    let settings = change(management.settings())?;
    let detail = json!({
        "enabled": settings.enabled,
        "destination": settings.destination,
        "certHash": settings.cert_hash,
        "uploadTime": settings.upload_time,
        "includeUserHashes": settings.include_user_hashes,
        "disasterRecoveryPartner": settings.disaster_recovery_partner,
        "ceipOption": settings.ceip,
    });
    if settings.enabled {
        record(services, call, action, detail).await?;
        management.change(change).await
    } else {
        let done = management.change(change).await;
        record(services, call, action, detail).await?;
        done
    }
}

async fn record(
    services: &WebServices,
    call: &Call,
    action: &'static str,
    detail: serde_json::Value,
) -> Result<(), Problem> {
    let target = services.setup.management.status().server_guid;
    services
        .accounts
        .record_change(call.caller()?, action, target, detail)
        .await
}

/// The settings with what the request names.
fn changed(
    mut settings: ServiceSettings,
    request: &SetManagementService,
) -> Result<ServiceSettings, Problem> {
    let invalid =
        |field: &str, text: &str| Problem::new(ErrorCode::InvalidRequest, text.to_owned()).about(field);
    if let Some(enabled) = request.enabled {
        settings.enabled = enabled;
    }
    if let Some(text) = &request.destination {
        settings.destination = match kept_destination(text).as_str() {
            "" => None,
            text => Some(destination(text).ok_or_else(|| {
                invalid(
                    "destination",
                    "The destination is an https address without path, such as https://insight.example.com:8443.",
                )
            })?),
        };
    }
    if let Some(text) = &request.cert_hash {
        settings.cert_hash = match text.trim() {
            "" => None,
            text => Some(text.parse::<CertHash>()?.to_string()),
        };
    }
    if let Some(text) = &request.upload_time {
        settings.upload_time = time_of_day(text).map_err(|_| {
            invalid(
                "uploadTime",
                "The time of the upload is a time of day, such as 03:30.",
            )
        })?;
    }
    if let Some(include) = request.include_user_hashes {
        settings.include_user_hashes = include;
    }
    if let Some(text) = &request.disaster_recovery_partner {
        settings.disaster_recovery_partner = match text.trim() {
            "" => None,
            text => Some(text.to_lowercase().parse().map_err(|_| {
                invalid(
                    "disasterRecoveryPartner",
                    "The partner is the GUID of another server, as its Get-LicenseManagementService shows it.",
                )
            })?),
        };
    }
    Ok(settings)
}

fn destination(text: &str) -> Option<String> {
    let uri: http::Uri = text.parse().ok()?;
    let authority = uri.authority()?;
    let plain = text.len() <= MAX_DESTINATION
        && uri.scheme_str() == Some("https")
        && !authority.as_str().contains('@')
        && uri.path_and_query().is_none_or(|path| path.as_str() == "/");
    plain.then(|| format!("https://{authority}"))
}

impl Handler for op::StartUpload {
    async fn handle(services: &WebServices, call: &Call, _: StartUpload) -> Result<UploadOutcome, Problem> {
        record(services, call, "StartUpload", json!({})).await?;
        let management = services.setup.management.clone();
        // It goes on when the caller goes away.
        let upload = tokio::spawn(async move { management.upload(true).await });
        upload
            .await
            .map_err(|error| Problem::new(ErrorCode::InternalError, error.to_string()))?
    }
}

impl Handler for op::GetUploads {
    async fn handle(
        services: &WebServices,
        _: &Call,
        request: GetUploads,
    ) -> Result<Rows<UploadRow>, Problem> {
        Ok(services.setup.management.uploads(request.state).await?.into())
    }
}

impl Handler for op::ExportUpload {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: ExportUpload,
    ) -> Result<ExportedUpload, Problem> {
        record(services, call, "ExportUpload", json!({})).await?;
        let code = request.registration_code.as_ref().map(|code| code.expose());
        services.setup.management.export(code).await
    }
}

impl Handler for op::ImportUploadReceipt {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: ImportUploadReceipt,
    ) -> Result<ImportedReceipt, Problem> {
        record(services, call, "ImportUploadReceipt", json!({})).await?;
        let code = request.registration_code.as_ref().map(|code| code.expose());
        services.setup.management.import(&request.content, code).await
    }
}

impl Handler for op::GetComplianceFindings {
    async fn handle(
        services: &WebServices,
        _: &Call,
        request: GetComplianceFindings,
    ) -> Result<Rows<ComplianceFinding>, Problem> {
        Ok(services
            .setup
            .management
            .findings(request.include_resolved)
            .into())
    }
}

impl Handler for op::TestCompliance {
    async fn handle(
        services: &WebServices,
        _: &Call,
        _: TestCompliance,
    ) -> Result<Rows<ComplianceFinding>, Problem> {
        Ok(services.setup.management.test_compliance().await?.into())
    }
}

impl Handler for op::GetCeipOption {
    async fn handle(services: &WebServices, _: &Call, _: GetCeipOption) -> Result<CeipOption, Problem> {
        Ok(CeipOption {
            ceip_option: services.setup.management.settings().ceip,
        })
    }
}

impl Handler for op::SetCeipOption {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: SetCeipOption,
    ) -> Result<CeipOption, Problem> {
        let ceip = request.ceip_option;
        let change = |settings: ServiceSettings| Ok(ServiceSettings { ceip, ..settings });
        configure(services, call, "SetCeipOption", change).await?;
        Ok(CeipOption {
            ceip_option: request.ceip_option,
        })
    }
}
