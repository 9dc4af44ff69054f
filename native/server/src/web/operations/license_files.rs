//! License files.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use licensing_api::finding::{Finding, Severity};
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::license_file::{
    ExplainLicenseFile, GetLicenseFiles, ImportLicenseFile, ImportedLicenseFile, LicenseFileExplanation,
    LicenseFileInfo, PoolEffect, RemoveLicenseFile, RemovedLicenseFile,
};
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Problem, Rows};
use serde_json::json;

use super::not_served;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetLicenseFiles {
    async fn handle(
        services: &WebServices,
        _: &Call,
        request: GetLicenseFiles,
    ) -> Result<Rows<LicenseFileInfo>, Problem> {
        let mut items = services.licenses.list(request.file_name).await?;
        let imported = services.accounts.imported_files().await?;
        for file in &mut items {
            file.findings
                .extend(by_hand(imported.get(&file.file_name), &file.sha256));
        }
        Ok(items.into())
    }
}

/// Says when a file did not come, or not like this, through an import.
fn by_hand(imported: Option<&String>, sha256: &str) -> Option<Finding> {
    let text = match imported {
        Some(imported) if imported == sha256 => return None,
        Some(_) => "The file was changed by hand since it was imported.",
        None => "The file was put into the folder by hand.",
    };
    Some(Finding::new(
        Severity::Information,
        0,
        text,
        "Nothing; import files to have it recorded who did it.",
    ))
}

/// Says how many seats are out of the pools that change, as far as their daemons answer.
pub(super) async fn tell_use(services: &WebServices, call: &Call, effects: &mut [PoolEffect]) {
    if effects.is_empty() {
        return;
    }
    let vendors: BTreeSet<String> = effects.iter().map(|effect| effect.vendor.clone()).collect();
    let request = GetInventory {
        vendor: Vec::from_iter(vendors).into(),
        ..GetInventory::default()
    };
    let asked = services
        .ask_daemons::<op::GetInventory, InventoryRow>(&request.vendor, &request, call)
        .await;
    // Without an answer nothing is claimed.
    let Ok(rows) = asked else { return };
    for effect in effects {
        if !rows.items.iter().any(|row| row.vendor == effect.vendor) {
            continue;
        }
        let of_pool = rows.items.iter().filter(|row| {
            (row.vendor.as_str(), row.feature.as_str(), row.version.as_str())
                == (
                    effect.vendor.as_str(),
                    effect.feature.as_str(),
                    effect.version.as_str(),
                )
        });
        effect.in_use = Some(of_pool.map(|row| row.licenses_in_use).sum());
    }
}

/// The bytes of a file. Takes the text, so that a large one is not kept beside them.
fn decode(content: String) -> Result<Vec<u8>, Problem> {
    STANDARD.decode(content.trim()).map_err(|_| {
        Problem::new(
            ErrorCode::InvalidRequest,
            "content is not the bytes of a file in base64.",
        )
        .about("content")
    })
}

impl Handler for op::ExplainLicenseFile {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: ExplainLicenseFile,
    ) -> Result<LicenseFileExplanation, Problem> {
        let bytes = decode(request.content)?;
        let mut explanation = services.licenses.explain(request.file_name, bytes).await?;
        tell_use(services, call, &mut explanation.effects).await;
        Ok(explanation)
    }
}

impl Handler for op::ImportLicenseFile {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: ImportLicenseFile,
    ) -> Result<ImportedLicenseFile, Problem> {
        let caller = call.caller()?;
        let bytes = decode(request.content)?;
        let checked = services
            .licenses
            .check_import(request.file_name, bytes, request.overwrite)
            .await?;
        let mut file = checked.file.clone();
        let (replaced, effects) = (checked.replaces, checked.effects.clone());
        let detail = json!({ "sha256": file.sha256, "size": file.size, "replaced": replaced });
        services
            .accounts
            .record_import(caller, file.file_name.clone(), file.sha256.clone(), detail)
            .await?;
        let changed = checked.carry_out().await?;
        if let Err(problem) = services.setup.daemons.reread().await {
            file.findings.push(Finding::new(
                Severity::Warning,
                0,
                not_served("The file is installed", &problem).detail,
                problem.action,
            ));
        }
        drop(changed);
        Ok(ImportedLicenseFile {
            file,
            replaced,
            effects,
        })
    }
}

impl Handler for op::RemoveLicenseFile {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: RemoveLicenseFile,
    ) -> Result<RemovedLicenseFile, Problem> {
        let caller = call.caller()?;
        let checked = services.licenses.check_removal(request.file_name).await?;
        let (file_name, mut effects) = (checked.name.clone(), checked.effects.clone());
        tell_use(services, call, &mut effects).await;
        if request.explain {
            return Ok(RemovedLicenseFile { file_name, effects });
        }
        let detail = json!({ "sha256": checked.sha256 });
        services
            .accounts
            .record_removal(caller, file_name.clone(), detail)
            .await?;
        let changed = checked.carry_out().await?;
        let reread = services.setup.daemons.reread().await;
        drop(changed);
        reread.map_err(|problem| not_served("The file is removed", &problem).about(&file_name))?;
        Ok(RemovedLicenseFile { file_name, effects })
    }
}
