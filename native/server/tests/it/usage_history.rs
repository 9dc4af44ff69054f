//! The history of use and the audit as administrators get them, over a kill of the whole server.

use licensing_api::audit::{GetAudit, TestAudit};
use licensing_api::history::{
    ExportUsageReport, GetForecast, GetUsageHistory, GetUsageSampling, HistoryStep, ReportFormat,
    UsageHistoryRow,
};
use licensing_api::operation::op;
use licensing_api::patterns::Patterns;
use licensing_client::AdminClient;

use crate::full_circle::{LOOPBACK, administrator};
use crate::support::{VENDOR, check_out, daemon, server_with};

async fn history(admin: &AdminClient, per_user: bool) -> Vec<UsageHistoryRow> {
    let request = GetUsageHistory {
        last_seconds: Some(3600),
        by: Some(HistoryStep::Month),
        per_user,
        ..GetUsageHistory::default()
    };
    let rows = admin.call::<op::GetUsageHistory>(&request).await.unwrap();
    assert_eq!(rows.problems, []);
    rows.items
}

async fn peak(admin: &AdminClient) -> (u32, u64) {
    // At the turn of a month there are two rows.
    let rows = history(admin, false).await;
    assert!(
        rows.iter()
            .all(|row| row.feature == "cad" && row.installed == Some(2))
    );
    (
        rows.iter().map(|row| row.peak).max().unwrap(),
        rows.iter().map(|row| row.denials).sum(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn peaks_denials_and_audit_are_there_after_a_kill() {
    let mut server = server_with(2).await;
    let mut product = daemon(&server).await;
    check_out(&mut product, 1).await.unwrap();
    check_out(&mut product, 2).await.unwrap();
    check_out(&mut product, 3).await.unwrap_err();
    let admin = administrator(&server, LOOPBACK);
    // The denial is written with the next tick of the daemon, which the audit waits for.
    let denied = GetAudit {
        event: Patterns::from("Denied".to_owned()),
        ..GetAudit::default()
    };
    let denied = admin.call::<op::GetAudit>(&denied).await.unwrap().items;
    assert_eq!(denied.len(), 1);
    assert_eq!(
        (denied[0].user.as_str(), denied[0].vendor.as_str()),
        ("user3", VENDOR)
    );
    assert_eq!(peak(&admin).await, (2, 1));
    let users = history(&admin, true).await;
    let of = |user: &str| users.iter().find(|row| row.user == user).unwrap();
    assert_eq!((of("user1").peak, of("user1").checkouts), (1, Some(1)));
    assert_eq!((of("user3").peak, of("user3").denials), (0, 1));

    server.kill().unwrap();
    server.start_again().unwrap();
    let admin = administrator(&server, LOOPBACK);
    assert_eq!(peak(&admin).await, (2, 1));
    let sampling = admin
        .call::<op::GetUsageSampling>(&GetUsageSampling {})
        .await
        .unwrap();
    assert_eq!(
        (sampling.polling_interval, sampling.retention_period),
        (Some(15), 180)
    );
    assert!(sampling.latest_sample_time.is_some());
    let forecasts = admin
        .call::<op::GetForecast>(&GetForecast::default())
        .await
        .unwrap();
    assert_eq!(forecasts.items.len(), 1);
    let report = ExportUsageReport {
        format: Some(ReportFormat::Html),
        ..ExportUsageReport::default()
    };
    let report = admin.call::<op::ExportUsageReport>(&report).await.unwrap();
    assert_eq!((report.features, report.missing.len()), (1, 0));
    assert!(report.content.contains("<svg "));
    let checks = admin
        .call::<op::TestAudit>(&TestAudit::default())
        .await
        .unwrap()
        .items;
    assert!(checks.iter().all(|check| check.whole), "{checks:?}");
    let vendors: Vec<&str> = checks.iter().map(|check| check.vendor.as_str()).collect();
    assert_eq!(vendors, [VENDOR, "server"]);
    server.stop().unwrap();
}
