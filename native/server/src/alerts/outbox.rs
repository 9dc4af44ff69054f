//! The queue of messages about alerts.

use jiff::Timestamp;
use licensing_api::alert::{Alert, AlertCode};
use licensing_delivery::{MailConfig, Message, Outbox, Target, Tried, Waiting, latest_due};
use licensing_management::alert::{Happened, Record};
use licensing_texts::catalog::Locale;

use super::service::AlertService;
use super::state::{Queued, State};
use super::wording;

/// The queue of messages about alerts.
pub struct AlertOutbox(AlertService);

impl AlertOutbox {
    /// That of these alerts.
    pub fn new(alerts: AlertService) -> Self {
        Self(alerts)
    }
}

impl Outbox for AlertOutbox {
    fn mail(&self) -> MailConfig {
        self.0.0.sources.mail()
    }

    fn due(&self, now: Timestamp, most: usize) -> anyhow::Result<Vec<Waiting>> {
        let state = self.0.0.state.lock();
        let latest = latest_due(now);
        let due = state
            .queue
            .iter()
            .filter(|queued| queued.due <= now || queued.due > latest);
        Ok(due
            .take(most)
            .map(|queued| Waiting {
                id: queued.id,
                attempts: queued.attempts,
                target: queued.route.clone(),
                message: String::new(),
            })
            .collect())
    }

    fn open(&self, waiting: &Waiting) -> anyhow::Result<Option<(Target, Message)>> {
        let state = self.0.0.state.lock();
        let queued = state.queue.iter().find(|queued| queued.id == waiting.id);
        let route = state.routes.iter().find(|route| route.name == waiting.target);
        let (Some(queued), Some(route)) = (queued, route) else {
            return Ok(None);
        };
        // A language that a newer version brought is unknown to an older one.
        let locale = Locale::from_code(Some(&route.locale)).unwrap_or(Locale::ENGLISH);
        let server = self.0.0.sources.config.now().host_name.clone();
        let message = wording::message(queued.id, &server, queued.happened, &queued.record, locale)?;
        Ok(Some((route.target(), message)))
    }

    fn tried(&self, tries: &[(i64, Tried)]) -> anyhow::Result<()> {
        // Each change replaces the whole file, which is large while many messages wait.
        let changed = self.0.change(|state| {
            for (id, how) in tries {
                note(state, *id, how, Timestamp::now());
            }
            Ok(())
        });
        Ok(changed?)
    }

    async fn changed(&self) {
        self.0.0.queued.notified().await;
    }
}

fn note(state: &mut State, id: i64, how: &Tried, now: Timestamp) {
    let Some(at) = state.queue.iter().position(|queued| queued.id == id) else {
        return;
    };
    let name = state
        .queue
        .get(at)
        .map(|queued| queued.route.clone())
        .unwrap_or_default();
    let mut route = state.routes.iter_mut().find(|route| route.name == name);
    match how {
        Tried::Delivered => {
            if let Some(route) = &mut route {
                route.delivered = Some(now);
                route.last_error = None;
            }
            state.queue.remove(at);
        }
        Tried::Later { due, reason } => {
            if let Some(route) = &mut route {
                route.last_error = Some(reason.clone());
            }
            if let Some(queued) = state.queue.get_mut(at) {
                queued.attempts = queued.attempts.saturating_add(1);
                queued.due = *due;
            }
        }
        Tried::GivenUp { reason } => {
            if let Some(route) = &mut route {
                route.last_error = Some(reason.clone());
            }
            let queued = state.queue.remove(at);
            tell_others(state, &queued, reason, now);
        }
    }
}

/// A message that was given up is an alert of its own, for those who can be reached.
fn tell_others(state: &mut State, given_up: &Queued, reason: &str, now: Timestamp) {
    if given_up.record.alert.code == AlertCode::AlertNotDelivered.name() {
        return;
    }
    let alert = Alert::new(AlertCode::AlertNotDelivered)
        .with("route", &given_up.route)
        .with("reason", reason)
        .about(&given_up.route);
    let record = Record::new(alert, now);
    let others: Vec<String> = state
        .routes
        .iter()
        .filter(|route| route.enabled && route.name != given_up.route)
        .map(|route| route.name.clone())
        .collect();
    state.enqueue(others, Happened::Raised, &record, now);
}

#[cfg(test)]
mod tests {
    use licensing_api::alert::{AlertLevel, AlertRouteKind};

    use super::super::state::MOST_QUEUED;
    use super::super::state::Route;
    use super::*;

    fn route(name: &str) -> Route {
        Route {
            name: name.to_owned(),
            kind: AlertRouteKind::Mail,
            address: "ops@example.net".to_owned(),
            level: AlertLevel::Alert,
            enabled: true,
            silenced_codes: Vec::new(),
            silenced_features: Vec::new(),
            locale: "en".to_owned(),
            secret: None,
            cert_hash: None,
            delivered: None,
            last_error: None,
        }
    }

    #[test]
    fn messages_about_what_was_given_up_are_bounded_too() {
        let now = Timestamp::UNIX_EPOCH;
        let alert = Alert::new(AlertCode::StartupLicenseOnly);
        let record = Record {
            first_seen: now,
            last_seen: now,
            step: 0,
            level: alert.level,
            acknowledged: None,
            alert,
        };
        let queued = |id| Queued {
            id,
            route: "one".to_owned(),
            happened: Happened::Raised,
            record: record.clone(),
            attempts: 0,
            due: now,
        };
        let mut state = State {
            routes: ["one", "two", "three", "four"].map(route).to_vec(),
            queue: (1..).map(queued).take(MOST_QUEUED).collect(),
            ..State::default()
        };
        let reason = "nobody is there".to_owned();
        note(&mut state, 1, &Tried::GivenUp { reason }, now);
        assert_eq!(state.queue.len(), MOST_QUEUED);
        let last = state.queue.last().map(|queued| queued.record.alert.code.as_str());
        assert_eq!(last, Some(AlertCode::AlertNotDelivered.name()));
    }
}
