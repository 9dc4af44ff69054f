//! Uploads and the receipts for them.

use jiff::{SignedDuration, Timestamp};
use licensing_management::exchange::{Outcome, Receipt, ReceiverErrorCode, ReceiverProblem, UploadResult};
use licensing_management::id::{ServerGuid, UploadId};
use licensing_management::key::{Context, DocumentSignature, ManagementKey};
use licensing_management::upload::SealedUpload;

use super::knowledge::Known;
use super::{Insight, RegisteredServer, refuse};
use crate::storage::{Arrival, FindingFilter, Kept, StorageError, Stored};

/// For how long resolved findings stand in receipts.
const RESOLVED_SHOWN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An upload as a server sends it.
#[derive(Debug)]
pub struct SentUpload<'a> {
    /// The server that says it is its own.
    pub server: ServerGuid,
    /// Its signature.
    pub signature: DocumentSignature,
    /// The sender's clock at the time of sending.
    pub sent: Option<Timestamp>,
    /// Id in the address.
    pub upload_id: UploadId,
    /// The document.
    pub bytes: &'a [u8],
}

impl Insight {
    /// Stores an upload, looks at its server, and gives the receipt; says whether it is stored now or was before.
    ///
    /// # Errors
    /// What docs/telemetry.md names. Nothing of a refused upload is stored.
    pub fn take_upload(&self, sent: &SentUpload<'_>) -> Result<(Receipt, bool), ReceiverProblem> {
        let received = Timestamp::now();
        let Some(server) = self.server(sent.server)? else {
            return refuse(
                ReceiverErrorCode::ServerNotRegistered,
                format!(
                    "Server {} is not registered. Register it with a one-time code.",
                    sent.server
                ),
            );
        };
        let signed = server
            .public_key
            .verify(Context::Upload, sent.bytes, &sent.signature);
        if signed.is_err() {
            return refuse(
                ReceiverErrorCode::SignatureInvalid,
                "The signature does not fit the upload and the key that the server is registered with.",
            );
        }
        let upload = SealedUpload::read(sent.bytes).map_err(|error| ReceiverProblem::from(&error))?;
        let body = upload.body();
        if body.upload_id != sent.upload_id || body.server.guid != sent.server {
            return refuse(
                ReceiverErrorCode::MalformedDocument,
                "The id in the address or the GUID in the header is not that of the document.",
            );
        }
        let offset = sent.sent.map(|sent| sent.duration_since(received).as_secs());
        let known = self.knowledge()?;
        let kept = self.storage.store_uploads(&[Arrival {
            upload: &upload,
            received,
            clock_offset_seconds: offset,
            remarkable: self.is_remarkable(&known, &upload, received, offset),
        }])?;
        let is_new = kept.iter().any(|kept| kept.stored == Stored::Now);
        let results: Vec<UploadResult> = kept.iter().map(|kept| result_of(&upload, kept.stored)).collect();
        if let Some(refused) = results.iter().find(|result| result.outcome == Outcome::Refused) {
            return refuse(
                ReceiverErrorCode::UploadIdReused,
                refused.detail.clone().unwrap_or_default(),
            );
        }
        // Also for one that was stored before: the process may have ended between the two.
        if kept.iter().any(|kept| kept.noted) {
            self.evaluate(sent.server)?;
        }
        let receipt = self.receipt(&server, &known, &kept, results)?;
        Ok((sign(receipt, &self.key)?, is_new))
    }

    /// The receipt for uploads with everything that their server should know, not signed yet.
    pub(super) fn receipt(
        &self,
        server: &RegisteredServer,
        known: &Known,
        kept: &[Kept],
        results: Vec<UploadResult>,
    ) -> Result<Receipt, StorageError> {
        let now = Timestamp::now();
        let guid = server.server_guid;
        let mut findings = Vec::new();
        // A new upload of a server that a finding names is noted; of one that is found meanwhile the next receipt tells.
        if kept.is_empty() || kept.iter().any(|kept| kept.noted || kept.stored != Stored::Now) {
            for record in self.storage.findings(FindingFilter {
                servers: Some(&[guid]),
                resolved_since: now.checked_sub(RESOLVED_SHOWN).ok(),
            })? {
                findings.push(self.as_seen_by(record, Some(&server.organization))?);
            }
        }
        let (rescissions, requirements) = self.knowledge_about(known, guid)?;
        Ok(Receipt {
            results,
            findings,
            rescissions,
            requirements,
            ..Receipt::draft(guid, now, &self.key)
        })
    }
}

pub(super) fn sign(receipt: Receipt, key: &ManagementKey) -> Result<Receipt, StorageError> {
    receipt
        .sign(key)
        .map_err(|error| StorageError::Damaged(format!("a receipt cannot be written: {error}")))
}

pub(super) fn result_of(upload: &SealedUpload, stored: Stored) -> UploadResult {
    let (outcome, code, detail) = match stored {
        Stored::Now => (Outcome::Stored, None, None),
        Stored::Before => (Outcome::AlreadyStored, None, None),
        Stored::IdReused => (
            Outcome::Refused,
            Some(ReceiverErrorCode::UploadIdReused),
            Some(format!(
                "An upload with the id {} and other contents is stored.",
                upload.body().upload_id
            )),
        ),
    };
    UploadResult {
        upload_id: upload.body().upload_id,
        integrity: upload.integrity().to_owned(),
        outcome,
        code,
        detail,
    }
}
