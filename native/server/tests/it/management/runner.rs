//! When uploads are made, on a clock that the test moves: days pass in an instant.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use licensing_management::exchange::{
    Outcome, Receipt, RegistrationAnswer, RegistrationRequest, UploadResult,
};
use licensing_management::key::{DocumentSignature, ManagementKey, RegistrationCode};
use licensing_management::upload::SealedUpload;
use licensing_server::management::{
    ManagementFolder, ManagementService, Pace, SendError, ServiceSettings, ServiceSetup, Target, Transport,
};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Server;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// First upload after a start.
const FIRST: Duration = Duration::from_secs(5 * 60);
/// What a timer may be late by.
const LATE: Duration = Duration::from_secs(1);

/// A receiver without a network, which notes when it is asked.
struct Noted {
    key: ManagementKey,
    code: RegistrationCode,
    begun: Instant,
    asked: Mutex<Vec<(Duration, u64)>>,
    /// What it answers next; it works when there is nothing more.
    faults: Mutex<Vec<SendError>>,
    told: Notify,
}

impl Noted {
    fn new(mut faults: Vec<SendError>) -> Arc<Self> {
        faults.reverse();
        Arc::new(Self {
            key: ManagementKey::from_seed(&[9; 32].into()),
            code: RegistrationCode::from_random(&[5; 25].into()),
            begun: Instant::now(),
            asked: Mutex::default(),
            faults: Mutex::new(faults),
            told: Notify::new(),
        })
    }

    /// When it was asked for the first upload of each call, in order, once there are as many.
    async fn asked(&self, count: usize) -> Vec<(Duration, u64)> {
        loop {
            let told = self.told.notified();
            let asked = self.asked.lock().clone();
            if asked.len() >= count {
                return asked;
            }
            told.await;
        }
    }
}

struct Way(Arc<Noted>);

impl Transport for Way {
    fn upload<'a>(
        &'a self,
        _: &'a Target,
        upload: &'a SealedUpload,
        _: DocumentSignature,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        let noted = &self.0;
        let sequence = upload.body().sequence;
        noted.asked.lock().push((noted.begun.elapsed(), sequence));
        noted.told.notify_one();
        let answer = match noted.faults.lock().pop() {
            Some(fault) => Err(fault),
            None => {
                let mut receipt = Receipt::draft(upload.body().server.guid, Timestamp::now(), &noted.key);
                receipt.results.push(UploadResult {
                    upload_id: upload.body().upload_id,
                    integrity: upload.integrity().to_owned(),
                    outcome: Outcome::Stored,
                    code: None,
                    detail: None,
                });
                Ok(receipt.sign(&noted.key).unwrap())
            }
        };
        async move { answer }.boxed()
    }

    fn register<'a>(
        &'a self,
        _: &'a Target,
        request: &'a RegistrationRequest,
    ) -> BoxFuture<'a, Result<RegistrationAnswer, SendError>> {
        let noted = &self.0;
        let answer =
            RegistrationAnswer::new(request.server_guid, "Acme", &noted.key, &noted.code.secret()).unwrap();
        async move { Ok(answer) }.boxed()
    }
}

fn unavailable(retry_after: Option<Duration>) -> SendError {
    SendError::Unavailable {
        reason: "the receiver is away".to_owned(),
        retry_after,
    }
}

async fn open(folder: &std::path::Path, noted: &Arc<Noted>) -> ManagementService {
    ManagementService::open(ServiceSetup {
        folder: ManagementFolder::new(folder.join("management")),
        source: Arc::new(Server::default()),
        transport: Arc::new(Way(Arc::clone(noted))),
        pace: Pace(1),
    })
    .await
    .unwrap()
}

/// A service that is registered and runs, and what ends it.
async fn running(folder: &std::path::Path, noted: &Arc<Noted>) -> (ManagementService, CancellationToken) {
    let service = open(folder, noted).await;
    service
        .configure(ServiceSettings {
            destination: Some("https://insight.example.com".to_owned()),
            ..ServiceSettings::default()
        })
        .await
        .unwrap();
    service.register(noted.code.reveal()).await.unwrap();
    let stopping = CancellationToken::new();
    tokio::spawn(service.clone().run(stopping.clone()));
    (service, stopping)
}

fn assert_at(asked: &[(Duration, u64)], expected: &[(Duration, u64)]) {
    assert_eq!(asked.len(), expected.len(), "{asked:?}");
    for (&(at, sequence), &(due, number)) in asked.iter().zip(expected) {
        assert_eq!(sequence, number, "{asked:?}");
        assert!(at >= due && at <= due + LATE, "{at:?} instead of {due:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_upload_is_five_minutes_after_the_start_and_then_there_is_one_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let noted = Noted::new(Vec::new());
    let (service, stopping) = running(folder.path(), &noted).await;
    let expected: Vec<_> = (0..4)
        .map(|day| (FIRST + DAY * day, u64::from(day) + 1))
        .collect();
    assert_at(&noted.asked(4).await, &expected);
    // Switched off, days pass without an upload; on again it is as after a start.
    let settings = service.settings();
    service
        .configure(ServiceSettings {
            enabled: false,
            ..settings.clone()
        })
        .await
        .unwrap();
    tokio::time::sleep(DAY * 3).await;
    assert_eq!(noted.asked(4).await.len(), 4);
    let on = noted.begun.elapsed();
    service.configure(settings).await.unwrap();
    let asked = noted.asked(5).await;
    assert_at(&asked[4..], &[(on + FIRST, 5)]);
    stopping.cancel();
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_tried_again_a_day_later_or_when_the_receiver_wants_it() {
    let folder = tempfile::tempdir().unwrap();
    let noted = Noted::new(vec![
        unavailable(None),
        unavailable(Some(HOUR)),
        unavailable(Some(HOUR * 30)),
    ]);
    let (_, stopping) = running(folder.path(), &noted).await;
    let asked = noted.asked(7).await;
    // An hour is earlier than a day and counts for nothing; thirty hours are later.
    let third = FIRST + DAY * 2;
    let fourth = third + HOUR * 30;
    assert_at(
        &asked[..7],
        &[
            (FIRST, 1),
            (FIRST + DAY, 1),
            (third, 1),
            (fourth, 1),
            (fourth, 2),
            (fourth, 3),
            (fourth, 4),
        ],
    );
    stopping.cancel();
}

#[tokio::test(start_paused = true)]
async fn a_restart_uploads_after_five_minutes_and_goes_on_with_the_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let noted = Noted::new(Vec::new());
    let (service, stopping) = running(folder.path(), &noted).await;
    noted.asked(2).await;
    stopping.cancel();
    drop(service);
    tokio::time::sleep(HOUR).await;
    let again = noted.begun.elapsed();
    let (service, stopping) = (open(folder.path(), &noted).await, CancellationToken::new());
    tokio::spawn(service.run(stopping.clone()));
    let asked = noted.asked(4).await;
    assert_at(&asked[2..], &[(again + FIRST, 3), (again + FIRST + DAY, 4)]);
    stopping.cancel();
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_alone_is_refused_is_set_aside_and_the_next_ones_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let refused = || SendError::DocumentRefused("MalformedDocument: it cannot be read".to_owned());
    let noted = Noted::new(vec![refused(), refused()]);
    let (service, stopping) = running(folder.path(), &noted).await;
    // On the first day there is nothing behind it: it waits, since the fault may be the receiver's.
    tokio::time::sleep(FIRST + HOUR).await;
    assert_eq!(service.status().waiting, 1);
    let expected = [
        (FIRST, 1),
        (FIRST + DAY, 1),
        (FIRST + DAY, 2),
        (FIRST + DAY * 2, 3),
    ];
    assert_at(&noted.asked(4).await, &expected);
    let reason = |service: &ManagementService| {
        let alerts = service.alerts();
        let alert = alerts.iter().find(|alert| alert.code == "UploadRefused");
        alert.map(|alert| alert.detail.clone())
    };
    assert!(reason(&service).unwrap().contains("upload 1: MalformedDocument"));
    stopping.cancel();
    drop(service);
    // It stays over a restart, until somebody has dealt with it.
    let kept: Vec<_> = std::fs::read_dir(folder.path().join("management/refused"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(kept.len(), 1);
    let again = open(folder.path(), &noted).await;
    assert!(reason(&again).is_some());
    drop(again);
    std::fs::remove_file(&kept[0]).unwrap();
    assert_eq!(reason(&open(folder.path(), &noted).await), None);
}
