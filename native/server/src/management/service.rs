//! The service: state, schedule, and the task that waits for the next upload.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use licensing_api::management::{ManagementService as Shown, ManagementStatus};
use licensing_api::text::sentence;
use licensing_api::{ErrorCode, Problem};
use licensing_client::{CertHash, Trust};
use licensing_management::exchange::RegistrationRequest;
use licensing_management::id::ServerGuid;
use licensing_management::key::{ManagementKey, RegistrationCode};
use licensing_management::schedule::{Event, Moment, Schedule, Settings, Switch, UploadResult};
use licensing_management::upload::SealedUpload;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::folder::ManagementFolder;
use super::source::Source;
use super::state::{ServiceSettings, State};
use super::transport::{SendError, Target, Transport};
use crate::blocking::blocking;

/// How often time without success is counted and written down.
const TICK: Duration = Duration::from_secs(10 * 60);

/// How fast the schedule runs. Tests make days short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace(pub u32);

impl Default for Pace {
    fn default() -> Self {
        Self(1)
    }
}

/// What the service is made of.
pub struct ServiceSetup {
    /// Its folder.
    pub folder: ManagementFolder,
    /// Where contents come from.
    pub source: Arc<dyn Source>,
    /// The way to the receiver.
    pub transport: Arc<dyn Transport>,
    /// How fast the schedule runs.
    pub pace: Pace,
}

/// The license management service of a server. Clones are handles on the same.
#[derive(Clone)]
pub struct ManagementService(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) folder: ManagementFolder,
    pub(super) source: Arc<dyn Source>,
    pub(super) transport: Arc<dyn Transport>,
    pace: Pace,
    begun: Instant,
    pub(super) key: ManagementKey,
    pub(super) salt: Zeroizing<[u8; 32]>,
    pub(super) live: Mutex<Live>,
    /// Held while the state is written, so that what is newer is written later; nobody else waits for the disk.
    saving: Mutex<()>,
    /// One upload, export or import at a time.
    pub(super) turn: tokio::sync::Mutex<()>,
    /// One registration at a time; none waits for an upload.
    registering: tokio::sync::Mutex<()>,
    changed: watch::Sender<()>,
}

/// What changes.
pub(super) struct Live {
    pub(super) state: State,
    pub(super) schedule: Schedule,
    pub(super) waiting: Vec<SealedUpload>,
    /// Ends the upload that is under way.
    pub(super) cancel: CancellationToken,
    /// Ends the registration that is under way.
    cancel_registration: CancellationToken,
    /// Whether the receiver said that it does not know this server.
    pub(super) unknown: bool,
    /// Why the state could not be written; none while it can.
    pub(super) unsaved: Option<String>,
    /// Uploads that lie in the folder of those that were set aside.
    pub(super) set_aside: usize,
}

impl Live {
    /// Why something was cancelled, by what the switch is now.
    pub(super) fn cancelled(&self, what: &str) -> Problem {
        match self.schedule.saved().settings.switch {
            Switch::On => Problem::new(
                ErrorCode::ReceiverUnavailable,
                format!("Another destination was set while {what} was under way."),
            ),
            Switch::Disabled | Switch::NoDestination => Problem::new(
                ErrorCode::ManagementServiceOff,
                format!("The service was switched off while {what} was under way."),
            ),
        }
    }
}

impl ManagementService {
    /// Opens the folder, and makes what is missing. Nothing is sent before [`Self::run`].
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub async fn open(setup: ServiceSetup) -> anyhow::Result<Self> {
        let folder = setup.folder.clone();
        let opened = tokio::task::spawn_blocking(move || folder.open(jiff::Timestamp::now())).await??;
        let mut schedule = Schedule::restore(opened.state.schedule.clone());
        let inner = Inner {
            folder: setup.folder,
            source: setup.source,
            transport: setup.transport,
            pace: setup.pace,
            begun: Instant::now(),
            key: opened.key,
            salt: opened.salt,
            live: Mutex::new(Live {
                state: opened.state,
                schedule: Schedule::default(),
                waiting: opened.waiting,
                cancel: CancellationToken::new(),
                cancel_registration: CancellationToken::new(),
                unknown: false,
                unsaved: None,
                set_aside: 0,
            }),
            saving: Mutex::new(()),
            turn: tokio::sync::Mutex::new(()),
            registering: tokio::sync::Mutex::new(()),
            changed: watch::Sender::new(()),
        };
        let now = inner.now();
        schedule.on(Event::Started, now);
        let settings = inner
            .live
            .lock()
            .state
            .settings
            .schedule(inner.source.is_forbidden());
        schedule.on(Event::Configured(settings), now);
        inner.live.lock().schedule = schedule;
        inner.save();
        Ok(Self(Arc::new(inner)))
    }

    /// GUID and key of the server: what it signs with, also outside of uploads.
    pub fn identity(&self) -> (ServerGuid, &ManagementKey) {
        (self.0.live.lock().state.guid, &self.0.key)
    }

    /// Makes uploads when they are due, until `stopping`.
    pub async fn run(self, stopping: CancellationToken) {
        let mut changed = self.0.changed.subscribe();
        loop {
            let next = self.0.live.lock().schedule.next_ms();
            let due = async {
                match next {
                    Some(next) => tokio::time::sleep_until(self.0.instant(next)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stopping.cancelled() => break,
                // The sender lives as long as the service.
                _ = changed.changed() => continue,
                () = tokio::time::sleep(TICK / self.0.pace.0.clamp(1, 10_000)) => {
                    self.0.tell_in_background(Event::Ticked).await;
                    continue;
                }
                () = due => {}
            }
            // A manual upload may have taken its place meanwhile.
            let now = self.0.now();
            if !self.0.live.lock().schedule.is_due(now) {
                continue;
            }
            tokio::select! {
                () = stopping.cancelled() => break,
                // What came of it is in the status and the log.
                _ = self.upload(false) => {}
            }
        }
        self.0.live.lock().cancel.cancel();
    }

    /// The service as administrators see it.
    pub fn status(&self) -> Shown {
        let live = self.0.live.lock();
        let (settings, saved) = (&live.state.settings, live.schedule.saved());
        let waiting_bytes = live
            .waiting
            .iter()
            .map(|upload| upload.bytes().len() as u64)
            .sum();
        Shown {
            enabled: settings.enabled && !self.0.source.is_forbidden(),
            status: live.status(),
            destination: settings.destination.clone(),
            cert_hash: settings.cert_hash.clone(),
            upload_time: settings
                .upload_time
                .map(|time| time.strftime("%H:%M").to_string()),
            include_user_hashes: settings.include_user_hashes,
            disaster_recovery_partner: settings.disaster_recovery_partner.map(|guid| guid.to_string()),
            server_guid: live.state.guid.to_string(),
            organization: live
                .state
                .registration
                .as_ref()
                .map(|registration| registration.organization.clone()),
            next_upload: saved.next,
            last_upload: saved.last.as_ref().map(|last| last.at),
            last_result: saved.last.as_ref().map(|last| match &last.result {
                UploadResult::Succeeded => "Succeeded".to_owned(),
                UploadResult::Cancelled => "Cancelled".to_owned(),
                UploadResult::Failed(reason) => format!("Failed: {reason}"),
            }),
            last_success: saved.last_success,
            waiting: u32::try_from(live.waiting.len()).unwrap_or(u32::MAX),
            waiting_bytes,
        }
    }

    /// What an administrator has decided.
    pub fn settings(&self) -> ServiceSettings {
        self.0.live.lock().state.settings.clone()
    }

    /// Whether the configuration file keeps it off whatever administrators decide.
    pub fn is_forbidden(&self) -> bool {
        self.0.source.is_forbidden()
    }

    /// Takes other settings at once. When they switch the service off, or name another receiver, an upload or a registration that
    /// is under way has ended when this returns.
    ///
    /// # Errors
    /// `StorageUnavailable` when they cannot be written; switching off is in effect all the same.
    pub async fn configure(&self, settings: ServiceSettings) -> Result<(), Problem> {
        self.change(|_| Ok(settings)).await
    }

    /// As [`Self::configure`], from the settings as they are now: what somebody else changes at the same time, such as the switch,
    /// stays changed.
    ///
    /// # Errors
    /// As [`Self::configure`], and those of `change`; then nothing is changed.
    pub async fn change(
        &self,
        change: impl FnOnce(ServiceSettings) -> Result<ServiceSettings, Problem> + Send,
    ) -> Result<(), Problem> {
        let now = self.0.now();
        let (ends, ends_registration) = {
            let mut live = self.0.live.lock();
            let settings = change(live.state.settings.clone())?;
            let schedule = settings.schedule(self.0.source.is_forbidden());
            let is_moved = live.state.settings.destination != settings.destination;
            if is_moved {
                // Another receiver knows nothing of the registration at the one before.
                live.state.registration = None;
                live.state.refused = None;
                live.state.received.issued = None;
                live.unknown = false;
            }
            let is_off = schedule.switch != Switch::On;
            let ends = is_off || is_moved && live.schedule.is_running();
            let ends_registration = is_off || is_moved;
            live.state.settings = settings;
            if ends_registration {
                live.cancel_registration.cancel();
            }
            if ends {
                // What is on its way to the receiver before must not arrive there.
                live.cancel.cancel();
                let nowhere = Settings {
                    switch: Switch::NoDestination,
                    ..schedule
                };
                live.schedule.on(Event::Configured(nowhere), now);
            }
            live.schedule.on(Event::Configured(schedule), now);
            (ends, ends_registration)
        };
        if ends {
            drop(self.0.turn.lock().await);
        }
        if ends_registration {
            drop(self.0.registering.lock().await);
        }
        self.0.save_in_background().await?;
        self.0.changed.send_replace(());
        Ok(())
    }

    /// Takes notice of a configuration file that was read again.
    pub async fn refresh(&self) {
        if let Err(problem) = self.change(Ok).await {
            tracing::error!(
                detail = problem.detail,
                "the license management service could not take its configuration"
            );
        }
    }

    /// Registers the server at the receiver with a one-time code.
    ///
    /// # Errors
    /// `ManagementServiceOff`, `ReceiverRefused`, `ReceiverUnavailable`, or `InvalidRequest` for what is no code. The first also when
    /// the service was switched off meanwhile, the third also when it was given another destination.
    pub async fn register(&self, code: &str) -> Result<(), Problem> {
        let code = parse_code(code)?;
        let _turn = self.0.registering.lock().await;
        let cancel = CancellationToken::new();
        let (guid, target) = {
            let mut live = self.0.live.lock();
            live.cancel_registration = cancel.clone();
            let settings = &live.state.settings;
            if settings.schedule(self.0.source.is_forbidden()).switch != Switch::On {
                return Err(off());
            }
            (live.state.guid, target(settings)?)
        };
        let request = self.0.registration_request(&code)?;
        let answered = tokio::select! {
            biased;
            () = cancel.cancelled() => None,
            answer = self.0.transport.register(&target, &request) => Some(answer),
        };
        let registration = answered
            .map(|answer| {
                answer
                    .map_err(problem)?
                    .verify(guid, &code)
                    .map_err(|error| Problem::new(ErrorCode::ReceiverRefused, format!("{error}.")))
            })
            .transpose()?;
        {
            let mut live = self.0.live.lock();
            // Of another receiver, or of a service that is off, also an answer that came just before is none.
            let (Some(registration), false) = (registration, cancel.is_cancelled()) else {
                return Err(live.cancelled("a registration"));
            };
            live.state.registration = Some(registration);
            live.unknown = false;
        }
        self.0.save_in_background().await
    }

    /// Whether an upload may be made.
    pub(super) fn is_on(&self) -> bool {
        self.0
            .live
            .lock()
            .state
            .settings
            .schedule(self.0.source.is_forbidden())
            .switch
            == Switch::On
    }
}

impl Live {
    fn status(&self) -> ManagementStatus {
        let saved = self.schedule.saved();
        match saved.settings.switch {
            Switch::Disabled => return ManagementStatus::Disabled,
            Switch::NoDestination => return ManagementStatus::NoDestination,
            Switch::On => {}
        }
        let failed = saved
            .last
            .as_ref()
            .is_some_and(|last| matches!(last.result, UploadResult::Failed(_)));
        if self.schedule.is_running() {
            ManagementStatus::Uploading
        } else if self.unknown || self.state.registration.is_none() {
            ManagementStatus::NotRegistered
        } else if self.schedule.is_overdue() {
            ManagementStatus::Overdue
        } else if failed {
            ManagementStatus::Failed
        } else {
            ManagementStatus::Waiting
        }
    }
}

impl Inner {
    /// The clocks, as the schedule reads them.
    pub(super) fn now(&self) -> Moment {
        let wall = jiff::Timestamp::now();
        let passed = self.begun.elapsed().as_millis() * u128::from(self.pace.0);
        Moment {
            monotonic_ms: u64::try_from(passed).unwrap_or(u64::MAX),
            wall,
            local: wall.to_zoned(TimeZone::system()).datetime(),
        }
    }

    fn instant(&self, monotonic_ms: u64) -> Instant {
        let micros = monotonic_ms.saturating_mul(1000) / u64::from(self.pace.0.max(1));
        // Rounded up, so that it is due then.
        self.begun + Duration::from_micros(micros + 1000)
    }

    /// Tells the schedule of an event, and writes what survives.
    pub(super) fn tell(&self, event: Event) -> bool {
        let now = self.now();
        let taken = self.live.lock().schedule.on(event, now);
        self.save();
        taken
    }

    /// As [`Self::tell`], on a thread that may wait for the disk.
    async fn tell_in_background(self: &Arc<Self>, event: Event) {
        let this = Arc::clone(self);
        if let Err(problem) = blocking(move || this.tell(event)).await {
            tracing::error!(
                detail = problem.detail,
                "the schedule of uploads could not be told of an event"
            );
        }
    }

    /// Writes the state. A failure is an alert: the service goes on with what it has in memory.
    pub(super) fn save(&self) {
        let _turn = self.saving.lock();
        let state = {
            let mut live = self.live.lock();
            live.state.schedule = live.schedule.saved().clone();
            live.state.clone()
        };
        let saved = self.folder.save(&state);
        // Looked at again each time: an administrator who has dealt with one removes its file.
        let set_aside = self.folder.count_set_aside();
        let mut live = self.live.lock();
        match set_aside {
            Ok(count) => live.set_aside = count,
            Err(error) => tracing::error!(%error, "the uploads that were set aside cannot be counted"),
        }
        live.unsaved = saved.err().map(|error| {
            tracing::error!(%error, "the state of the license management service cannot be written");
            format!("{error:#}")
        });
    }

    pub(super) async fn save_in_background(self: &Arc<Self>) -> Result<(), Problem> {
        let this = Arc::clone(self);
        blocking(move || {
            this.save();
            match &this.live.lock().unsaved {
                None => Ok(()),
                Some(why) => Err(Problem::new(ErrorCode::StorageUnavailable, format!("{why}."))),
            }
        })
        .await?
    }

    /// A registration request of this server.
    pub(super) fn registration_request(
        &self,
        code: &RegistrationCode,
    ) -> Result<RegistrationRequest, Problem> {
        let (guid, host_name) = (self.live.lock().state.guid, self.source.host_name());
        RegistrationRequest::new(guid, &host_name, env!("CARGO_PKG_VERSION"), &self.key, code)
            .map_err(|error| Problem::new(ErrorCode::InternalError, error.to_string()))
    }
}

/// The receiver of these settings.
pub(super) fn target(settings: &ServiceSettings) -> Result<Target, Problem> {
    let destination = settings.destination.clone().ok_or_else(off)?;
    let trust = match &settings.cert_hash {
        Some(hash) => Trust::CertHash(hash.parse::<CertHash>()?),
        None => Trust::System,
    };
    Ok(Target { destination, trust })
}

pub(super) fn parse_code(text: &str) -> Result<RegistrationCode, Problem> {
    RegistrationCode::parse(text).map_err(|error| {
        Problem::new(ErrorCode::InvalidRequest, format!("{error}.")).about("registrationCode")
    })
}

pub(super) fn off() -> Problem {
    Problem::new(
        ErrorCode::ManagementServiceOff,
        "The license management service is switched off or has no destination; nothing is sent.",
    )
}

pub(super) fn problem(error: SendError) -> Problem {
    let code = match error {
        SendError::NotRegistered(_) => ErrorCode::RegistrationMissing,
        SendError::Refused(_) | SendError::DocumentRefused(_) => ErrorCode::ReceiverRefused,
        SendError::Unavailable { .. } => ErrorCode::ReceiverUnavailable,
    };
    Problem::new(code, sentence(&error))
}
