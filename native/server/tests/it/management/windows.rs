//! Which hours an upload covers.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use licensing_management::usage::Hour;

use super::{Server, fixture, fixture_on, open};

#[tokio::test]
async fn windows_of_uploads_follow_each_other() {
    let fixture = fixture(0, 1).await;
    let hour = || Hour::of(Timestamp::now()).start();
    let earliest = hour();
    fixture.service.upload(true).await.unwrap();
    let latest = hour();
    fixture.service.upload(true).await.unwrap();
    let stored = fixture.receiver.stored();
    // An hour may begin meanwhile.
    assert!([earliest, latest].contains(&stored[0].body().window_stop));
    assert_eq!(stored[1].body().window_start, stored[0].body().window_stop);
}

#[tokio::test]
async fn windows_go_by_the_clock_that_use_is_recorded_by() {
    let source = Arc::new(Server::default());
    let fixture = fixture_on(Arc::clone(&source), 1).await;
    let behind = SignedDuration::from_hours(48);
    let hour = || Hour::of(Timestamp::now() + behind).start();
    let earliest = hour();
    // Somebody has set the wall clock back; the trusted one has gone on.
    *source.clock_jump.lock() = -behind.as_secs();
    fixture.service.upload(true).await.unwrap();
    let latest = hour();
    // Now the wall clock is ahead: no hours are taken that are still to come.
    *source.clock_jump.lock() = behind.as_secs();
    fixture.service.upload(true).await.unwrap();
    let stored = fixture.receiver.stored();
    let stop = stored[0].body().window_stop;
    assert!((earliest..=latest).contains(&stop), "{stop}");
    assert_eq!(
        (stored[1].body().window_start, stored[1].body().window_stop),
        (stop, stop)
    );
}

#[tokio::test]
async fn a_data_folder_that_was_made_before_the_clock_was_set_makes_uploads() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path(), 0, 1).await);
    let file = folder.path().join("management/state.json");
    let mut state: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    state["installed"] = "1970-01-01T00:00:00Z".into();
    std::fs::write(&file, state.to_string()).unwrap();
    let service = open(folder.path(), 0, 1).await;
    assert_eq!(service.export(None).await.unwrap().uploads, 1);
}
