//! Allocation: seats that were bought are asked of the vendor's fulfilment and put on this server. docs/allocation.md
//! describes it.
//!
//! - What is asked for is on the disk before it is asked, and its answer before its file is written: after a crash the
//!   server goes on where it was, with the same request, which the fulfilment answers the same.
//! - A license file is removed before its seats are given back.

mod ask;
mod give_back;
mod install;
mod offline;
mod remote;
mod renew;
mod state;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use backon::{BackoffBuilder as _, ExponentialBuilder};
use jiff::Timestamp;
use licensing_api::alert::{Alert, AlertCode};
use licensing_api::allocation::{Allocation, AllocationState, RenewalOption};
use licensing_api::{ErrorCode, Problem};
use licensing_license_file::license_file::HostIdentity;
use licensing_management::exchange::{Asker, Wanted};
use licensing_management::id::AllocationRequestId;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::accounts::Actor;
use crate::blocking::blocking;
use crate::config::LiveConfig;
use crate::management::ManagementService;

pub(crate) use install::Installer;
use remote::Remote;
use state::{Record, State, StateFile};
pub(crate) use state::{with_secrets_of, without_secrets};

/// How often it is looked whether there is something to do.
const AGAIN: Duration = Duration::from_secs(60);
/// Longest pause while the same goes on failing.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);
/// What the server calls itself in the audit.
const OWN_ACCOUNT: &str = "licensingd";
/// How often renewals are looked for.
const RENEWALS_HOURS: i64 = 24;

/// The allocations of a server. Clones are handles on the same.
#[derive(Clone)]
pub(crate) struct Allocations(Arc<Inner>);

struct Inner {
    config: LiveConfig,
    management: ManagementService,
    installer: Installer,
    file: StateFile,
    state: parking_lot::Mutex<State>,
    /// Held from reading what is kept to having it replaced, so that no change is lost.
    writing: parking_lot::Mutex<()>,
    /// One change at a time.
    turn: Mutex<()>,
}

impl Allocations {
    /// Reads what was kept.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn open(
        config: LiveConfig,
        management: ManagementService,
        installer: Installer,
    ) -> anyhow::Result<Self> {
        let (file, state) =
            StateFile::open(&installer.data.allocations()).context("the allocations cannot be read")?;
        Ok(Self(Arc::new(Inner {
            config,
            management,
            installer,
            file,
            state: parking_lot::Mutex::new(state),
            writing: parking_lot::Mutex::default(),
            turn: Mutex::default(),
        })))
    }

    /// Goes on with what is pending and looks for renewals, until `stopping`. What fails is tried again in growing pauses.
    pub(crate) async fn run(self, stopping: CancellationToken) {
        let mut settings = self.0.config.changes();
        let mut growing = pauses();
        loop {
            let mut failed = self.go_on().await;
            if self.is_configured() {
                failed |= !self.look_for_renewals(Timestamp::now()).await;
            }
            let pause = if failed {
                growing.next().unwrap_or(LONGEST_PAUSE)
            } else {
                growing = pauses();
                AGAIN
            };
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
                // The way to the vendor may be another one now.
                Ok(()) = settings.changed() => growing = pauses(),
            }
        }
    }

    fn is_configured(&self) -> bool {
        !self.0.config.now().fulfilment.address.is_empty()
    }

    /// Allocations of this server, the latest first.
    pub(crate) fn list(&self, state: Option<AllocationState>) -> Vec<Allocation> {
        let live = self.0.state.lock();
        let records = live.records.iter().rev();
        records
            .filter(|record| state.is_none_or(|state| record.state == state))
            .map(Record::shown)
            .collect()
    }

    /// Active alerts: renewals that wait, and allocations that do not get further.
    pub(crate) fn alerts(&self) -> Vec<Alert> {
        let live = self.0.state.lock();
        let mut alerts = Vec::new();
        if live.renewal_option == RenewalOption::Notify && !live.offered.is_empty() {
            let products: Vec<&str> = live.offered.iter().map(|one| one.product_name.as_str()).collect();
            let mut alert = Alert::new(AlertCode::RenewalAvailable).with("products", products.join(", "));
            alert.since = live.checked;
            alerts.push(alert);
        }
        for record in &live.records {
            let waits = matches!(
                record.state,
                AllocationState::Pending | AllocationState::ReturnPending
            );
            let Some(why) = record.problem.as_ref().filter(|_| waits) else {
                continue;
            };
            let entitlement = &record.request.wanted.entitlement_id;
            let mut alert = Alert::new(AlertCode::AllocationPending)
                .with("entitlement", entitlement)
                .with("reason", why);
            alert.subject = record.request.request_id.to_string();
            alert.since = Some(record.request.made);
            alerts.push(alert);
        }
        alerts
    }

    fn remote(&self) -> Result<Remote, Problem> {
        Remote::new(&self.0.config.now().fulfilment)
    }

    fn asker(&self, now: Timestamp) -> Asker<'_> {
        let (server_guid, key) = self.0.management.identity();
        Asker {
            server_guid,
            key,
            now,
        }
    }

    /// Changes what is kept, durably.
    async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut State) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let inner = Arc::clone(&self.0);
        blocking(move || {
            let _writing = inner.writing.lock();
            let mut next = inner.state.lock().clone();
            let value = work(&mut next);
            inner.file.save(&next).map_err(|error| {
                tracing::error!(%error, "the allocations cannot be written");
                Problem::new(
                    ErrorCode::StorageUnavailable,
                    format!("The allocations cannot be written: {error}."),
                )
            })?;
            *inner.state.lock() = next;
            Ok(value)
        })
        .await?
    }

    fn record(&self, request: AllocationRequestId) -> Option<Record> {
        let live = self.0.state.lock();
        let mut records = live.records.iter();
        records
            .find(|record| record.request.request_id == request)
            .cloned()
    }

    /// The record of a request that was there a moment ago.
    ///
    /// # Errors
    /// `AllocationNotFound`.
    fn known(&self, request: AllocationRequestId) -> Result<Record, Problem> {
        self.record(request).ok_or_else(|| gone(request))
    }

    /// Changes one record, and gives it as it is then.
    async fn update(
        &self,
        request: AllocationRequestId,
        work: impl FnOnce(&mut Record) + Send + 'static,
    ) -> Result<Record, Problem> {
        self.change(move |state| {
            let mut records = state.records.iter_mut();
            records
                .find(|record| record.request.request_id == request)
                .map(|record| {
                    work(record);
                    record.clone()
                })
        })
        .await?
        .ok_or_else(|| gone(request))
    }

    /// What to ask for.
    ///
    /// # Errors
    /// `InvalidRequest`, `StorageUnavailable`.
    async fn wanted(
        &self,
        entitlement_id: String,
        count: u32,
        host_id_type: Option<String>,
        host_id: Option<String>,
    ) -> Result<Wanted, Problem> {
        let known = self.host_ids().await?;
        let host_ids = match (&host_id_type, host_id) {
            (Some(kind), Some(value)) => vec![(kind.clone(), value)],
            (None, Some(_)) => {
                return Err(Problem::new(
                    ErrorCode::InvalidRequest,
                    "hostId needs hostIdType, such as HOSTNAME or ETHERNET.",
                )
                .about("hostIdType"));
            }
            (_, None) => known,
        };
        Ok(Wanted {
            entitlement_id,
            count,
            host_id_type,
            host_ids,
        })
    }

    /// What this server is known by, by type; the first of a type is the one that is used.
    async fn host_ids(&self) -> Result<Vec<(String, String)>, Problem> {
        let (installed, config) = (self.0.installer.installed.clone(), self.0.config.now());
        let identity: HostIdentity =
            blocking(move || installed.read().map(|installed| installed.host(&config)))
                .await?
                .map_err(|error| Problem::new(ErrorCode::StorageUnavailable, format!("{error}.")))?;
        let of = |kind: &str, value: String| (kind.to_owned(), value);
        let mut ids: Vec<_> = identity
            .host_names
            .into_iter()
            .map(|name| of("HOSTNAME", name))
            .collect();
        ids.extend(
            identity
                .ethernet_addresses
                .iter()
                .map(|address| of("ETHERNET", hex::encode_upper(address))),
        );
        ids.extend(
            identity
                .internet_addresses
                .iter()
                .map(|address| of("INTERNET", address.to_string())),
        );
        ids.extend(identity.others);
        Ok(ids)
    }
}

/// Pauses while something fails: a fulfilment that is down for days is not asked by each server every minute.
fn pauses() -> impl Iterator<Item = Duration> + Send {
    ExponentialBuilder::default()
        .with_min_delay(AGAIN)
        .with_max_delay(LONGEST_PAUSE)
        .without_max_times()
        .build()
}

/// The server itself, in the audit.
fn own_actor() -> Actor {
    Actor {
        account: OWN_ACCOUNT.to_owned(),
        origin: String::new(),
    }
}

/// The server when it goes on with what an account has asked for, in the audit.
fn on_behalf_of(account: &str) -> Actor {
    if account == OWN_ACCOUNT {
        return own_actor();
    }
    Actor {
        account: format!("{OWN_ACCOUNT} for {account}"),
        origin: String::new(),
    }
}

fn gone(request: AllocationRequestId) -> Problem {
    Problem::new(ErrorCode::AllocationNotFound, "It was removed meanwhile.").about(request.to_string())
}

fn new_request_id() -> Result<AllocationRequestId, Problem> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))?;
    Ok(AllocationRequestId::from_random(random))
}

/// The number of seats of a request.
///
/// # Errors
/// `InvalidCount`.
fn seats(count: i64) -> Result<u32, Problem> {
    u32::try_from(count)
        .ok()
        .filter(|count| *count > 0)
        .ok_or_else(|| {
            let detail = format!("The count is {count}; a license file has one seat or more.");
            Problem::new(ErrorCode::InvalidCount, detail).about("count")
        })
}

fn unwritable(error: impl std::fmt::Display) -> Problem {
    Problem::new(
        ErrorCode::UnknownError,
        format!("The document cannot be written: {error}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_begin_with_a_minute_and_grow_to_an_hour() {
        let minutes: Vec<u64> = pauses().take(9).map(|pause| pause.as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }
}
