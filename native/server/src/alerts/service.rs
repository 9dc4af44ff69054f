//! The alerts of the server while it runs.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::{SignedDuration, Timestamp, Zoned};
use licensing_api::alert::{
    ActiveAlert, Alert, AlertCode, AlertLevel, AlertRoute, AlertRouteKind, AlertRouteTest, ConfirmAlert,
    GetAlerts, NewAlertRoute, SetAlertRoute,
};
use licensing_api::inventory::InventoryRow;
use licensing_api::{ErrorCode, Problem, Secret};
use licensing_client::CertHash;
use licensing_delivery::{Target, is_address, send};
use licensing_files::{Existing, Readers, durable, regular};
use licensing_management::alert::{Happened, Record, Silence, of_licenses, too_old};
use licensing_seats::wildcard::Wildcards;
use licensing_texts::catalog::{Locale, Phrase};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::gather::{AlertSources, Gathered, thresholds};
use super::state::{Route, State, kind};
use super::{HEADERS, wording};
use crate::blocking::blocking;
use crate::shown_text::shown_text;

/// Largest file of the state.
const MAX_STATE_BYTES: usize = 64 * 1024 * 1024;
/// Most routes.
const MOST_ROUTES: usize = 100;
/// Most patterns of a route, and characters of each.
const PATTERNS: (usize, usize) = (100, 100);
/// Characters of the name of a route.
const NAME_CHARACTERS: usize = 64;
/// Least characters of a secret that webhooks are signed with.
const SECRET_CHARACTERS: usize = 16;

/// Whether a change is looked at or made. What is refused has to be refused before it is recorded as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// What it would come to; nothing is changed.
    Check,
    /// It is made and durable.
    Make,
}

/// The alerts of a server. Clones are handles on the same.
#[derive(Clone)]
pub struct AlertService(pub(super) Arc<Inner>);

pub(super) struct Inner {
    file: PathBuf,
    pub(super) sources: AlertSources,
    pub(super) state: Mutex<State>,
    /// Held while the file is replaced, so that changes are written in their order.
    writing: Mutex<()>,
    /// Why the state could not be written; none while it can.
    unsaved: Mutex<Option<String>>,
    pub(super) queued: Notify,
    /// What tells of further alerts, once the web services are open.
    further: OnceLock<Further>,
}

/// Tells of alerts that hold now.
type Further = Box<dyn Fn() -> Vec<Alert> + Send + Sync>;

impl AlertService {
    /// Opens the state; there is none yet in a new data folder. It blocks.
    ///
    /// # Errors
    /// When the file cannot be read or understood.
    pub fn open(sources: AlertSources) -> anyhow::Result<Self> {
        let file = sources.data.alerts();
        let state = match regular::read_text(&file, MAX_STATE_BYTES) {
            Ok(text) => serde_json::from_str(&text)
                .with_context(|| format!("{} cannot be understood", file.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", file.display())),
        };
        Ok(Self(Arc::new(Inner {
            file,
            sources,
            state: Mutex::new(state),
            writing: Mutex::new(()),
            unsaved: Mutex::new(None),
            queued: Notify::new(),
            further: OnceLock::new(),
        })))
    }

    /// Looks there for alerts too. Later calls change nothing.
    pub fn also(&self, further: impl Fn() -> Vec<Alert> + Send + Sync + 'static) {
        self.0.further.get_or_init(|| Box::new(further));
    }

    /// Looks for alerts until `stopping`: every minute, and at once when a vendor daemon starts or ends or a setting changes.
    pub async fn run(self, mut daemons: watch::Receiver<u64>, stopping: CancellationToken) {
        let mut settings = self.0.sources.config.changes();
        loop {
            let every = settings.borrow_and_update().alerts.interval_seconds;
            let every = Duration::from_secs(every.into());
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(every) => {}
                Ok(()) = settings.changed() => {}
                // Without a manager nobody tells, and the minute has to do.
                told = daemons.changed() => if told.is_err() {
                    tokio::time::sleep(every).await;
                },
            }
            self.look().await;
        }
    }

    /// What holds now. What is worth a message is in the queue when this ends.
    pub async fn look(&self) -> Vec<Alert> {
        self.look_at_pools().await.0
    }

    /// As [`Self::look`], with the pools that it looked at.
    async fn look_at_pools(&self) -> (Vec<Alert>, Arc<Vec<InventoryRow>>) {
        let Gathered {
            mut alerts,
            pools,
            answered,
        } = self.0.sources.gather().await;
        if let Some(further) = self.0.further.get() {
            alerts.extend(further());
        }
        if let Some(reason) = self.0.unsaved.lock().clone() {
            alerts.push(Alert::new(AlertCode::AlertStateUnsaved).with("reason", reason));
        }
        let this = self.clone();
        let observed = blocking(move || this.observe(alerts, answered)).await;
        let alerts = observed.unwrap_or_else(|problem| {
            tracing::error!(detail = problem.detail, "looking for alerts failed");
            Vec::new()
        });
        (alerts, pools)
    }

    fn observe(&self, mut alerts: Vec<Alert>, answered: bool) -> Vec<Alert> {
        alerts.sort_by(|one, other| {
            (other.level, &one.code, &one.subject).cmp(&(one.level, &other.code, &other.subject))
        });
        alerts.dedup_by(|one, other| (&one.code, &one.subject) == (&other.code, &other.subject));
        let calm = SignedDuration::from_secs(self.0.sources.config.now().alerts.calm_seconds.into());
        let now = Timestamp::now();
        let mut seen = alerts.clone();
        let observe = |state: &mut State| {
            if !answered {
                // Of seats that nobody could be asked about nothing is known: what was so goes on.
                let kept = state
                    .book
                    .records()
                    .filter(|record| !record.alert.feature.is_empty());
                let known: HashSet<(&str, &str)> = alerts
                    .iter()
                    .map(|alert| (alert.code.as_str(), alert.subject.as_str()))
                    .collect();
                let kept = kept.map(|record| &record.alert);
                let kept = kept.filter(|kept| !known.contains(&(kept.code.as_str(), kept.subject.as_str())));
                seen.extend(kept.cloned());
            }
            let happened = state.book.observe(std::mem::take(&mut seen), now, calm);
            for (what, record) in &happened {
                enqueue(state, *what, record, now);
            }
            !happened.is_empty()
        };
        if let Err(problem) = self.change_if(observe) {
            tracing::error!(
                detail = problem.detail,
                "the state of the alerts cannot be written"
            );
        }
        alerts
    }

    /// The active alerts that are asked for.
    ///
    /// # Errors
    /// `LocaleUnsupported`.
    pub async fn list(&self, request: GetAlerts) -> Result<Vec<ActiveAlert>, Problem> {
        let locale = Locale::from_code(request.locale.as_deref())?;
        let (mut alerts, pools) = self.look_at_pools().await;
        if let Some(percent) = request.usage_percent {
            let mut thresholds = thresholds(&self.0.sources.config.now());
            thresholds.nearly_out_percent = percent;
            thresholds.nearly_out_features.clear();
            let nearly = AlertCode::SeatsNearlyOut.name();
            alerts.retain(|alert| alert.code != nearly);
            let again = of_licenses(&pools, &[], &thresholds, Zoned::now().date());
            alerts.extend(again.into_iter().filter(|alert| alert.code == nearly));
        }
        alerts.extend(request.sa_date.iter().flat_map(|date| too_old(&pools, *date)));
        let (codes, features) = (Wildcards::new(&request.code), Wildcards::new(&request.feature));
        let now = Timestamp::now();
        let state = self.0.state.lock();
        let wanted = alerts.into_iter().filter(|alert| {
            codes.matches(&alert.code)
                && (request.feature.is_empty()
                    || (!alert.feature.is_empty() && features.matches(&alert.feature)))
        });
        Ok(wanted
            .map(|alert| match state.book.get(&alert.code, &alert.subject) {
                Some(record) => wording::active(record, locale),
                None => wording::fresh(alert, now, locale),
            })
            .collect())
    }

    /// Acknowledges an alert.
    ///
    /// # Errors
    /// `AlertNotFound`, `StorageUnavailable`.
    pub fn acknowledge(
        &self,
        request: &ConfirmAlert,
        account: &str,
        attempt: Attempt,
    ) -> Result<ActiveAlert, Problem> {
        self.attempt(attempt, |state| {
            let acknowledged =
                state
                    .book
                    .acknowledge(&request.code, &request.subject, account, Timestamp::now());
            let acknowledged = acknowledged.map(|record| wording::active(record, Locale::ENGLISH));
            // Nobody needs to be told of it any more.
            state.queue.retain(|queued| {
                let alert = &queued.record.alert;
                queued.happened == Happened::Over
                    || (&alert.code, &alert.subject) != (&request.code, &request.subject)
            });
            acknowledged.ok_or_else(|| {
                Problem::new(
                    ErrorCode::AlertNotFound,
                    "No active alert has this code and subject.",
                )
                .about(shown_text(&request.code))
            })
        })
    }

    /// The routes.
    pub fn routes(&self) -> Vec<AlertRoute> {
        let state = self.0.state.lock();
        state.routes.iter().map(|route| row(&state, route)).collect()
    }

    /// Adds a route.
    ///
    /// # Errors
    /// `AlertRouteExists`, `LocaleUnsupported`, `InvalidRequest`, `StorageUnavailable`.
    pub fn add_route(&self, request: &NewAlertRoute, attempt: Attempt) -> Result<AlertRoute, Problem> {
        let name = request.name.trim().to_owned();
        let is_name = (1..=NAME_CHARACTERS).contains(&name.chars().count())
            && !name.chars().any(|one| one.is_control() || "/?*".contains(one));
        if !is_name {
            let detail =
                format!("The name of a route has 1 to {NAME_CHARACTERS} characters other than / ? *.");
            return Err(invalid("name", detail));
        }
        let (kind, address) = address(&request.address)?;
        let route = Route {
            kind,
            address,
            level: request.level.unwrap_or(AlertLevel::Alert),
            enabled: request.enabled.unwrap_or(true),
            silenced_codes: codes("silencedCodes", &request.silenced_codes)?,
            silenced_features: patterns("silencedFeatures", &request.silenced_features)?,
            locale: Locale::from_code(request.locale.as_deref())?.code().to_owned(),
            secret: secret(request.secret.as_ref())?,
            cert_hash: cert_hash(request.cert_hash.as_deref())?,
            delivered: None,
            last_error: None,
            name: name.clone(),
        };
        self.attempt(attempt, |state| {
            if state
                .routes
                .iter()
                .any(|known| known.name.eq_ignore_ascii_case(&name))
            {
                let detail = "Another route has this name.";
                return Err(Problem::new(ErrorCode::AlertRouteExists, detail).about(&name));
            }
            if state.routes.len() >= MOST_ROUTES {
                return Err(invalid(
                    "name",
                    format!("There are {MOST_ROUTES} routes, the most there may be."),
                ));
            }
            state.routes.push(route);
            state.routes.sort_by(|one, other| one.name.cmp(&other.name));
            found(state, &name)
        })
    }

    /// Changes a route.
    ///
    /// # Errors
    /// `AlertRouteNotFound`, `LocaleUnsupported`, `InvalidRequest`, `StorageUnavailable`.
    pub fn set_route(&self, request: &SetAlertRoute, attempt: Attempt) -> Result<AlertRoute, Problem> {
        let changed_address = request.address.as_deref().map(address).transpose()?;
        let silenced = request.silenced_codes.as_ref();
        let silenced = silenced.map(|all| codes("silencedCodes", all)).transpose()?;
        let features = request.silenced_features.as_ref();
        let features = features
            .map(|all| patterns("silencedFeatures", all))
            .transpose()?;
        let locale = request.locale.as_deref();
        let locale = locale.map(|code| Locale::from_code(Some(code))).transpose()?;
        let new_secret = request.secret.as_ref().map(|one| secret(Some(one))).transpose()?;
        let hash = request
            .cert_hash
            .as_deref()
            .map(|one| cert_hash(Some(one)))
            .transpose()?;
        self.attempt(attempt, |state| {
            let route = route_mut(state, &request.name)?;
            if let Some((kind, address)) = changed_address {
                (route.kind, route.address) = (kind, address);
            }
            route.level = request.level.unwrap_or(route.level);
            route.enabled = request.enabled.unwrap_or(route.enabled);
            route.silenced_codes = silenced.unwrap_or(std::mem::take(&mut route.silenced_codes));
            route.silenced_features = features.unwrap_or(std::mem::take(&mut route.silenced_features));
            if let Some(locale) = locale {
                locale.code().clone_into(&mut route.locale);
            }
            route.secret = new_secret.unwrap_or(route.secret.take());
            route.cert_hash = hash.unwrap_or(route.cert_hash.take());
            found(state, &request.name)
        })
    }

    /// Removes a route and what waits for it.
    ///
    /// # Errors
    /// `AlertRouteNotFound`, `StorageUnavailable`.
    pub fn remove_route(&self, name: &str, attempt: Attempt) -> Result<AlertRoute, Problem> {
        self.attempt(attempt, |state| {
            let removed = found(state, name)?;
            state.routes.retain(|route| route.name != removed.name);
            state.queue.retain(|queued| queued.route != removed.name);
            Ok(removed)
        })
    }

    /// One route.
    ///
    /// # Errors
    /// `AlertRouteNotFound`.
    pub fn route(&self, name: &str) -> Result<AlertRoute, Problem> {
        let mut state = self.0.state.lock();
        found(&mut state, name)
    }

    /// Sends one message by a route, past the queue.
    ///
    /// # Errors
    /// `AlertRouteNotFound`, `StorageUnavailable`.
    pub async fn test_route(&self, name: &str) -> Result<AlertRouteTest, Problem> {
        let (target, locale, name) = {
            let mut state = self.0.state.lock();
            let route = route_mut(&mut state, name)?;
            (route.target(), route.locale.clone(), route.name.clone())
        };
        let begun = Instant::now();
        let outcome = self.send_test(&target, &locale).await;
        if outcome.is_ok() {
            self.forget_error(&name).await?;
        }
        Ok(AlertRouteTest {
            name,
            address: target.address,
            delivered: outcome.is_ok(),
            milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            reason: outcome
                .err()
                .map(|error| format!("{error:#}"))
                .unwrap_or_default(),
        })
    }

    /// What went wrong by a route before is over.
    async fn forget_error(&self, name: &str) -> Result<(), Problem> {
        let (this, name) = (self.clone(), name.to_owned());
        let forget = move |state: &mut State| {
            let route = state.routes.iter_mut().find(|route| route.name == name);
            route.is_some_and(|route| route.last_error.take().is_some())
        };
        blocking(move || this.change_if(forget)).await?
    }

    async fn send_test(&self, target: &Target, locale: &str) -> anyhow::Result<()> {
        let locale = Locale::from_code(Some(locale)).unwrap_or(Locale::ENGLISH);
        let now = Timestamp::now();
        let mut alert = Alert::new(AlertCode::StartupLicenseOnly)
            .saying(locale.phrase(Phrase::TestDetail))
            .advise(String::new())
            .since(now);
        "Test".clone_into(&mut alert.code);
        locale.phrase(Phrase::TestTitle).clone_into(&mut alert.title);
        let record = Record::new(alert, now);
        let config = self.0.sources.config.now();
        let message = wording::message(
            now.as_millisecond(),
            &config.host_name,
            Happened::Raised,
            &record,
            locale,
        )?;
        send(&self.0.sources.mail(), HEADERS, target, &message).await
    }

    /// Makes a change, which blocks, or looks at what it would come to.
    fn attempt<T>(
        &self,
        attempt: Attempt,
        change: impl FnOnce(&mut State) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        match attempt {
            Attempt::Check => {
                let mut next = self.0.state.lock().clone();
                change(&mut next)
            }
            Attempt::Make => self.change(change),
        }
    }

    /// Changes the state and makes that durable; nothing has changed when it fails. It blocks.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let _turn = self.0.writing.lock();
        let mut next = self.0.state.lock().clone();
        let outcome = change(&mut next)?;
        self.save(&next)?;
        *self.0.state.lock() = next;
        self.0.queued.notify_one();
        Ok(outcome)
    }

    /// As [`Self::change`], but written only where the change says that it is worth it, and kept in memory in any case.
    fn change_if(&self, change: impl FnOnce(&mut State) -> bool) -> Result<(), Problem> {
        let _turn = self.0.writing.lock();
        let mut next = self.0.state.lock().clone();
        let saved = match change(&mut next) {
            true => self.save(&next),
            false => Ok(()),
        };
        *self.0.state.lock() = next;
        self.0.queued.notify_one();
        saved
    }

    fn save(&self, state: &State) -> Result<(), Problem> {
        let written = serde_json::to_vec(state)
            .map_err(std::io::Error::other)
            .and_then(|bytes| durable::write(&self.0.file, &bytes, Readers::Owner, Existing::Replace));
        *self.0.unsaved.lock() = written.as_ref().err().map(ToString::to_string);
        written.map_err(|error| {
            let detail = format!("The state of the alerts cannot be written: {error}.");
            Problem::new(ErrorCode::StorageUnavailable, detail).about("management")
        })
    }
}

/// Puts a message into the queue of each route that lets it through. Who is told that something is over was told of it.
fn enqueue(state: &mut State, happened: Happened, record: &Record, now: Timestamp) {
    let alert = &record.alert;
    let routes: Vec<String> = state
        .routes
        .iter()
        .filter(|route| route.enabled)
        .filter(|route| {
            route
                .silence()
                .lets_through(record.level, &alert.code, &alert.feature)
        })
        .map(|route| route.name.clone())
        .collect();
    state.enqueue(routes, happened, record, now);
}

fn invalid(field: &str, detail: impl Into<String>) -> Problem {
    Problem::new(ErrorCode::InvalidRequest, detail).about(field)
}

fn route_mut<'a>(state: &'a mut State, name: &str) -> Result<&'a mut Route, Problem> {
    let name = name.trim();
    let mut routes = state.routes.iter_mut();
    routes
        .find(|route| route.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            Problem::new(ErrorCode::AlertRouteNotFound, "No route has this name.").about(shown_text(name))
        })
}

fn found(state: &mut State, name: &str) -> Result<AlertRoute, Problem> {
    let route = route_mut(state, name)?.clone();
    Ok(row(state, &route))
}

fn row(state: &State, route: &Route) -> AlertRoute {
    let waiting = state
        .queue
        .iter()
        .filter(|queued| queued.route == route.name)
        .count();
    AlertRoute {
        name: route.name.clone(),
        kind: route.kind,
        address: route.address.clone(),
        level: route.level,
        enabled: route.enabled,
        silenced_codes: route.silenced_codes.clone(),
        silenced_features: route.silenced_features.clone(),
        locale: route.locale.clone(),
        cert_hash: route.cert_hash.clone(),
        is_signed: route.secret.is_some(),
        waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        delivered: route.delivered,
        last_error: route.last_error.clone(),
    }
}

fn address(text: &str) -> Result<(AlertRouteKind, String), Problem> {
    let text = text.trim();
    let by = [AlertRouteKind::Webhook, AlertRouteKind::Mail];
    let fits = by.into_iter().find(|one| is_address(kind(*one), text));
    fits.map(|kind| (kind, text.to_owned())).ok_or_else(|| {
        invalid(
            "address",
            "The address is neither a mail address nor an https:// address.",
        )
    })
}

fn patterns(field: &str, patterns: &[String]) -> Result<Vec<String>, Problem> {
    let (most, characters) = PATTERNS;
    let fits = |one: &String| (1..=characters).contains(&one.trim().chars().count());
    if patterns.len() > most || !patterns.iter().all(fits) {
        let detail = format!("{field} has at most {most} patterns of 1 to {characters} characters.");
        return Err(invalid(field, detail));
    }
    Ok(patterns.iter().map(|one| one.trim().to_owned()).collect())
}

/// Patterns of codes. One that fits no code would silence nothing, and nobody would notice.
fn codes(field: &str, wanted: &[String]) -> Result<Vec<String>, Problem> {
    let wanted = patterns(field, wanted)?;
    let fits_none = |pattern: &&String| {
        let silence = Silence {
            codes: vec![(*pattern).clone()],
            ..Silence::default()
        };
        AlertCode::ALL
            .iter()
            .all(|code| silence.lets_through(AlertLevel::Alarm, code.name(), ""))
    };
    let unknown = wanted.iter().find(fits_none).map(|pattern| shown_text(pattern));
    match unknown {
        Some(unknown) => Err(invalid(field, format!("No alert has the code {unknown}."))),
        None => Ok(wanted),
    }
}

fn secret(secret: Option<&Secret>) -> Result<Option<String>, Problem> {
    match secret.map(Secret::expose) {
        None | Some("") => Ok(None),
        Some(text) if text.chars().count() < SECRET_CHARACTERS => {
            let detail = format!("A secret has {SECRET_CHARACTERS} characters or more.");
            Err(invalid("secret", detail))
        }
        Some(text) => Ok(Some(text.to_owned())),
    }
}

fn cert_hash(text: Option<&str>) -> Result<Option<String>, Problem> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => match text.parse::<CertHash>() {
            Ok(hash) => Ok(Some(hash.to_string())),
            Err(_) => Err(invalid("certHash", "The hash has 64 hexadecimal digits.")),
        },
    }
}
