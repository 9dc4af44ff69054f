//! Backups: made, sent, checked and restored.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use licensing_api::backup::{
    Backup, BackupCheck, BackupPiece, GetBackupPiece, GetBackups, ImportBackupPiece, NewBackup,
    RestoreBackup, TestBackup,
};
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Problem, Rows};
use parking_lot::Mutex;
use serde_json::json;

use crate::backup::KeptBackups;
use crate::blocking::blocking;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

use super::record;

/// Most downloads that are remembered. One that is not is recorded once more with its next piece.
const MOST_DOWNLOADS: usize = 1000;

/// Downloads that are recorded: by account and archive, how far they went.
#[derive(Debug, Default)]
pub(in crate::web) struct Downloads(Mutex<HashMap<(i64, String), u64>>);

impl Downloads {
    /// Whether a piece belongs to a download that is recorded. One that begins at the first byte is another one.
    fn has(&self, account: i64, backup: &str, offset: u64) -> bool {
        let known = self.0.lock();
        let end = known.get(&(account, backup.to_owned()));
        offset > 0 && end.is_some_and(|end| offset <= *end)
    }

    /// Notes how far a download went; with its last piece it is over.
    fn went(&self, account: i64, piece: &BackupPiece) {
        let mut known = self.0.lock();
        let key = (account, piece.backup.clone());
        if piece.next >= piece.bytes {
            known.remove(&key);
            return;
        }
        if known.len() >= MOST_DOWNLOADS {
            known.clear();
        }
        let end = known.entry(key).or_default();
        *end = piece.next.max(*end);
    }
}

impl Handler for op::GetBackups {
    async fn handle(services: &WebServices, _: &Call, _: GetBackups) -> Result<Rows<Backup>, Problem> {
        Ok(with_kept(services, |kept| kept.list()).await?.into())
    }
}

impl Handler for op::NewBackup {
    async fn handle(services: &WebServices, call: &Call, request: NewBackup) -> Result<Backup, Problem> {
        let detail = json!({ "withKeys": request.with_keys });
        record(services, call, "NewBackup", "", detail).await?;
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
        let account = call.caller()?.account_id();
        let GetBackupPiece { backup, offset } = request;
        if !services.downloads.has(account, &backup, offset) {
            let detail = json!({ "offset": offset });
            record(services, call, "GetBackupPiece", &backup, detail).await?;
        }
        let piece = with_kept(services, move |kept| kept.read(&backup, offset)).await?;
        services.downloads.went(account, &piece);
        Ok(piece)
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
            record(services, call, "ImportBackupPiece", &request.backup, detail).await?;
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
        record(services, call, action, &request.backup, json!({})).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_goes_on_until_its_last_piece() {
        let downloads = Downloads::default();
        let went = |next| {
            downloads.went(
                1,
                &BackupPiece {
                    backup: "a.tar".to_owned(),
                    next,
                    bytes: 30,
                    content: String::new(),
                },
            );
        };
        assert!(!downloads.has(1, "a.tar", 10));
        went(10);
        assert!(downloads.has(1, "a.tar", 10), "the next piece");
        assert!(!downloads.has(1, "a.tar", 11), "what was left out");
        assert!(!downloads.has(1, "a.tar", 0), "another download");
        assert!(!downloads.has(2, "a.tar", 10) && !downloads.has(1, "b.tar", 10));
        went(30);
        assert!(!downloads.has(1, "a.tar", 10));
    }
}
