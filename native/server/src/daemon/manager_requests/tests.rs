#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::usage::{GetUsage, RevokeLeases, UsageRow};
use licensing_core::license_file::parse;
use licensing_core::seat::{CheckoutRequest, Decision, Holder, RequestKey};
use licensing_core::signing::IssuerKey;
use licensing_store::{Clock, SeatServiceOptions, SystemClock};
use zeroize::Zeroizing;

use super::*;
use crate::config::{AnonymousAccess, DataFolder};
use crate::control::DaemonHealth;
use crate::tls::ServerCertificate;

struct Fixture {
    _folder: tempfile::TempDir,
    data: DataFolder,
    requests: ManagerRequests,
}

fn install(data: &DataFolder, seats: u32) {
    let key = IssuerKey::from_random(&Zeroizing::new([7; 32]));
    let issuer = key.public("Test", &["*".to_owned()]).unwrap();
    std::fs::write(data.trust().join("test.pub"), issuer.to_text().unwrap()).unwrap();
    let text = format!("SERVER this_host ANY\nVENDOR ACME\nINCREMENT cad ACME 1.0 permanent {seats}\n");
    std::fs::write(
        data.licenses().join("a.lic"),
        key.sign_file(&parse(text.as_bytes())),
    )
    .unwrap();
}

fn fixture(config: Config) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::new(folder.path());
    for folder in data.folders() {
        std::fs::create_dir_all(folder).unwrap();
    }
    install(&data, 2);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let (licenses, pools) = Licenses::open("ACME", &config, &data, Arc::clone(&clock)).unwrap();
    let options = SeatServiceOptions::new(data.vendor_database("ACME"), "ACME", pools, clock);
    let certificate = ServerCertificate::open_or_make(&data, &["localhost".to_owned()]).unwrap();
    let requests = ManagerRequests {
        vendor: "ACME".to_owned(),
        config,
        seats: SeatService::start(options).unwrap(),
        licenses: Arc::new(licenses),
        access: ProductAccess::new(AnonymousAccess::Never, &[]),
        tls: certificate.tls().clone(),
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

    async fn tell(&self, verb: Verb, request: &[u8]) -> Result<(), Problem> {
        self.requests.execute(verb.name(), request, "").await.map(drop)
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
        if !["GetInventory", "GetUsage", "RevokeLeases"].contains(&info.name) {
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
async fn a_reread_serves_the_files_as_they_are_and_keeps_leases() {
    let fixture = fixture(Config::default());
    fixture.requests.seats.checkout(checkout()).await.unwrap();
    install(&fixture.data, 9);
    assert_eq!(fixture.seats().await, 2);
    fixture.tell(Verb::Reread, b"").await.unwrap();
    assert_eq!(fixture.seats().await, 9);
    assert_eq!(fixture.requests.seats.usage(&GetUsage::default()).len(), 1);
    std::fs::remove_dir_all(fixture.data.licenses()).unwrap();
    let problem = fixture.tell(Verb::Reread, b"").await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::FileOpenFailed);
    assert_eq!(fixture.seats().await, 9, "what was served before stays");
}

#[tokio::test]
async fn tokens_are_replaced() {
    let fixture = fixture(Config::default());
    let peer = std::net::IpAddr::from([192, 0, 2, 1]);
    let admitted = || fixture.requests.access.admit(peer, Some("id.secret"));
    admitted().expect_err("it is not known yet");
    let token = ProductToken {
        token_id: "id".to_owned(),
        secret_sha256: hex::encode(<sha2::Sha256 as sha2::Digest>::digest("id.secret")),
        expires: Timestamp::MAX,
    };
    fixture
        .tell(Verb::SetProductTokens, &serde_json::to_vec(&[token]).unwrap())
        .await
        .unwrap();
    admitted().unwrap();
    fixture.tell(Verb::SetProductTokens, b"[]").await.unwrap();
    admitted().expect_err("it has ended");
}

#[tokio::test]
async fn health_tells_the_standing_alerts() {
    let quiet: DaemonHealth = fixture(Config::default())
        .ask(Verb::Health.name(), &())
        .await
        .unwrap();
    assert_eq!((quiet.serving, quiet.alerts.len()), (true, 0));
    let mut config = Config::default();
    config.licensing.accept_unverified.insert("acme".to_owned());
    let health: DaemonHealth = fixture(config).ask(Verb::Health.name(), &()).await.unwrap();
    assert_eq!(health.alerts[0].code, "UnverifiedLicensesAccepted");
}

#[tokio::test]
async fn audit_and_certificate_are_looked_at() {
    let fixture = fixture(Config::default());
    fixture.requests.seats.checkout(checkout()).await.unwrap();
    let report: AuditReport = fixture.ask(Verb::VerifyAudit.name(), &()).await.unwrap();
    assert!(report.records >= 2, "{report:?}");
    fixture.tell(Verb::ReloadCertificate, b"").await.unwrap();
    std::fs::write(fixture.data.certificate(), "junk").unwrap();
    fixture
        .tell(Verb::ReloadCertificate, b"")
        .await
        .expect_err("it is no certificate");
}
