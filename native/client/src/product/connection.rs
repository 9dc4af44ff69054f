//! The connection to a vendor daemon with the leases it keeps alive.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Request, Status};
use zeroize::Zeroizing;

use super::channel::{self, Belief, Security};
use super::checkout::{CheckoutError, CheckoutOptions, Denial};
use super::heartbeat;
use super::lease::{Lease, LeaseInfo, LeaseState};
use super::{FeatureStatus, Heartbeats, ProductOptions, VendorStatus};
use crate::address::Address;
use crate::failure;
use crate::location::discover;

/// Leases in one heartbeat; more are sent in several.
const HEARTBEAT_BATCH: usize = 1000;

/// Shortest and longest pause between two attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// An open channel and where it leads.
#[derive(Debug, Clone)]
struct Link {
    client: VendorDaemonClient<Channel>,
    address: Address,
    number: u64,
}

/// A lease as heartbeats see it.
#[derive(Debug)]
struct Kept {
    state: watch::Sender<LeaseState>,
    heartbeat_seconds: u32,
}

#[derive(Debug)]
pub(super) struct Connection {
    options: ProductOptions,
    authorization: Option<MetadataValue<Ascii>>,
    link: tokio::sync::Mutex<Option<Link>>,
    links_made: std::sync::atomic::AtomicU64,
    leases: Mutex<BTreeMap<Vec<u8>, Kept>>,
    changed: Arc<Notify>,
    runtime: Handle,
}

/// Why one attempt gave no answer.
enum Attempt {
    /// The answer may have got lost: ask again.
    Lost(Problem),
    /// Asking again would not help.
    Final(Problem),
}

impl Attempt {
    fn into_problem(self) -> Problem {
        match self {
            Self::Lost(problem) | Self::Final(problem) => problem,
        }
    }

    fn problem(&self) -> &Problem {
        match self {
            Self::Lost(problem) | Self::Final(problem) => problem,
        }
    }
}

impl Connection {
    pub(super) async fn open(options: ProductOptions) -> Result<Arc<Self>, Problem> {
        let authorization = match &options.token {
            None => None,
            Some(token) => Some(bearer(token.expose())?),
        };
        let connection = Arc::new(Self {
            options,
            authorization,
            link: tokio::sync::Mutex::new(None),
            links_made: std::sync::atomic::AtomicU64::new(0),
            leases: Mutex::default(),
            changed: Arc::default(),
            runtime: Handle::current(),
        });
        connection.link().await?;
        if connection.options.heartbeats == Heartbeats::Automatic {
            let beats = heartbeat::beat(Arc::downgrade(&connection), Arc::clone(&connection.changed));
            connection.runtime.spawn(beats);
        }
        Ok(connection)
    }

    pub(super) async fn checkout(
        self: &Arc<Self>,
        options: &CheckoutOptions,
    ) -> Result<Lease, CheckoutError> {
        let mut key = [0; 16];
        getrandom::fill(&mut key).map_err(|error| {
            Problem::new(
                ErrorCode::InternalError,
                format!("No random bytes for the request: {error}."),
            )
        })?;
        let request = options.request(key);
        let reply = self
            .ask(request, |mut client, request| async move {
                client.checkout(request).await
            })
            .await?;
        match reply.outcome {
            Some(wire::checkout_reply::Outcome::Lease(lease)) => Ok(self.keep(lease)),
            Some(wire::checkout_reply::Outcome::Denial(denial)) => {
                Err(CheckoutError::Denied(Denial::read(&options.feature, denial)))
            }
            Some(wire::checkout_reply::Outcome::Queued(_)) | None => Err(self
                .misunderstood("The answer is neither a lease nor a denial.")
                .into()),
        }
    }

    pub(super) async fn checkin(&self, id: &[u8]) -> Result<bool, Problem> {
        let request = wire::CheckinRequest {
            lease_id: id.to_vec(),
        };
        let reply = self
            .ask(request, |mut client, request| async move {
                client.checkin(request).await
            })
            .await?;
        self.end(id, LeaseState::CheckedIn);
        Ok(reply.was_held)
    }

    /// Gives seats back in the background; when that fails they come back at the end of their lifetime.
    pub(super) fn abandon(self: &Arc<Self>, id: Vec<u8>) {
        self.end(&id, LeaseState::CheckedIn);
        let connection = Arc::clone(self);
        self.runtime.spawn(async move { connection.checkin(&id).await });
    }

    pub(super) async fn heartbeat(&self) -> Result<usize, Problem> {
        let ids: Vec<Vec<u8>> = self.leases().keys().cloned().collect();
        let mut ended = 0;
        for batch in ids.chunks(HEARTBEAT_BATCH) {
            let request = wire::HeartbeatRequest {
                lease_ids: batch.to_vec(),
                renew_tickets: Vec::new(),
            };
            let reply = self
                .ask(request, |mut client, request| async move {
                    client.heartbeat(request).await
                })
                .await?;
            self.follow(batch, reply.heartbeat_seconds);
            for position in reply.ended {
                let id = usize::try_from(position)
                    .ok()
                    .and_then(|position| batch.get(position));
                let id =
                    id.ok_or_else(|| self.misunderstood("A lease that was not asked about has ended."))?;
                ended += usize::from(self.end(id, LeaseState::Ended));
            }
        }
        Ok(ended)
    }

    pub(super) async fn status(&self, feature: &str) -> Result<VendorStatus, Problem> {
        let request = wire::StatusRequest {
            feature: feature.to_owned(),
        };
        let reply = self
            .ask(request, |mut client, request| async move {
                client.status(request).await
            })
            .await?;
        let features = reply.features.into_iter().map(|pool| FeatureStatus {
            feature: pool.feature,
            version: pool.version,
            count: pool.count,
            overdraft: pool.overdraft,
            in_use: pool.in_use,
        });
        Ok(VendorStatus {
            vendor: reply.vendor,
            version: reply.version,
            serving: reply.serving,
            reason: reply.reason,
            features: features.collect(),
        })
    }

    /// How often the leases together want a heartbeat; none while there is no lease.
    pub(super) fn interval(&self) -> Option<Duration> {
        let shortest = self.leases().values().map(|kept| kept.heartbeat_seconds).min()?;
        Some(Duration::from_secs(shortest.max(1).into()))
    }

    fn keep(self: &Arc<Self>, lease: wire::Lease) -> Lease {
        let info = LeaseInfo::read(&lease);
        let (sender, state) = watch::channel(LeaseState::Held);
        let kept = Kept {
            state: sender,
            heartbeat_seconds: info.heartbeat_seconds,
        };
        self.leases().insert(lease.lease_id.clone(), kept);
        self.changed.notify_one();
        Lease {
            id: lease.lease_id,
            info,
            state,
            connection: Arc::clone(self),
        }
    }

    /// The administrator may have changed how often a heartbeat is due.
    fn follow(&self, ids: &[Vec<u8>], heartbeat_seconds: u32) {
        if heartbeat_seconds == 0 {
            return;
        }
        let mut leases = self.leases();
        for id in ids {
            if let Some(kept) = leases.get_mut(id) {
                kept.heartbeat_seconds = heartbeat_seconds;
            }
        }
    }

    /// True when the lease was held until now.
    fn end(&self, id: &[u8], state: LeaseState) -> bool {
        match self.leases().remove(id) {
            Some(kept) => {
                kept.state.send_replace(state);
                true
            }
            None => false,
        }
    }

    fn leases(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Kept>> {
        // Every holder of this lock leaves the map whole at each step.
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn misunderstood(&self, detail: &str) -> Problem {
        failure::not_understood(&self.options.manager, detail)
    }

    /// Asks until there is an answer, the server's refusal, or no time left.
    async fn ask<Q, A, F, R>(&self, question: Q, send: F) -> Result<A, Problem>
    where
        Q: Clone,
        F: Fn(VendorDaemonClient<Channel>, Request<Q>) -> R,
        R: Future<Output = Result<tonic::Response<A>, Status>>,
    {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(PAUSES.0)
            .with_max_delay(PAUSES.1)
            .with_jitter()
            .without_max_times();
        let last = Mutex::new(None);
        let attempt = || async { self.attempt(question.clone(), &send).await };
        let answer = attempt
            .retry(pauses)
            .when(|failure| matches!(failure, Attempt::Lost(_)))
            .notify(|failure, _| {
                *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure.problem().clone())
            });
        match tokio::time::timeout(self.options.timeout, answer).await {
            Ok(outcome) => outcome.map_err(Attempt::into_problem),
            Err(_) => {
                let last = last.lock().unwrap_or_else(PoisonError::into_inner).take();
                Err(last.unwrap_or_else(|| self.timed_out("the call", self.options.timeout)))
            }
        }
    }

    async fn attempt<Q, A, F, R>(&self, question: Q, send: &F) -> Result<A, Attempt>
    where
        F: Fn(VendorDaemonClient<Channel>, Request<Q>) -> R,
        R: Future<Output = Result<tonic::Response<A>, Status>>,
    {
        let link = match self.link().await {
            Ok(link) => link,
            Err(problem) if is_passing(&problem) => return Err(Attempt::Lost(problem)),
            Err(problem) => return Err(Attempt::Final(problem)),
        };
        let mut request = Request::new(question);
        if let Some(authorization) = &self.authorization {
            request
                .metadata_mut()
                .insert("authorization", authorization.clone());
        }
        let limit = self.options.attempt_timeout;
        let Ok(answer) = tokio::time::timeout(limit, send(link.client, request)).await else {
            self.forget(link.number).await;
            return Err(Attempt::Lost(self.timed_out("an answer", limit)));
        };
        match answer {
            Ok(answer) => Ok(answer.into_inner()),
            Err(status) if failure::is_loss(&status) => {
                self.forget(link.number).await;
                Err(Attempt::Lost(failure::of_status(&link.address, &status)))
            }
            Err(status) => Err(Attempt::Final(failure::of_status(&link.address, &status))),
        }
    }

    fn timed_out(&self, what: &str, limit: Duration) -> Problem {
        failure::timed_out(&self.options.manager, what, limit)
    }

    /// The open channel, or a new one to where the manager says that the daemon is now.
    async fn link(&self) -> Result<Link, Problem> {
        let mut link = self.link.lock().await;
        if let Some(open) = &*link {
            return Ok(open.clone());
        }
        let options = &self.options;
        let found = discover(&options.manager, Some(&options.trust), options.attempt_timeout).await?;
        let address = found.vendor(options.vendor.as_deref())?.address.clone();
        let security = if found.tls {
            Security::Tls(Belief::at(&address, Some(&options.trust)))
        } else {
            Security::Plain
        };
        let channel = channel::open(&address, security, options.attempt_timeout).await?;
        let number = self.links_made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let new = Link {
            client: VendorDaemonClient::new(channel),
            address,
            number,
        };
        Ok(link.insert(new).clone())
    }

    /// Others may have replaced the broken link already.
    async fn forget(&self, number: u64) {
        let mut link = self.link.lock().await;
        if link.as_ref().is_some_and(|open| open.number == number) {
            *link = None;
        }
    }
}

/// Whether waiting may help.
fn is_passing(problem: &Problem) -> bool {
    matches!(
        problem.code,
        ErrorCode::CommunicationError | ErrorCode::Timeout | ErrorCode::CitrixLicensingVendorOrServiceDown
    )
}

fn bearer(token: &str) -> Result<MetadataValue<Ascii>, Problem> {
    let text = Zeroizing::new(format!("Bearer {token}"));
    let mut value = MetadataValue::try_from(text.as_str()).map_err(|_| {
        Problem::new(
            ErrorCode::InvalidRequest,
            "The token has characters that no token has.",
        )
        .about("token")
    })?;
    value.set_sensitive(true);
    Ok(value)
}
