//! Backups: made, sent, checked and restored.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use licensing_api::backup::{
    Backup, BackupCheck, BackupPiece, GetBackupPiece, GetBackups, ImportBackupPiece, NewBackup,
    RestoreBackup, TestBackup,
};
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Problem, Rows};
use serde_json::{Value, json};

use crate::backup::KeptBackups;
use crate::blocking::blocking;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetBackups {
    async fn handle(services: &WebServices, _: &Call, _: GetBackups) -> Result<Rows<Backup>, Problem> {
        Ok(with_kept(services, |kept| kept.list()).await?.into())
    }
}

impl Handler for op::NewBackup {
    async fn handle(services: &WebServices, call: &Call, request: NewBackup) -> Result<Backup, Problem> {
        let detail = json!({ "withKeys": request.with_keys });
        record(services, call, "NewBackup", String::new(), detail).await?;
        let _turn = services.backing_up.lock().await;
        with_kept(services, move |kept| {
            kept.make(request.with_keys, Timestamp::now())
        })
        .await
    }
}

impl Handler for op::GetBackupPiece {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetBackupPiece,
    ) -> Result<BackupPiece, Problem> {
        if request.offset == 0 {
            record(
                services,
                call,
                "GetBackupPiece",
                request.backup.clone(),
                json!({}),
            )
            .await?;
        }
        with_kept(services, move |kept| kept.read(&request.backup, request.offset)).await
    }
}

impl Handler for op::ImportBackupPiece {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: ImportBackupPiece,
    ) -> Result<BackupPiece, Problem> {
        if request.offset == 0 {
            let detail = json!({ "bytes": request.bytes });
            record(
                services,
                call,
                "ImportBackupPiece",
                request.backup.clone(),
                detail,
            )
            .await?;
        }
        let piece = STANDARD.decode(request.content.trim()).map_err(|_| {
            Problem::new(
                ErrorCode::InvalidRequest,
                "content is not the bytes of a piece in base64.",
            )
            .about("content")
        })?;
        let _turn = services.backing_up.lock().await;
        with_kept(services, move |kept| {
            kept.write(&request.backup, request.offset, request.bytes, &piece)
        })
        .await
    }
}

impl Handler for op::TestBackup {
    async fn handle(services: &WebServices, _: &Call, request: TestBackup) -> Result<BackupCheck, Problem> {
        let _turn = services.backing_up.lock().await;
        with_kept(services, move |kept| kept.test(&request.backup)).await
    }
}

impl Handler for op::RestoreBackup {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: RestoreBackup,
    ) -> Result<BackupCheck, Problem> {
        let action = if request.cancel {
            "CancelRestore"
        } else {
            "RestoreBackup"
        };
        record(services, call, action, request.backup.clone(), json!({})).await?;
        let _turn = services.backing_up.lock().await;
        with_kept(services, move |kept| match request.cancel {
            true => kept.cancel(),
            false => kept.restore(&request.backup),
        })
        .await
    }
}

async fn with_kept<T: Send + 'static>(
    services: &WebServices,
    work: impl FnOnce(&KeptBackups) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let setup = &services.setup;
    let kept = KeptBackups::new(setup.data.clone(), setup.configuration.file().to_owned());
    blocking(move || work(&kept)).await?
}

async fn record(
    services: &WebServices,
    call: &Call,
    action: &'static str,
    target: String,
    detail: Value,
) -> Result<(), Problem> {
    let target: String = target.chars().filter(|one| !one.is_control()).take(80).collect();
    let accounts = &services.accounts;
    accounts
        .record_change(call.caller()?, action, target, detail)
        .await
}
