#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use licensing_api::denial::DenialReason;
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::operation::{AnsweredBy, Rows};
use licensing_api::usage::{GetUsage, RevokeLeases, UsageRow};
use licensing_license_file::license_file::parse;
use licensing_license_file::signing::IssuerKey;
use licensing_net::tls::ClientTrust;
use licensing_net::tls::ServerCertificate;
use licensing_seats::seat::{CheckoutRequest, Decision, Holder, RequestKey};
use licensing_store::{Clock, SeatServiceOptions, SystemClock};
use zeroize::Zeroizing;

use crate::config::Config;

use super::*;
use crate::config::AnonymousAccess;
use crate::control::{ControlHandler, DaemonHealth};
use crate::daemon::audit_growth::AuditGrowth;
use crate::daemon::debug_log::DebugLog;
use crate::product_access::Shown;

struct Fixture {
    _folder: tempfile::TempDir,
    data: DataFolder,
    requests: ManagerRequests,
}

fn install(data: &DataFolder, seats: u32) {
    let key = IssuerKey::from_random(&Zeroizing::new([7; 32]));
    let issuer = key.public("Test", &["*".to_owned()]).unwrap();
    std::fs::write(data.trust().join("test.pub"), issuer.to_text().unwrap()).unwrap();
    install_with(data, "VENDOR ACME", seats);
}

fn install_with(data: &DataFolder, vendor_line: &str, seats: u32) {
    let key = IssuerKey::from_random(&Zeroizing::new([7; 32]));
    let text = format!("SERVER this_host ANY\n{vendor_line}\nINCREMENT cad ACME 1.0 permanent {seats}\n");
    std::fs::write(
        data.licenses().join("a.lic"),
        key.sign_file(&parse(text.as_bytes())),
    )
    .unwrap();
}

fn log() -> Arc<DebugLog> {
    DebugLog::start("ACME").unwrap()
}

fn fixture(config: Config) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::new(folder.path());
    for folder in data.folders() {
        std::fs::create_dir_all(folder).unwrap();
    }
    install(&data, 2);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let (licenses, pools, _) =
        Licenses::open("ACME", &Arc::new(config), &data, Arc::clone(&clock), log()).unwrap();
    let options = SeatServiceOptions::new(data.vendor_database("ACME"), "ACME", pools, clock);
    let certificate =
        ServerCertificate::open_or_make(&data.certificate_files(), &["localhost".to_owned()]).unwrap();
    let seats = SeatService::start(options).unwrap();
    let licenses = Arc::new(licenses);
    let requests = ManagerRequests {
        vendor: "ACME".to_owned(),
        data: data.clone(),
        audit: Arc::new(AuditWatch::new(
            "ACME".to_owned(),
            seats.clone(),
            AuditGrowth::new(1000),
        )),
        usage: Arc::new(UsageWatch::open(
            "ACME".to_owned(),
            &data.vendor_database("ACME"),
            seats.clone(),
            Arc::clone(&licenses),
        )),
        seats,
        licenses,
        access: ProductAccess::new(AnonymousAccess::Never, &[], ClientTrust::nobody()),
        tls: certificate.tls().clone(),
        connections: ConnectionCount::default(),
    };
    Fixture {
        _folder: folder,
        data,
        requests,
    }
}

impl Fixture {
    async fn ask<A: DeserializeOwned>(
        &self,
        operation: &str,
        request: &impl Serialize,
    ) -> Result<A, Problem> {
        let request = serde_json::to_vec(request).unwrap();
        let answer = self.requests.execute(operation, &request, "ann").await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    async fn tell(&self, asked: ManagerRequest, request: &[u8]) -> Result<(), Problem> {
        self.requests.execute(asked.name(), request, "").await.map(drop)
    }

    async fn seats(&self) -> u32 {
        let rows: Rows<InventoryRow> = self.ask("GetInventory", &GetInventory::default()).await.unwrap();
        rows.items.iter().map(|row| row.licenses_available).sum()
    }
}

fn checkout() -> CheckoutRequest {
    CheckoutRequest {
        request_key: RequestKey::from_bytes([1; 16]),
        feature: "cad".to_owned(),
        version: String::new(),
        count: 1,
        holder: Holder {
            user: "ann".to_owned(),
            host: "pc".to_owned(),
            ..Holder::default()
        },
        queue: false,
        borrow_seconds: 0,
        caller: String::new(),
    }
}

#[tokio::test]
async fn inventory_and_usage_are_answered_and_nothing_else_of_the_table() {
    let fixture = fixture(Config::default());
    let granted = fixture.requests.seats.checkout(checkout()).await.unwrap();
    assert!(matches!(granted, Decision::Granted(_)));
    let inventory: Rows<InventoryRow> = fixture
        .ask("GetInventory", &GetInventory::default())
        .await
        .unwrap();
    assert_eq!(
        (
            inventory.items[0].licenses_available,
            inventory.items[0].licenses_in_use
        ),
        (2, 1)
    );
    let usage: Rows<UsageRow> = fixture.ask("GetUsage", &GetUsage::default()).await.unwrap();
    assert_eq!(usage.items[0].user, "ann");
    for info in licensing_api::operation::TABLE {
        if info.answered == AnsweredBy::Manager {
            let problem = fixture
                .requests
                .execute(info.name, b"{}", "ann")
                .await
                .expect_err(info.name);
            assert_eq!(problem.code, ErrorCode::OperationNotFound);
        }
    }
    let refused = fixture
        .ask::<Rows<UsageRow>>("RevokeLeases", &RevokeLeases::default())
        .await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::InvalidFilter);
    let revoke = RevokeLeases {
        lease_ids: vec![usage.items[0].lease_id.clone()],
        ..RevokeLeases::default()
    };
    let revoked: Rows<UsageRow> = fixture.ask("RevokeLeases", &revoke).await.unwrap();
    assert_eq!(revoked.items[0].lease_id, usage.items[0].lease_id);
    let problem = fixture
        .requests
        .execute("GetUsage", b"junk", "ann")
        .await
        .unwrap_err();
    assert_eq!(problem.code, ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn figures_tell_what_happened() {
    let fixture = fixture(Config::default());
    let seats = &fixture.requests.seats;
    seats.checkout(checkout()).await.unwrap();
    let unknown = CheckoutRequest {
        feature: "none".to_owned(),
        request_key: RequestKey::from_bytes([2; 16]),
        ..checkout()
    };
    seats.checkout(unknown).await.unwrap();
    let open = fixture.requests.connections.enter();
    let answer = fixture.requests.execute(ManagerRequest::Figures.name(), b"", "");
    let answer = answer.await.unwrap();
    let figures: DaemonFigures = serde_json::from_slice(&answer).unwrap();
    assert_eq!(
        (figures.seats.leases, figures.seats.granted, figures.connections),
        (1, 1, 1)
    );
    assert_eq!(figures.seats.denied, [(DenialReason::NoSuchFeature, 1)]);
    // The refusal is written with the next commit.
    assert!(figures.seats.audit_records >= 2, "the start and a grant");
    assert!(figures.seats.commits.iter().sum::<u64>() >= 1 && figures.seats.commit_seconds > 0.0);
    drop(open);
    assert_eq!(fixture.requests.connections.open(), 0);
}

#[tokio::test]
async fn a_reread_serves_the_files_as_they_are_and_keeps_leases() {
    let fixture = fixture(Config::default());
    fixture.requests.seats.checkout(checkout()).await.unwrap();
    install(&fixture.data, 9);
    assert_eq!(fixture.seats().await, 2);
    fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
    assert_eq!(fixture.seats().await, 9);
    assert_eq!(fixture.requests.seats.usage(&GetUsage::default()).len(), 1);
    std::fs::remove_dir_all(fixture.data.licenses()).unwrap();
    let problem = fixture.tell(ManagerRequest::Reread, b"").await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::FileOpenFailed);
    assert_eq!(fixture.seats().await, 9, "what was served before stays");
}

#[tokio::test]
async fn tokens_are_replaced() {
    let fixture = fixture(Config::default());
    let peer = std::net::IpAddr::from([192, 0, 2, 1]);
    let admitted = || {
        fixture.requests.access.admit(Shown {
            peer,
            bearer: Some("id.secret"),
            certificate: None,
        })
    };
    admitted().expect_err("it is not known yet");
    let token = ProductToken {
        token_id: "id".to_owned(),
        secret_sha256: hex::encode(<sha2::Sha256 as sha2::Digest>::digest("id.secret")),
        expires: Timestamp::MAX,
    };
    fixture
        .tell(
            ManagerRequest::SetProductTokens,
            &serde_json::to_vec(&[token]).unwrap(),
        )
        .await
        .unwrap();
    admitted().unwrap();
    fixture
        .tell(ManagerRequest::SetProductTokens, b"[]")
        .await
        .unwrap();
    admitted().expect_err("it has ended");
}

#[tokio::test]
async fn health_tells_the_standing_alerts() {
    let quiet: DaemonHealth = fixture(Config::default())
        .ask(ManagerRequest::Health.name(), &())
        .await
        .unwrap();
    assert_eq!((quiet.serving, quiet.alerts.len()), (true, 0));
    let mut config = Config::default();
    config.licensing.accept_unverified.insert("acme".to_owned());
    let health: DaemonHealth = fixture(config)
        .ask(ManagerRequest::Health.name(), &())
        .await
        .unwrap();
    assert_eq!(health.alerts[0].code, "UnverifiedLicensesAccepted");
}

#[tokio::test]
async fn audit_and_certificate_are_looked_at() {
    let fixture = fixture(Config::default());
    fixture.requests.seats.checkout(checkout()).await.unwrap();
    let report: AuditReport = fixture
        .ask(ManagerRequest::VerifyAudit.name(), &())
        .await
        .unwrap();
    assert!(report.records >= 2, "{report:?}");
    assert_eq!(fixture.alerts().await, []);
    let tampering = rusqlite::Connection::open(fixture.data.vendor_database("ACME")).unwrap();
    let sql = "UPDATE audit SET body = CAST(body || x'00' AS BLOB) WHERE sequence = 1";
    assert_eq!(tampering.execute(sql, []).unwrap(), 1);
    let problem = fixture
        .ask::<AuditReport>(ManagerRequest::VerifyAudit.name(), &())
        .await
        .unwrap_err();
    assert_eq!(problem.code, ErrorCode::StorageDamaged);
    let alerts = fixture.alerts().await;
    assert!(
        matches!(alerts.as_slice(), [alert] if alert.code == "AuditDamaged"),
        "{alerts:?}"
    );
    fixture
        .tell(ManagerRequest::ReloadCertificate, b"")
        .await
        .unwrap();
    std::fs::write(fixture.data.certificate_files().certificate, "junk").unwrap();
    fixture
        .tell(ManagerRequest::ReloadCertificate, b"")
        .await
        .expect_err("it is no certificate");
}

impl Fixture {
    fn options(&self, name: &str, text: &str) {
        std::fs::write(self.data.licenses().join(name), text).unwrap();
    }

    /// Whether `ann` gets a seat; it is given back at once.
    async fn ann_gets_one(&self, key: u8) -> bool {
        let request = CheckoutRequest {
            request_key: RequestKey::from_bytes([key; 16]),
            ..checkout()
        };
        match self.requests.seats.checkout(request).await.unwrap() {
            Decision::Granted(lease) | Decision::Repeated(lease) => {
                self.requests.seats.checkin(lease.id).await.unwrap()
            }
            Decision::Denied(_) | Decision::Queued(_) => false,
        }
    }

    async fn alerts(&self) -> Vec<licensing_api::alert::Alert> {
        let health: DaemonHealth = self.ask(ManagerRequest::Health.name(), &()).await.unwrap();
        health.alerts
    }
}

#[tokio::test]
async fn the_options_file_holds_after_a_reread_and_odd_lines_raise_an_alert() {
    let fixture = fixture(Config::default());
    assert!(fixture.ann_gets_one(1).await);
    fixture.options("ACME.opt", "EXCLUDE cad USER ann\n");
    assert!(fixture.ann_gets_one(2).await, "nobody has told it to read");
    fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
    assert!(!fixture.ann_gets_one(3).await);
    assert_eq!(fixture.alerts().await, []);

    fixture.options("ACME.opt", "EXCLUDE cad USER ann\nEXCLUDE cad NOBODY ann\n");
    fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
    let alerts = fixture.alerts().await;
    assert_eq!(alerts[0].code, "OptionsFileUnreadable");
    assert!(
        alerts[0].detail.ends_with("cannot be read: 2."),
        "{}",
        alerts[0].detail
    );
    assert!(
        !fixture.ann_gets_one(4).await,
        "the rules that were in force hold"
    );

    fixture.options("ACME.opt", "EXCLUDE cad USER ann\nTIMEOUT cad soon\n");
    fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
    let alerts = fixture.alerts().await;
    assert_eq!(alerts[0].code, "OptionsFileFindings");
    assert!(
        alerts[0].detail.contains("ACME.opt: Line 2: "),
        "{}",
        alerts[0].detail
    );
    assert!(!fixture.ann_gets_one(5).await, "the good line holds");
}

/// Puts something that is no options file in the place of one.
type Spoil = fn(&std::path::Path);

fn spoiled() -> Vec<(&'static str, Spoil)> {
    let mut ways: Vec<(&'static str, Spoil)> = vec![
        ("it is gone", |_| {}),
        ("a folder", |folder| {
            std::fs::create_dir(folder.join("ACME.opt")).unwrap()
        }),
        ("empty", |folder| {
            std::fs::write(folder.join("ACME.opt"), "\r\n").unwrap()
        }),
        ("another kind of file", |folder| {
            std::fs::write(folder.join("ACME.opt"), "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n").unwrap();
        }),
        ("too large", |folder| {
            let file = std::fs::File::create(folder.join("ACME.opt")).unwrap();
            file.set_len(17 << 20).unwrap();
        }),
        ("another name", |folder| {
            std::fs::write(folder.join("ACME.opt.txt"), "EXCLUDE cad USER ann\n").unwrap();
        }),
        ("a line that cannot be read", |folder| {
            std::fs::write(folder.join("ACME.opt"), "EXCLUED cad USER ann\n").unwrap();
        }),
    ];
    #[cfg(unix)]
    ways.extend::<[(&'static str, Spoil); 4]>([
        ("a link to nothing", |folder| {
            std::os::unix::fs::symlink("nothing", folder.join("ACME.opt")).unwrap();
        }),
        ("a link out of the folder", |folder| {
            std::os::unix::fs::symlink("/etc/passwd", folder.join("ACME.opt")).unwrap();
        }),
        ("a device", |folder| {
            std::os::unix::fs::symlink("/dev/zero", folder.join("ACME.opt")).unwrap();
        }),
        ("a pipe", |folder| {
            let mode = rustix::fs::Mode::from_raw_mode(0o600);
            let pipe = rustix::fs::FileType::Fifo;
            rustix::fs::mknodat(rustix::fs::CWD, folder.join("ACME.opt"), pipe, mode, 0).unwrap();
        }),
    ]);
    ways
}

fn clear(folder: &std::path::Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().to_lowercase().contains(".opt") {
            continue;
        }
        if path.is_dir() {
            std::fs::remove_dir(path).unwrap();
        } else {
            std::fs::remove_file(path).unwrap();
        }
    }
}

fn opened(data: &DataFolder) -> Licenses {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let (licenses, ..) = Licenses::open("ACME", &Arc::default(), data, clock, log()).unwrap();
    licenses
}

#[tokio::test]
async fn rules_stay_in_force_while_their_file_is_gone_or_cannot_be_read() {
    let fixture = fixture(Config::default());
    let folder = fixture.data.licenses();
    fixture.options("ACME.opt", "EXCLUDE cad USER ann\n");
    fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
    for (key, (what, spoil)) in (1..).zip(spoiled()) {
        clear(&folder);
        spoil(&folder);
        fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
        assert!(!fixture.ann_gets_one(key).await, "{what}");
        let alerts = fixture.alerts().await;
        assert_eq!(alerts[0].code, "OptionsFileUnreadable", "{what}");
        assert!(alerts[0].title.ends_with("stay in force."), "{what}");
        // A restart does not forget them.
        let again = opened(&fixture.data).alerts();
        assert_eq!(again[0].detail, alerts[0].detail, "{what}");
        assert_eq!(again[0].title, alerts[0].title, "{what}");
    }
    clear(&folder);
    fixture.options("ACME.opt", "# nobody is shut out\n");
    fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
    assert!(
        fixture.ann_gets_one(100).await,
        "a file with a comment lifts them"
    );
    assert_eq!(fixture.alerts().await, []);
    clear(&folder);
    fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
    assert!(fixture.ann_gets_one(101).await);
    assert_eq!(fixture.alerts().await, [], "it had no rules");
}

#[tokio::test]
async fn what_cannot_be_read_at_the_first_start_refuses_and_never_opens() {
    for (what, spoil) in spoiled() {
        if ["it is gone", "empty"].contains(&what) {
            continue;
        }
        let fixture = fixture(Config::default());
        spoil(&fixture.data.licenses());
        fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
        assert!(!fixture.ann_gets_one(1).await, "{what}");
        let alerts = fixture.alerts().await;
        assert_eq!(alerts[0].code, "OptionsFileUnreadable", "{what}");
        assert!(alerts[0].title.ends_with("are refused."), "{what}");
        assert!(alerts[0].detail.contains("ACME.opt"), "{}", alerts[0].detail);
        assert!(!alerts[0].detail.contains("MC4C") && !alerts[0].detail.contains("root:"));
        clear(&fixture.data.licenses());
        fixture.options("ACME.opt", "EXCLUDE cad USER bert\n");
        fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
        assert!(fixture.ann_gets_one(2).await, "{what}");
        assert_eq!(fixture.alerts().await, []);
    }
}

#[tokio::test]
async fn an_options_file_counts_in_any_spelling_and_in_utf_16() {
    let fixture = fixture(Config::default());
    let text = "\u{feff}EXCLUDE cad USER ann\r\n";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(fixture.data.licenses().join("acme.OPT"), wide).unwrap();
    fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
    assert!(!fixture.ann_gets_one(1).await);
    let alerts = fixture.alerts().await;
    assert_eq!(alerts[0].code, "OptionsFileSpelling");
    let detail = &alerts[0].detail;
    assert!(detail.ends_with("acme.OPT is used as ACME.opt."), "{detail}");
    fixture.options("Acme.opt", "# which?\n");
    fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
    assert!(!fixture.ann_gets_one(2).await, "two of them: the rules stay");
    assert_eq!(fixture.alerts().await[0].code, "OptionsFileUnreadable");
}

#[tokio::test]
async fn the_vendor_line_names_the_options_file_but_not_its_folder() {
    let fixture = fixture(Config::default());
    let elsewhere = tempfile::tempdir().unwrap();
    let site = elsewhere.path().join("site.opt");
    std::fs::write(&site, "EXCLUDE cad USER ann\n").unwrap();
    install_with(
        &fixture.data,
        &format!("VENDOR ACME options={}", site.display()),
        2,
    );
    fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
    assert!(fixture.ann_gets_one(1).await, "files elsewhere are not read");
    let alerts = fixture.alerts().await;
    assert_eq!(alerts[0].code, "OptionsFileElsewhere");
    assert!(alerts[0].detail.contains("site.opt"), "{}", alerts[0].detail);
    fixture.options("site.opt", "EXCLUDE cad USER ann\n");
    fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
    assert!(!fixture.ann_gets_one(2).await);
    fixture.options("ACME.opt", "# nobody is shut out\n");
    fixture.tell(ManagerRequest::Reread, b"").await.unwrap();
    assert!(
        fixture.ann_gets_one(3).await,
        "the file named after the vendor comes first"
    );
}
