//! An alert of a running server, by mail to a real mail server.

use std::path::Path;
use std::time::Duration;

use licensing_api::alert::{AlertLevel, NewAlertRoute, TestAlertRoute};
use licensing_api::configuration::SetConfiguration;
use licensing_api::operation::op;
use licensing_testbed::{Mail, SmtpServer};

use crate::full_circle::{LOOPBACK, administrator};
use crate::support::{acme, builder, check_in, check_out, daemon, start};

/// Far longer than a delivery takes: only a hang reaches it.
const HANG: Duration = Duration::from_secs(60);

/// The next mail.
async fn next(mut server: SmtpServer) -> (Mail, SmtpServer) {
    let mail = tokio::task::spawn_blocking(move || server.mail().map(|mail| (mail, server)));
    tokio::time::timeout(HANG, mail).await.unwrap().unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_mailed_once_and_once_more_when_it_is_over() {
    let started = SmtpServer::start(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap();
    let Some(mails) = started else {
        eprintln!("SKIPPED: there is no aiosmtpd, and it cannot be installed; mail is not tested");
        return;
    };
    let server = start(builder().license("acme.lic", &acme(1))).await;
    let admin = administrator(&server, LOOPBACK);
    let settings = [
        "mail.server=127.0.0.1".to_owned(),
        format!("mail.port={}", mails.port()),
        "mail.security=none".to_owned(),
        "mail.sender=licensing@example.com".to_owned(),
        "alerts.interval_seconds=1".to_owned(),
        "alerts.calm_seconds=0".to_owned(),
    ];
    let change = SetConfiguration {
        settings: settings.to_vec(),
    };
    let change = admin.call::<op::SetConfiguration>(&change).await.unwrap();
    assert_eq!((change.applied.len(), change.waiting.len()), (6, 0), "{change:?}");
    let route = NewAlertRoute {
        name: "operations".to_owned(),
        address: "ops@example.com".to_owned(),
        level: Some(AlertLevel::Alarm),
        enabled: None,
        silenced_codes: Vec::new(),
        silenced_features: Vec::new(),
        locale: Some("de".to_owned()),
        secret: None,
        cert_hash: None,
    };
    admin.call::<op::NewAlertRoute>(&route).await.unwrap();
    let test = TestAlertRoute {
        name: "operations".to_owned(),
    };
    let tested = admin.call::<op::TestAlertRoute>(&test).await.unwrap();
    assert!(tested.delivered, "{}", tested.reason);
    let (mail, mails) = next(mails).await;
    assert!(mail.text.contains("Test eines Weges"), "{mail:?}");

    let mut client = daemon(&server).await;
    let lease = check_out(&mut client, 1).await.unwrap();
    let (mail, mails) = next(mails).await;
    assert_eq!(mail.to, ["ops@example.com"]);
    assert!(mail.subject.starts_with("[Alarm] "), "{mail:?}");
    assert!(mail.text.contains("1 von 1 Plätzen sind vergeben"), "{mail:?}");
    check_in(&mut client, &lease).await;
    // The next one is that it is over: nothing was told twice meanwhile.
    let (mail, _mails) = next(mails).await;
    assert!(mail.subject.contains("Vorbei"), "{mail:?}");
    server.stop().unwrap();
}
