//! The license management service against receivers that fail in every way.

mod receiver;
mod runner;
mod windows;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use licensing_api::management::{ManagementStatus, UploadState};
use licensing_api::{ErrorCode, Problem};
use licensing_management::compliance::{Finding, FindingKind, FindingRecord};
use licensing_management::exchange::{Bundle, Outcome, RegistrationAnswer};
use licensing_management::key::RegistrationCode;
use licensing_management::upload::{InstalledLicense, SealedUpload};
use licensing_server::management::{
    Contents, Https, MAX_WAITING, ManagementFolder, ManagementService, Pace, ServiceSettings, ServiceSetup,
    Source, Wanted,
};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use receiver::{Fault, Receiver};

/// Time for an answer: far more than one takes, and no more than a silent receiver may cost.
const LIMIT: Duration = Duration::from_secs(10);

/// What keeps an upload from the receiver, or its answer from the server.
const UNAVAILABLE: [Fault; 9] = [
    Fault::Refuse,
    Fault::NoTls,
    Fault::Status(500),
    Fault::Status(503),
    Fault::RetryAfter(3600),
    Fault::Silent,
    Fault::CutRequest,
    Fault::CutAnswer,
    Fault::StoreAndLose,
];

/// One license, and as many bytes of use as a test wants.
#[derive(Default)]
struct Server {
    padding: usize,
    forbidden: Mutex<bool>,
    /// How many seconds the wall clock is ahead of the trusted one.
    clock_jump: Mutex<i64>,
}

impl Source for Server {
    fn read(&self, _: Wanted) -> BoxFuture<'_, Result<Contents, Problem>> {
        let license = InstalledLicense {
            serial_number: Some("ACME-0001".to_owned()),
            vendor: "ACME".to_owned(),
            feature: "CAD".to_owned(),
            version: "2027.1231".parse().unwrap(),
            sa_date: Some("2027-12-31".parse().unwrap()),
            count: Some(5),
            overdraft: 0,
            expires: None,
            license_type: Some("x".repeat(200)),
            serving: true,
        };
        let contents = Contents {
            hardware_id: "0123456789abcdef".to_owned(),
            host_name: "lic.example.com".to_owned(),
            licenses: vec![license; 1 + self.padding],
            clock_jump_seconds: *self.clock_jump.lock(),
            ..Contents::default()
        };
        async move { Ok(contents) }.boxed()
    }

    fn host_name(&self) -> String {
        "lic.example.com".to_owned()
    }

    fn is_forbidden(&self) -> bool {
        *self.forbidden.lock()
    }
}

struct Fixture {
    folder: tempfile::TempDir,
    receiver: Receiver,
    service: ManagementService,
}

impl Fixture {
    fn has_alert(&self, code: &str) -> bool {
        self.service.alerts().iter().any(|alert| alert.code == code)
    }
}

async fn open(folder: &std::path::Path, padding: usize, pace: u32) -> ManagementService {
    let source = Server {
        padding,
        ..Server::default()
    };
    open_on(folder, Arc::new(source), pace).await
}

async fn open_on(folder: &std::path::Path, source: Arc<Server>, pace: u32) -> ManagementService {
    ManagementService::open(ServiceSetup {
        folder: ManagementFolder::new(folder.join("management")),
        source,
        transport: Arc::new(Https { limit: LIMIT }),
        pace: Pace(pace),
    })
    .await
    .unwrap()
}

/// A service that is registered at a receiver.
async fn fixture(padding: usize, pace: u32) -> Fixture {
    let source = Server {
        padding,
        ..Server::default()
    };
    fixture_on(Arc::new(source), pace).await
}

async fn fixture_on(source: Arc<Server>, pace: u32) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let service = open_on(folder.path(), source, pace).await;
    service.configure(receiver.settings()).await.unwrap();
    service.register(receiver.code().reveal()).await.unwrap();
    Fixture {
        folder,
        receiver,
        service,
    }
}

#[tokio::test]
async fn a_new_server_has_no_destination_and_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let service = open(folder.path(), 0, 1).await;
    let status = service.status();
    assert_eq!(
        (status.status, status.enabled),
        (ManagementStatus::NoDestination, true)
    );
    assert_eq!(status.next_upload, None);
    let refused = service.upload(true).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ManagementServiceOff);
    assert!(service.alerts().is_empty());
    // What would be sent can be seen all the same, and looking makes nothing.
    let preview = service.uploads(None).await.unwrap();
    assert_eq!(preview.len(), 1);
    assert_eq!((preview[0].state, preview[0].sequence), (UploadState::Preview, 1));
    assert!(preview[0].document.contains("ACME-0001"));
    // The GUID is made once.
    drop(service);
    assert_eq!(
        open(folder.path(), 0, 1).await.status().server_guid,
        status.server_guid
    );
}

#[tokio::test]
async fn an_upload_travels_byte_for_byte_as_shown_and_is_settled_by_its_receipt() {
    let fixture = fixture(0, 1).await;
    let outcome = fixture.service.upload(true).await.unwrap();
    assert!(outcome.succeeded);
    assert_eq!((outcome.delivered, outcome.waiting), (1, 0));
    let stored = fixture.receiver.stored();
    let shown = fixture
        .service
        .uploads(Some(UploadState::Delivered))
        .await
        .unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].document.as_bytes(), stored[0].bytes());
    let status = fixture.service.status();
    assert_eq!(status.status, ManagementStatus::Waiting);
    assert_eq!(status.organization.as_deref(), Some("Acme"));
    assert_eq!(status.last_result.as_deref(), Some("Succeeded"));
    assert!(status.next_upload.unwrap() > Timestamp::now());
}

#[tokio::test]
async fn every_fault_is_told_and_the_upload_arrives_exactly_once_in_the_end() {
    let fixture = fixture(0, 1).await;
    let code = |fault| {
        let (receiver, service) = (&fixture.receiver, &fixture.service);
        async move {
            receiver.fail(fault);
            service.upload(true).await.unwrap_err()
        }
    };
    for fault in UNAVAILABLE {
        let problem = code(fault).await;
        assert_eq!(
            problem.code,
            ErrorCode::ReceiverUnavailable,
            "{fault:?}: {}",
            problem.detail
        );
        assert_eq!(fixture.service.status().status, ManagementStatus::Failed);
    }
    let problem = code(Fault::WrongReceipt).await;
    assert_eq!(problem.code, ErrorCode::ReceiverRefused, "{}", problem.detail);
    assert!(fixture.has_alert("UploadRefused"));
    let problem = code(Fault::Unknown).await;
    assert_eq!(problem.code, ErrorCode::RegistrationMissing, "{}", problem.detail);
    assert_eq!(fixture.service.status().status, ManagementStatus::NotRegistered);
    assert!(fixture.has_alert("UploadRegistrationMissing"));
    fixture.receiver.work();
    let outcome = fixture.service.upload(true).await.unwrap();
    assert_eq!(outcome.waiting, 0);
    assert!(fixture.service.alerts().is_empty());
    let stored = fixture.receiver.stored();
    let numbers: Vec<u64> = stored.iter().map(|upload| upload.body().sequence).collect();
    // Each try made an upload; all of them arrived once, in order.
    assert_eq!(numbers, (1..=12).collect::<Vec<u64>>());
    for two in stored.windows(2) {
        assert_eq!(two[1].body().previous.as_deref(), Some(two[0].integrity()));
        assert_eq!(two[1].body().window_start, two[0].body().window_stop);
    }
}

#[tokio::test]
async fn the_schedule_goes_on_by_itself_through_every_fault() {
    // A day is a tenth of a second.
    let fixture = fixture(0, 864_000).await;
    let stopping = CancellationToken::new();
    let running = tokio::spawn(fixture.service.clone().run(stopping.clone()));
    let hang = tokio::time::Instant::now() + Duration::from_secs(240);
    let pause = async |what: &str| {
        assert!(tokio::time::Instant::now() < hang, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let last = || fixture.service.status().last_upload;
    for fault in UNAVAILABLE
        .into_iter()
        .chain([Fault::WrongReceipt, Fault::Unknown])
    {
        fixture.receiver.fail(fault);
        // The first one that ends may have begun before.
        for _ in 0..2 {
            let before = last();
            while last() == before {
                pause(&format!("{fault:?}")).await;
            }
        }
        let result = fixture.service.status().last_result.unwrap();
        assert!(result.starts_with("Failed"), "{fault:?}: {result}");
    }
    fixture.receiver.work();
    while fixture.service.status().last_result.as_deref() != Some("Succeeded") {
        pause("nothing succeeds").await;
    }
    stopping.cancel();
    running.await.unwrap();
    let stored = fixture.receiver.stored();
    let numbers: Vec<u64> = stored.iter().map(|upload| upload.body().sequence).collect();
    assert_eq!(numbers, (1..=stored.len() as u64).collect::<Vec<u64>>());
    assert!(stored.len() > 10);
}

#[tokio::test]
async fn switching_off_or_another_destination_ends_a_registration_that_is_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let service = open(folder.path(), 0, 1).await;
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    let off = ServiceSettings {
        enabled: false,
        ..receiver.settings()
    };
    receiver.fail(Fault::Silent);
    for (settings, code, detail) in [
        (off, ErrorCode::ManagementServiceOff, "switched off"),
        (
            other.settings(),
            ErrorCode::ReceiverUnavailable,
            "Another destination",
        ),
    ] {
        service.configure(receiver.settings()).await.unwrap();
        let before = receiver.bytes();
        let (registering, secret) = (service.clone(), receiver.code());
        let registration = tokio::spawn(async move { registering.register(secret.reveal()).await });
        while receiver.bytes() == before {
            tokio::task::yield_now().await;
        }
        service.configure(settings).await.unwrap();
        let problem = registration.await.unwrap().unwrap_err();
        assert_eq!(problem.code, code);
        assert!(problem.detail.contains(detail), "{}", problem.detail);
        assert_eq!(service.status().organization, None);
    }
    service.register(other.code().reveal()).await.unwrap();
    assert_eq!(service.status().organization.as_deref(), Some("Acme"));
}

#[tokio::test]
async fn a_receiver_with_another_certificate_gets_nothing() {
    let fixture = fixture(0, 1).await;
    let before = fixture.receiver.bytes();
    let mut settings = fixture.service.settings();
    settings.cert_hash = Some("00".repeat(32));
    fixture.service.configure(settings).await.unwrap();
    let problem = fixture.service.upload(true).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::ReceiverUnavailable);
    assert!(problem.detail.contains("TLS"), "{}", problem.detail);
    assert_eq!(fixture.receiver.bytes(), before);
}

#[tokio::test]
async fn switching_off_ends_an_upload_that_is_under_way_and_nothing_leaves_afterwards() {
    // Some megabytes, which a receiver that does not read cannot have taken.
    let fixture = fixture(10_000, 1).await;
    fixture.receiver.fail(Fault::Stall);
    let service = fixture.service.clone();
    let upload = tokio::spawn(async move { service.upload(true).await });
    fixture.receiver.stalled().await;
    assert_eq!(fixture.service.status().status, ManagementStatus::Uploading);
    let settings = ServiceSettings {
        enabled: false,
        ..fixture.service.settings()
    };
    fixture.service.configure(settings).await.unwrap();
    assert_eq!(
        upload.await.unwrap().unwrap_err().code,
        ErrorCode::ManagementServiceOff
    );
    assert_eq!(fixture.service.status().status, ManagementStatus::Disabled);
    // The receiver reads on and finds what had left before: the rest, most of the upload, was discarded.
    let whole = fixture.service.uploads(Some(UploadState::Waiting)).await.unwrap()[0].bytes;
    fixture.receiver.read_on();
    fixture.receiver.drained().await;
    let read = fixture.receiver.bytes();
    assert!(read < whole / 2, "{read} of {whole} bytes left");
    assert!(fixture.receiver.stored().is_empty());
    assert_eq!(
        fixture.service.upload(true).await.unwrap_err().code,
        ErrorCode::ManagementServiceOff
    );
    // It survives a restart, and what had not arrived is delivered once it is on again.
    let again = open(fixture.folder.path(), 0, 1).await;
    assert_eq!(again.status().status, ManagementStatus::Disabled);
    fixture.receiver.work();
    let settings = ServiceSettings {
        enabled: true,
        ..again.settings()
    };
    again.configure(settings).await.unwrap();
    assert_eq!(again.upload(true).await.unwrap().delivered, 2);
}

#[tokio::test]
async fn a_change_is_made_to_the_settings_as_they_are_then() {
    let fixture = fixture(0, 1).await;
    let off = ServiceSettings {
        enabled: false,
        ..fixture.service.settings()
    };
    fixture.service.configure(off).await.unwrap();
    // Somebody who looked before it was switched off changes something else.
    let hashes = |settings: ServiceSettings| {
        Ok(ServiceSettings {
            include_user_hashes: true,
            ..settings
        })
    };
    fixture.service.change(hashes).await.unwrap();
    let settings = fixture.service.settings();
    assert_eq!((settings.enabled, settings.include_user_hashes), (false, true));
    let refused = Problem::new(ErrorCode::InvalidRequest, "It will not do.");
    let problem = fixture.service.change(|_| Err(refused)).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::InvalidRequest);
    assert_eq!(fixture.service.settings(), settings);
}

#[tokio::test]
async fn the_configuration_file_switches_off_whatever_administrators_say() {
    let source = Arc::new(Server::default());
    let Fixture {
        folder: _folder,
        receiver,
        service,
    } = fixture_on(Arc::clone(&source), 1).await;
    let before = receiver.bytes();
    *source.forbidden.lock() = true;
    service.refresh().await;
    service.configure(receiver.settings()).await.unwrap();
    let status = service.status();
    assert_eq!(
        (status.status, status.enabled),
        (ManagementStatus::Disabled, false)
    );
    let problem = service.upload(true).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::ManagementServiceOff);
    assert_eq!(receiver.bytes(), before);
    *source.forbidden.lock() = false;
    service.refresh().await;
    assert_eq!(service.upload(true).await.unwrap().delivered, 1);
}

#[tokio::test]
async fn another_destination_ends_an_upload_to_the_one_before() {
    let fixture = fixture(10_000, 1).await;
    fixture.receiver.fail(Fault::Stall);
    let service = fixture.service.clone();
    let upload = tokio::spawn(async move { service.upload(true).await });
    fixture.receiver.stalled().await;
    let other = Receiver::start().await;
    fixture.service.configure(other.settings()).await.unwrap();
    assert_eq!(
        upload.await.unwrap().unwrap_err().code,
        ErrorCode::ReceiverUnavailable
    );
    fixture.receiver.read_on();
    fixture.receiver.drained().await;
    assert!(fixture.receiver.stored().is_empty());
    // All of it goes to the other one, once the server is registered there.
    fixture.service.register(other.code().reveal()).await.unwrap();
    assert_eq!(fixture.service.upload(true).await.unwrap().delivered, 2);
    assert_eq!(other.stored().len(), 2);
}

#[tokio::test]
async fn thirty_days_offline_are_delivered_in_order_and_the_spool_stays_bounded() {
    // A day is some milliseconds.
    let fixture = fixture(0, 4_000_000).await;
    fixture.receiver.fail(Fault::Refuse);
    let stopping = CancellationToken::new();
    let running = tokio::spawn(fixture.service.clone().run(stopping.clone()));
    let waiting = || fixture.service.status().waiting as usize;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(120);
    while waiting() < MAX_WAITING {
        assert!(tokio::time::Instant::now() < deadline, "only {} wait", waiting());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(waiting(), MAX_WAITING);
    assert!(fixture.has_alert("UploadOverdue"));
    fixture.receiver.work();
    // Days go on meanwhile, so that there may always be a fresh one that waits.
    while fixture.service.status().last_success.is_none() {
        assert!(tokio::time::Instant::now() < deadline, "{} wait", waiting());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stopping.cancel();
    running.await.unwrap();
    let stored = fixture.receiver.stored();
    assert!(stored.len() >= MAX_WAITING);
    for (number, upload) in (1..).zip(&stored) {
        assert_eq!(upload.body().sequence, number);
    }
}

#[tokio::test]
async fn a_site_without_a_connection_exchanges_files() {
    let folder = tempfile::tempdir().unwrap();
    let service = open(folder.path(), 0, 1).await;
    let receiver = Receiver::start().await;
    let code: RegistrationCode = receiver.code();
    let exported = service.export(Some(code.reveal())).await.unwrap();
    assert_eq!(exported.uploads, 1);
    assert!(!exported.content.contains(code.reveal()));
    let bundle = Bundle::read(exported.content.as_bytes()).unwrap();
    let request = bundle.registration.as_ref().unwrap();
    request.verify(&code.secret()).unwrap();
    let uploads: Vec<SealedUpload> = bundle.open(&request.public_key).unwrap();
    let guid = bundle.server_guid;
    let mut receipt = receiver.receipt(&uploads[0], Outcome::Stored);
    receipt.registration =
        Some(RegistrationAnswer::new(guid, "Acme", receiver.key(), &code.secret()).unwrap());
    let receipt = receipt.sign(receiver.key()).unwrap();
    let file = serde_json::to_string(&receipt).unwrap();
    // Without the code nobody can tell whose receipt it is.
    let problem = service.import(&file, None).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::RegistrationMissing);
    let changed = file.replace("Stored", "Refused");
    let problem = service.import(&changed, Some(code.reveal())).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::InvalidReceipt);
    let imported = service.import(&file, Some(code.reveal())).await.unwrap();
    assert_eq!((imported.settled, imported.waiting), (1, 0));
    assert!(service.status().last_success.is_some());
    // The same receipt again settles nothing, and from now on no code is needed.
    let imported = service.import(&file, None).await.unwrap();
    assert_eq!(imported.settled, 0);
    // Nor does an older one bring back what is no longer found.
    let mut old = receiver.receipt(&uploads[0], Outcome::Stored);
    old.issued = receipt.issued - jiff::SignedDuration::from_hours(1);
    let kind = FindingKind::SilentServer;
    let finding = Finding {
        key: format!("SilentServer/{guid}"),
        kind,
        severity: kind.severity(),
        subject: guid.to_string(),
        servers: vec![guid],
        since: old.issued,
        until: None,
        detail: "Nothing has arrived.".to_owned(),
        evidence: Vec::new(),
    };
    old.findings = vec![FindingRecord::new(finding, old.issued)];
    let old = serde_json::to_string(&old.sign(receiver.key()).unwrap()).unwrap();
    service.import(&old, None).await.unwrap();
    assert!(service.findings(true).is_empty());
}

#[tokio::test]
async fn an_upload_that_no_receiver_takes_is_told_and_does_not_wait_before_others() {
    let folder = tempfile::tempdir().unwrap();
    // Some 20 megabytes.
    let service = open(folder.path(), 60_000, 1).await;
    let problem = service.export(None).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::RequestTooLarge, "{}", problem.detail);
    assert_eq!(service.status().waiting, 0);
    drop(service);
    let smaller = open(folder.path(), 0, 1).await;
    assert_eq!(smaller.export(None).await.unwrap().uploads, 1);
}

#[tokio::test]
async fn no_more_bytes_wait_than_a_bundle_may_have() {
    let folder = tempfile::tempdir().unwrap();
    // Some 7 megabytes each.
    let service = open(folder.path(), 20_000, 1).await;
    for uploads in [1, 2, 2] {
        assert_eq!(service.export(None).await.unwrap().uploads, uploads);
    }
    assert!(service.status().waiting_bytes <= 16 * 1024 * 1024);
}

#[tokio::test]
async fn no_more_delivered_bytes_are_kept_than_one_answer_may_have() {
    // Some 7 megabytes each.
    let fixture = fixture(20_000, 1).await;
    for kept in [1, 2, 2] {
        fixture.service.upload(true).await.unwrap();
        let shown = fixture.service.uploads(Some(UploadState::Delivered)).await;
        let shown: Vec<_> = shown.unwrap().into_iter().map(|row| row.upload_id).collect();
        assert_eq!(shown.len(), kept);
        let latest = fixture.receiver.stored().last().unwrap().body().upload_id;
        assert_eq!(shown.last(), Some(&latest.to_string()));
    }
}
