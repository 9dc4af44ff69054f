//! Two license servers with the same file, and Insight Services: from the upload to the alert.

use std::time::Duration;

use licensing_api::Secret;
use licensing_api::alert::GetAlerts;
use licensing_api::management::{
    DisableManagementService, GetComplianceFindings, GetUploads, SetManagementService, StartUpload,
    UploadRow, UploadState,
};
use licensing_api::operation::op;
use licensing_client::{Address, AdminClient, ConnectOptions, Credentials, Trust};
use licensing_testbed::{Increment, Server, ServerBuilder, license_text};

use crate::support::Program;

/// Two servers need not have a serial number for a quarter of an hour to be found.
const AT_ONCE: &[(&str, &str)] = &[("INSIGHTD_OVERLAP_MINUTES", "0")];

pub(crate) async fn license_server(name: &str) -> Server {
    let host = format!("{name}.example.com");
    let text = license_text("ACME", &[Increment::new("CAD", 5).attributes("SN=ACME-4711")]);
    tokio::task::spawn_blocking(move || {
        ServerBuilder::new()
            .host_name(&host)
            .license("cad.lic", &text)
            .start()
            .unwrap()
    })
    .await
    .unwrap()
}

pub(crate) fn administrator(server: &Server) -> AdminClient {
    let (account, password) = server.administrator();
    let address = server.endpoints().web_services;
    AdminClient::connect(ConnectOptions {
        trust: Trust::CertHash(server.endpoints().cert_hash.parse().unwrap()),
        credentials: Credentials::Basic {
            account: account.to_owned(),
            password: Secret::new(password),
        },
        ..ConnectOptions::new(Address::new(&address.ip().to_string(), address.port()).unwrap())
    })
    .unwrap()
}

pub(crate) async fn point_at(client: &AdminClient, program: &Program) {
    client
        .call::<op::SetManagementService>(&SetManagementService {
            destination: Some(program.url("")),
            cert_hash: Some(program.endpoints.cert_hash.clone()),
            registration_code: Some(Secret::new(program.code("Example"))),
            ..SetManagementService::default()
        })
        .await
        .unwrap();
}

pub(crate) async fn upload(client: &AdminClient) {
    // Seats of the file are there as soon as its daemon serves.
    let outcome = client.call::<op::StartUpload>(&StartUpload {}).await.unwrap();
    assert!(outcome.succeeded, "{}", outcome.detail);
}

/// The uploads that the receiver has.
pub(crate) async fn delivered(client: &AdminClient) -> Vec<UploadRow> {
    let state = Some(UploadState::Delivered);
    let rows = client.call::<op::GetUploads>(&GetUploads { state }).await;
    rows.unwrap().items
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_on_two_servers_is_an_alert_on_both() {
    let program = Program::start(AT_ONCE);
    let (first, second) = tokio::join!(license_server("lic1"), license_server("lic2"));
    let (one, two) = (administrator(&first), administrator(&second));
    for client in [&one, &two] {
        point_at(client, &program).await;
        upload(client).await;
    }
    // The first one still has it after the second one came.
    for client in [&one, &two] {
        upload(client).await;
        let found = client
            .call::<op::GetComplianceFindings>(&GetComplianceFindings::default())
            .await
            .unwrap()
            .items;
        let duplicate = found.iter().find(|row| row.kind == "DuplicateLicense").unwrap();
        assert_eq!(
            (duplicate.state.as_str(), duplicate.severity.as_str()),
            ("Open", "Violation")
        );
        assert_eq!(duplicate.subject, "ACME-4711");
        assert_eq!(duplicate.servers.len(), 2);
        let alerts = client
            .call::<op::GetAlerts>(&GetAlerts::default())
            .await
            .unwrap()
            .items;
        assert!(
            alerts
                .iter()
                .any(|alert| alert.code == "ComplianceDuplicateLicense")
        );
    }
    let disabled = one
        .call::<op::DisableManagementService>(&DisableManagementService {})
        .await
        .unwrap();
    assert!(!disabled.enabled);
    assert!(one.call::<op::StartUpload>(&StartUpload {}).await.is_err());
    // Resolved once the second one has it no more.
    std::fs::remove_file(second.data().join("licenses").join("cad.lic")).unwrap();
    second.reread().unwrap();
    let key = "DuplicateLicense/acme/acme-4711";
    let until = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        upload(&two).await;
        let listed = program.command(&["finding", "list", "--include-resolved"]);
        let line = listed.lines().find(|line| line.contains(key)).unwrap();
        if line.starts_with("Resolved") {
            break;
        }
        assert!(tokio::time::Instant::now() < until, "{listed}");
    }
}
