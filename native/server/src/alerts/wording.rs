//! Alerts in the language of whoever reads them.

use licensing_api::alert::{ActiveAlert, Alert};
use licensing_delivery::Message;
use licensing_management::alert::{Happened, Record};
use licensing_texts::catalog::{AlertTexts, Locale, Phrase};
use serde::Serialize;

/// An alert that nobody has seen before now.
pub(super) fn fresh(alert: Alert, now: jiff::Timestamp, locale: Locale) -> ActiveAlert {
    let texts = AlertTexts::of(&alert, locale);
    ActiveAlert {
        title: texts.title,
        detail: texts.detail,
        action: texts.action,
        code: alert.code,
        level: alert.level,
        subject: alert.subject,
        feature: alert.feature,
        since: alert.since,
        last_seen: now,
        acknowledged_by: None,
        acknowledged: None,
    }
}

/// An alert as it is kept.
pub(super) fn active(record: &Record, locale: Locale) -> ActiveAlert {
    let mut active = fresh(record.alert.clone(), record.last_seen, locale);
    active.since = Some(record.first_seen);
    if let Some((account, at)) = &record.acknowledged {
        active.acknowledged_by = Some(account.clone());
        active.acknowledged = Some(*at);
    }
    active
}

/// Body of a webhook.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    event: Happened,
    server: &'a str,
    alert: ActiveAlert,
}

/// A message about an alert in both of its forms.
pub(super) fn message(
    id: i64,
    server: &str,
    happened: Happened,
    record: &Record,
    locale: Locale,
) -> anyhow::Result<Message> {
    let alert = active(record, locale);
    let event = locale.phrase(match happened {
        Happened::Raised => Phrase::AlertRaised,
        Happened::Worsened => Phrase::AlertWorsened,
        Happened::Over => Phrase::AlertOver,
    });
    let field = |phrase: Phrase, value: &str| format!("{}: {value}", locale.phrase(phrase));
    let mut lines = vec![
        format!("{} ({event})", alert.title),
        String::new(),
        alert.detail.clone(),
    ];
    if happened != Happened::Over {
        lines.push(alert.action.clone());
    }
    lines.push(String::new());
    lines.push(field(Phrase::AlertServer, server));
    lines.push(field(Phrase::AlertLevel, &format!("{:?}", alert.level)));
    lines.push(field(Phrase::AlertCode, &alert.code));
    if let Some(since) = alert.since {
        lines.push(field(Phrase::AlertSince, &since.to_string()));
    }
    lines.push(String::new());
    Ok(Message {
        id: format!("alert-{id}"),
        subject: format!("[{:?}] {server}: {event}: {}", alert.level, alert.title),
        text: lines.join("\r\n"),
        body: serde_json::to_string(&Body {
            event: happened,
            server,
            alert,
        })?,
    })
}
