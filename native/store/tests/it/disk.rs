//! Disks that are full, and disks that fail.

use std::sync::Arc;
use std::time::Duration;

use licensing_api::ErrorCode;
use licensing_seats::seat::{Decision, SeatRules};
use licensing_store::{ServiceState, StoreError, SystemClock};

use crate::support::{TestClock, granted, options, pools, request, start};

#[tokio::test]
async fn a_full_disk_refuses_changes_and_loses_nothing_and_serves_again_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let mut limited = options(&path, pools("CAD", 10_000), clock.clone());
    limited.max_database_bytes = Some(160 * 1024);
    let service = licensing_store::SeatService::start(limited).unwrap();
    let mut held = Vec::new();
    let error = loop {
        match service.checkout(request("CAD", held.len() as u64)).await {
            Ok(decision) => held.push(granted(decision)),
            Err(error) => break error,
        }
    };
    assert!(held.len() > 50);
    assert_eq!(error.code(), ErrorCode::StorageUnavailable);
    assert!(error.problem().detail.contains("ACME.db"));
    let status = service.status();
    assert!(matches!(status.state, ServiceState::Degraded { .. }));
    assert_eq!(status.alerts[0].code, "StorageUnavailable");
    assert_eq!(status.leases, held.len());
    // Who holds a seat keeps it, and nothing changes.
    let ids: Vec<_> = held.iter().map(|lease| lease.id).collect();
    assert!(service.heartbeat(&ids).is_empty());
    assert_eq!(
        service.checkin(ids[0]).await.unwrap_err().code(),
        ErrorCode::StorageUnavailable
    );
    assert!(service.heartbeat(&ids).is_empty());
    assert_eq!(
        service
            .replace_pools(pools("CAD", 1), SeatRules::default())
            .await
            .unwrap_err()
            .code(),
        ErrorCode::StorageUnavailable
    );
    // Also not by time.
    clock.pass(Duration::from_secs(3600));
    assert!(service.heartbeat(&ids).is_empty());
    let mut state = service.watch();
    service.set_max_database_bytes(None).await.unwrap();
    state
        .wait_for(|state| *state == ServiceState::Serving)
        .await
        .unwrap();
    assert!(service.status().alerts.is_empty());
    assert_eq!(service.status().leases, held.len());
    assert!(service.checkin(ids[0]).await.unwrap());
    granted(service.checkout(request("CAD", 77_777)).await.unwrap());
    service.shutdown().await.unwrap();
    drop(service);
    let service = start(&path, pools("CAD", 10_000), clock);
    assert_eq!(service.heartbeat(&ids), [0]);
    let report = service.verify_audit().await.unwrap();
    assert_eq!((report.opened, report.closed), (held.len() as u64 + 1, 1));
    service.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_disk_that_is_full_at_the_start_still_shows_and_keeps_what_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let service = start(&path, pools("CAD", 10_000), clock.clone());
    let mut ids = Vec::new();
    for number in 0..300 {
        ids.push(granted(service.checkout(request("CAD", number)).await.unwrap()).id);
    }
    service.shutdown().await.unwrap();
    drop(service);
    let mut limited = options(&path, pools("CAD", 10_000), clock);
    limited.max_database_bytes = Some(4096);
    let service = licensing_store::SeatService::start(limited).unwrap();
    assert!(service.heartbeat(&ids).is_empty());
    let mut more = 0;
    // What room is left in the last page is used before the file would have to grow.
    while service.checkout(request("CAD", 1_000 + more)).await.is_ok() {
        more += 1;
        assert!(more < 100);
    }
    assert!(matches!(service.status().state, ServiceState::Degraded { .. }));
    service.set_max_database_bytes(None).await.unwrap();
    service
        .watch()
        .wait_for(|state| *state == ServiceState::Serving)
        .await
        .unwrap();
    assert!(
        matches!(service.checkout(request("CAD", 5)).await.unwrap(), Decision::Repeated(l) if l.id == ids[5])
    );
    service.shutdown().await.unwrap();
}

/// A write that fails for another reason than space: the service ends, and the next one finds all that was acknowledged.
#[cfg(unix)]
#[tokio::test]
async fn a_failed_write_ends_the_service_and_loses_nothing() {
    use std::io::{BufRead, BufReader};
    use std::process::Command;

    use crate::kill::{Answered, child};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let template = child("kill::serve_until_the_end", &path, 1 << 32);
    // The shell limits the size of files to 1 MiB (in blocks of 512 bytes) and leaves the signal for it ignored, so
    // that the write itself fails.
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 2048; exec \"$0\" \"$@\""])
        .arg(template.get_program())
        .args(template.get_args())
        .envs(
            template
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdout(std::process::Stdio::piped());
    let mut process = limited.spawn().unwrap();
    let mut answered = Answered::default();
    let mut ended = String::new();
    for line in BufReader::new(process.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        answered.line(&line);
        if let Some(code) = line.strip_prefix("ended ") {
            ended = code.to_owned();
        }
    }
    process.wait().unwrap();
    assert_eq!(ended, "StorageUnavailable");
    let service = start(&path, pools("CAD", 60), Arc::new(SystemClock::new()));
    answered.compare(&service).await;
    service.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_folder_that_is_missing_and_a_file_of_another_vendor_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let missing = folder.path().join("none").join("ACME.db");
    let error =
        licensing_store::SeatService::start(options(&missing, pools("CAD", 1), clock.clone())).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    let path = folder.path().join("ACME.db");
    start(&path, pools("CAD", 1), clock.clone())
        .shutdown()
        .await
        .unwrap();
    let mut other = options(&path, pools("CAD", 1), clock);
    other.vendor = "OTHER".to_owned();
    let error = licensing_store::SeatService::start(other).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error:?}");
}
