//! One upload: made, written, sent, settled.

use std::sync::Arc;

use jiff::Timestamp;
use licensing_api::management::{ExportedUpload, ImportedReceipt, UploadOutcome, UploadRow, UploadState};
use licensing_api::text::sentence;
use licensing_api::{ErrorCode, Problem};
use licensing_management::exchange::{Bundle, Outcome, Receipt, Registration};
use licensing_management::id::UploadId;
use licensing_management::key::RegistrationCode;
use licensing_management::schedule::Event;
use licensing_management::upload::{SealedUpload, UploadError, UploadType};
use tokio_util::sync::CancellationToken;

use super::document;
use super::folder::{MAX_WAITING, MAX_WAITING_BYTES, random};
use super::service::{Inner, ManagementService, off, parse_code, problem, target};
use super::state::Received;
use super::transport::{SendError, Target};
use crate::blocking::blocking;

impl ManagementService {
    /// Makes an upload and delivers everything that waits, in order.
    ///
    /// # Errors
    /// `ManagementServiceOff`, `UploadUnderWay`, `RegistrationMissing`, `ReceiverRefused` or `ReceiverUnavailable`;
    /// the first also when the service was switched off meanwhile, the last also when it was given another destination.
    pub async fn upload(&self, manual: bool) -> Result<UploadOutcome, Problem> {
        let _turn = if manual {
            self.0.turn.try_lock().map_err(|_| under_way())?
        } else {
            self.0.turn.lock().await
        };
        if !self.is_on() {
            return Err(off());
        }
        let cancel = CancellationToken::new();
        self.0.live.lock().cancel = cancel.clone();
        if !self.0.tell(Event::Begun { manual }) {
            return Err(off());
        }
        let mut delivered = 0;
        let result = self.0.deliver(manual, &cancel, &mut delivered).await;
        self.0.ended(result, delivered).await
    }

    /// What was sent, what waits, and what would be sent now, in this order.
    ///
    /// # Errors
    /// When the vendor daemons do not answer, or the folder cannot be read.
    pub async fn uploads(&self, wanted: Option<UploadState>) -> Result<Vec<UploadRow>, Problem> {
        let is_wanted = |state| wanted.is_none_or(|wanted| wanted == state);
        let mut rows = Vec::new();
        if is_wanted(UploadState::Delivered) {
            let inner = Arc::clone(&self.0);
            let delivered = blocking(move || inner.folder.read_delivered()).await?;
            let delivered = delivered.map_err(|error| unreadable(&error))?;
            rows.extend(delivered.iter().map(|upload| row(UploadState::Delivered, upload)));
        }
        if is_wanted(UploadState::Waiting) {
            let waiting = self.0.live.lock().waiting.clone();
            rows.extend(waiting.iter().map(|upload| row(UploadState::Waiting, upload)));
        }
        if is_wanted(UploadState::Preview) {
            let preview = self.0.make(UploadType::Manual).await?;
            rows.push(row(UploadState::Preview, &preview));
        }
        Ok(rows)
    }

    /// Everything that was sent, that waits, and that would be sent now.
    ///
    /// # Errors
    /// As [`Self::uploads`].
    pub(super) async fn documents(&self, upload_type: UploadType) -> Result<Vec<SealedUpload>, Problem> {
        let inner = Arc::clone(&self.0);
        let delivered = blocking(move || inner.folder.read_delivered()).await?;
        let mut documents = delivered.map_err(|error| unreadable(&error))?;
        documents.extend(self.0.live.lock().waiting.clone());
        documents.push(self.0.make(upload_type).await?);
        Ok(documents)
    }

    /// Puts a fresh upload and all that wait into a signed bundle. They wait until a receipt settles them.
    ///
    /// # Errors
    /// When the vendor daemons do not answer, or something cannot be written.
    pub async fn export(&self, code: Option<&str>) -> Result<ExportedUpload, Problem> {
        let code: Option<RegistrationCode> = code.map(parse_code).transpose()?;
        let _turn = self.0.turn.lock().await;
        self.0.add_upload(UploadType::Manual).await?;
        let internal =
            |error: &dyn std::fmt::Display| Problem::new(ErrorCode::InternalError, error.to_string());
        let registration = code.map(|code| self.0.registration_request(&code)).transpose()?;
        let (guid, waiting) = {
            let live = self.0.live.lock();
            (live.state.guid, live.waiting.clone())
        };
        let bundle =
            Bundle::pack(guid, registration, &waiting, &self.0.key).map_err(|error| internal(&error))?;
        let bytes = bundle.to_bytes().map_err(|error| internal(&error))?;
        let last = waiting.last().map_or(0, |upload| upload.body().sequence);
        Ok(ExportedUpload {
            file_name: format!("license-upload-{guid}-{last}.json"),
            uploads: u32::try_from(waiting.len()).unwrap_or(u32::MAX),
            content: String::from_utf8(bytes).map_err(|error| internal(&error))?,
        })
    }

    /// Settles uploads by a receipt that came as a file. `code` is needed when the receipt answers a registration.
    ///
    /// # Errors
    /// `InvalidReceipt` or `RegistrationMissing`; nothing is settled then.
    pub async fn import(&self, content: &str, code: Option<&str>) -> Result<ImportedReceipt, Problem> {
        let invalid =
            |error: &dyn std::fmt::Display| Problem::new(ErrorCode::InvalidReceipt, sentence(error));
        let code = code.map(parse_code).transpose()?;
        let receipt = Receipt::read(content.as_bytes()).map_err(|error| invalid(&error))?;
        let _turn = self.0.turn.lock().await;
        let (guid, known) = {
            let live = self.0.live.lock();
            (live.state.guid, live.state.registration.clone())
        };
        let registration = match (&receipt.registration, code) {
            (Some(answer), Some(code)) => answer.verify(guid, &code).map_err(|error| invalid(&error))?,
            _ => known.ok_or_else(|| {
                Problem::new(
                    ErrorCode::RegistrationMissing,
                    "The receipt can be checked only with the code that the bundle was exported with.",
                )
            })?,
        };
        receipt
            .verify(guid, &registration.receiver_key)
            .map_err(|error| invalid(&error))?;
        let refused = receipt
            .results
            .iter()
            .filter(|result| result.outcome == Outcome::Refused)
            .count();
        let findings = receipt.findings.len();
        let is_latest = {
            let mut live = self.0.live.lock();
            live.state.registration = Some(registration);
            live.state
                .received
                .issued
                .is_none_or(|issued| issued <= receipt.issued)
        };
        let settled = self.0.settle(receipt, is_latest).await?;
        if settled > 0 {
            let this = Arc::clone(&self.0);
            blocking(move || this.tell(Event::Settled)).await?;
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(ImportedReceipt {
            settled,
            refused: count(refused),
            waiting: count(self.0.live.lock().waiting.len()),
            findings: count(findings),
        })
    }
}

impl Inner {
    /// Makes the next upload, without writing it.
    async fn make(&self, upload_type: UploadType) -> Result<SealedUpload, Problem> {
        let now = Timestamp::now();
        let state = self.live.lock().state.clone();
        let mut wanted = document::wanted(&state, &self.salt, now);
        let mut contents = self.source.read(wanted.clone()).await?;
        // Up to a wall clock that is ahead the window would take in hours to come, and the next ones had nothing to cover.
        let trusted = document::trusted(now, contents.clock_jump_seconds);
        let by_trusted = document::wanted(&state, &self.salt, trusted);
        if by_trusted.to != wanted.to {
            wanted = by_trusted;
            contents = self.source.read(wanted.clone()).await?;
        }
        let id = random().map_err(|error| Problem::new(ErrorCode::InternalError, error.to_string()))?;
        document::seal(
            &state,
            &wanted,
            contents,
            UploadId::from_random(id),
            upload_type,
            now,
        )
    }

    /// Makes the next upload and puts it among those that wait. While there is no room the window of the next one grows.
    async fn add_upload(self: &Arc<Self>, upload_type: UploadType) -> Result<(), Problem> {
        if !has_room(&self.live.lock().waiting, 0) {
            return Ok(());
        }
        let upload = self.make(upload_type).await?;
        let upload = blocking(move || acceptable(upload)).await??;
        if !has_room(&self.live.lock().waiting, upload.bytes().len()) {
            return Ok(());
        }
        let this = Arc::clone(self);
        blocking(move || {
            this.folder.add(&upload)?;
            let mut live = this.live.lock();
            live.state.sequence = upload.body().sequence;
            live.state.previous = Some(upload.integrity().to_owned());
            live.state.window_stop = Some(upload.body().window_stop);
            live.waiting.push(upload);
            drop(live);
            this.save();
            Ok(())
        })
        .await?
        .map_err(|error: anyhow::Error| unreadable(&error))
    }

    /// Sends what waits, in order, after a fresh upload was added to it.
    /// Only the sending is cancelled: what is written is written to its end.
    async fn deliver(
        self: &Arc<Self>,
        manual: bool,
        cancel: &CancellationToken,
        delivered: &mut u32,
    ) -> Result<(), Delivery> {
        let upload_type = if manual {
            UploadType::Manual
        } else {
            UploadType::Auto
        };
        self.add_upload(upload_type).await.map_err(Delivery::Local)?;
        let (target, registration) = {
            let live = self.live.lock();
            let target = target(&live.state.settings).map_err(Delivery::Local)?;
            (target, live.state.registration.clone())
        };
        let registration: Registration = registration.ok_or_else(|| {
            Delivery::Receiver(SendError::NotRegistered(
                "register it with a code first".to_owned(),
            ))
        })?;
        let mut refused: Vec<(SealedUpload, String)> = Vec::new();
        while let Some(upload) = self.next_but(&refused) {
            match self.send(&target, &registration, &upload, cancel).await {
                Ok(()) => {
                    *delivered += 1;
                    let before = std::mem::take(&mut refused);
                    self.set_aside(before).await.map_err(Delivery::Local)?;
                }
                Err(Delivery::Receiver(SendError::DocumentRefused(reason))) => refused.push((upload, reason)),
                Err(other) => return Err(other),
            }
        }
        // The fault may be the receiver's: what it refuses waits until it takes something behind it.
        match refused.into_iter().next() {
            None => Ok(()),
            Some((_, reason)) => Err(Delivery::Receiver(SendError::DocumentRefused(reason))),
        }
    }

    /// The first upload that waits and is none of these.
    fn next_but(&self, refused: &[(SealedUpload, String)]) -> Option<SealedUpload> {
        let is_refused = |upload: &SealedUpload| {
            refused
                .iter()
                .any(|(other, _)| other.body().upload_id == upload.body().upload_id)
        };
        let live = self.live.lock();
        live.waiting.iter().find(|upload| !is_refused(upload)).cloned()
    }

    /// Sends one upload and settles it.
    async fn send(
        self: &Arc<Self>,
        target: &Target,
        registration: &Registration,
        upload: &SealedUpload,
        cancel: &CancellationToken,
    ) -> Result<(), Delivery> {
        let guid = upload.body().server.guid;
        let signature = upload.sign(&self.key);
        let receipt = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(Delivery::Cancelled),
            receipt = self.transport.upload(target, upload, signature) => receipt,
        };
        let receipt = receipt.map_err(Delivery::Receiver)?;
        receipt
            .verify(guid, &registration.receiver_key)
            .map_err(|error| Delivery::Receiver(SendError::Refused(error.to_string())))?;
        if self.settle(receipt, true).await.map_err(Delivery::Local)? == 0 {
            let reason = "its receipt does not name the upload".to_owned();
            return Err(Delivery::Receiver(SendError::Refused(reason)));
        }
        Ok(())
    }

    /// Takes uploads out of the way that the receiver has refused, though it took one behind them.
    async fn set_aside(self: &Arc<Self>, refused: Vec<(SealedUpload, String)>) -> Result<(), Problem> {
        if refused.is_empty() {
            return Ok(());
        }
        let this = Arc::clone(self);
        blocking(move || {
            for (upload, reason) in &refused {
                this.set_one_aside(upload, reason)?;
            }
            this.save();
            Ok(())
        })
        .await?
        .map_err(|error: anyhow::Error| unreadable(&error))
    }

    fn set_one_aside(&self, upload: &SealedUpload, reason: &str) -> anyhow::Result<()> {
        self.folder.set_aside(upload)?;
        let body = upload.body();
        tracing::error!(
            sequence = body.sequence,
            upload = %body.upload_id,
            reason,
            "an upload was refused for good and is set aside"
        );
        let mut live = self.live.lock();
        live.waiting
            .retain(|other| other.body().upload_id != body.upload_id);
        live.state.set_aside = Some(format!("upload {}: {reason}", body.sequence));
        Ok(())
    }

    /// Settles what a receipt names, and takes over what the receiver has found, unless a later receipt has told that already.
    async fn settle(self: &Arc<Self>, receipt: Receipt, is_latest: bool) -> Result<u32, Problem> {
        let this = Arc::clone(self);
        blocking(move || {
            let mut settled = 0;
            for result in &receipt.results {
                let is_it = |upload: &SealedUpload| {
                    upload.body().upload_id == result.upload_id && upload.integrity() == result.integrity
                };
                let stored = matches!(result.outcome, Outcome::Stored | Outcome::AlreadyStored);
                let found = this
                    .live
                    .lock()
                    .waiting
                    .iter()
                    .find(|upload| is_it(upload))
                    .cloned();
                match found {
                    Some(upload) if stored => {
                        this.folder.settle(&upload)?;
                        this.live.lock().waiting.retain(|upload| !is_it(upload));
                        settled += 1;
                    }
                    // The receiver's signature stands for it: it never takes this one.
                    Some(upload) => {
                        let why = result.detail.as_deref().unwrap_or_default();
                        this.set_one_aside(&upload, why.trim_end_matches('.'))?;
                    }
                    // Settled before, or of another server's copy.
                    None => {}
                }
            }
            if is_latest {
                this.live.lock().state.received = Received {
                    issued: Some(receipt.issued),
                    findings: receipt.findings,
                    rescissions: receipt.rescissions,
                    requirements: receipt.requirements,
                };
            }
            this.save();
            Ok(settled)
        })
        .await?
        .map_err(|error: anyhow::Error| unreadable(&error))
    }

    /// Tells schedule, log and caller how an upload ended.
    async fn ended(
        self: &Arc<Self>,
        result: Result<(), Delivery>,
        delivered: u32,
    ) -> Result<UploadOutcome, Problem> {
        let (event, outcome) = match result {
            Ok(()) => {
                let mut live = self.live.lock();
                live.state.refused = None;
                live.unknown = false;
                (Event::Succeeded, Ok(()))
            }
            Err(delivery) => {
                let retry_after_ms = match &delivery {
                    Delivery::Receiver(SendError::Unavailable {
                        retry_after: Some(rest),
                        ..
                    }) => u64::try_from(rest.as_millis()).ok(),
                    Delivery::Receiver(_) | Delivery::Local(_) | Delivery::Cancelled => None,
                };
                let mut live = self.live.lock();
                let problem = match delivery {
                    // The schedule knows: it was told what cancelled the upload.
                    Delivery::Cancelled => {
                        return Err(live.cancelled("an upload"));
                    }
                    Delivery::Local(problem) => problem,
                    Delivery::Receiver(error) => {
                        match &error {
                            SendError::NotRegistered(_) => live.unknown = true,
                            SendError::Refused(reason) | SendError::DocumentRefused(reason) => {
                                live.state.refused = Some(reason.clone())
                            }
                            SendError::Unavailable { .. } => {}
                        }
                        problem(error)
                    }
                };
                tracing::warn!(detail = problem.detail, "an upload failed");
                let reason = problem.detail.clone();
                (
                    Event::Failed {
                        reason,
                        retry_after_ms,
                    },
                    Err(problem),
                )
            }
        };
        let this = Arc::clone(self);
        blocking(move || this.tell(event)).await?;
        outcome?;
        tracing::info!(delivered, "uploads were delivered");
        Ok(UploadOutcome {
            succeeded: true,
            delivered,
            waiting: u32::try_from(self.live.lock().waiting.len()).unwrap_or(u32::MAX),
            detail: format!("{delivered} uploads were delivered."),
        })
    }
}

/// Why an upload was not delivered.
enum Delivery {
    /// The fault is on this server.
    Local(Problem),
    /// The receiver, or the way to it.
    Receiver(SendError),
    /// The service was switched off or given another destination.
    Cancelled,
}

/// Whether another upload of so many bytes may wait; says so in the log when not.
fn has_room(waiting: &[SealedUpload], bytes: usize) -> bool {
    let waiting_bytes: usize = waiting.iter().map(|upload| upload.bytes().len()).sum();
    let fits = waiting.len() < MAX_WAITING && waiting_bytes + bytes <= MAX_WAITING_BYTES;
    if !fits {
        tracing::warn!("too many uploads wait for the receiver; the next one covers a longer time");
    }
    fits
}

/// The upload, if a receiver would take it. One that none takes must not wait: everything behind it would wait as well.
fn acceptable(upload: SealedUpload) -> Result<SealedUpload, Problem> {
    match SealedUpload::read(upload.bytes()) {
        Ok(_) => Ok(upload),
        Err(error @ UploadError::TooLarge(_)) => {
            let detail = format!("{} Hashes of users and devices add to it.", sentence(&error));
            Err(Problem::new(ErrorCode::RequestTooLarge, detail))
        }
        Err(error) => Err(Problem::new(ErrorCode::UnknownError, sentence(&error))),
    }
}

fn under_way() -> Problem {
    Problem::new(ErrorCode::UploadUnderWay, "An upload is under way.")
}

fn unreadable(error: &anyhow::Error) -> Problem {
    Problem::new(ErrorCode::StorageUnavailable, format!("{error:#}."))
}

fn row(state: UploadState, upload: &SealedUpload) -> UploadRow {
    let body = upload.body();
    UploadRow {
        state,
        sequence: body.sequence,
        upload_id: body.upload_id.to_string(),
        created: body.created,
        window_start: body.window_start,
        window_stop: body.window_stop,
        bytes: upload.bytes().len() as u64,
        integrity: upload.integrity().to_owned(),
        document: String::from_utf8_lossy(upload.bytes()).into_owned(),
    }
}
