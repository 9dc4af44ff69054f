//! WS-Management of a real server, asked by clients that other people have written.

mod bad_input;
mod clients;
mod kerberos;
mod own;

use std::path::PathBuf;
use std::process::{Command, Output};

use licensing_api::operation::op;
use licensing_api::{Permission, Secret, administrator};
use licensing_client::{AdminClient, CertHash, ConnectOptions, Credentials, Trust};
use licensing_testbed::{Increment, Server, ServerBuilder, license_text};

use crate::support::{VENDOR, builder, start};

/// An account that may use NTLM.
pub(crate) const MONITOR: &str = "monitor";
pub(crate) const PASSWORD: &str = "a password of the tests";

/// A server with pools whose names scripts know, which offers WS-Management on both of its ports.
pub(crate) fn pool_server() -> ServerBuilder {
    let increments = [
        Increment::new("XDT_PLT_UD", 25)
            .version("2027.0401")
            .expires("31-dec-2030")
            .attributes("OVERDRAFT=2 DUP_GROUP=UHD SN=ACME-1 VENDOR_STRING=;LT=Retail;"),
        Increment::new("XDT_ENT_UD", 10).attributes("SN=ACME-2"),
        Increment::new("MPS_ADV_CCU", 5).attributes("SN=ACME-3 PLATFORMS=\"i86_n x64_n\""),
    ];
    builder()
        .license("acme.lic", &license_text(VENDOR, &increments))
        .setting("wsman.enabled", "true")
        .setting("wsman.port", "0")
        .setting("wsman.plain", "true")
        .setting("wsman.plain_port", "0")
        .setting("wsman.refresh_seconds", "1")
}

/// Such a server, and an account for monitoring.
pub(crate) async fn server() -> Server {
    server_of(pool_server()).await
}

pub(crate) async fn server_of(builder: ServerBuilder) -> Server {
    let server = start(builder).await;
    let request = administrator::NewAdministrator {
        account: MONITOR.to_owned(),
        group: false,
        permissions: Some(Permission::ReadOnly),
        password: Some(Secret::new(PASSWORD)),
        ntlm: true,
        keep_existing: false,
    };
    let added = admin(&server)
        .call::<op::NewAdministrator>(&request)
        .await
        .unwrap();
    assert!(added.ntlm);
    server
}

pub(crate) fn admin(server: &Server) -> AdminClient {
    let endpoints = server.endpoints();
    let mut options = ConnectOptions::new(format!("https://{}", endpoints.web_services).parse().unwrap());
    options.trust = Trust::CertHash(endpoints.cert_hash.parse::<CertHash>().unwrap());
    let (account, password) = server.administrator();
    options.credentials = Credentials::Basic {
        account: account.to_owned(),
        password: Secret::new(password),
    };
    AdminClient::connect(options).unwrap()
}

pub(crate) fn https_port(server: &Server) -> String {
    server.endpoints().wsman.unwrap().port().to_string()
}

pub(crate) fn http_port(server: &Server) -> String {
    server.endpoints().wsman_plain.unwrap().port().to_string()
}

/// Says that something is missing on this machine; where it has to be there, that is a failure.
pub(crate) fn missing(what: &str) {
    eprintln!("skipped: {what}");
    assert!(std::env::var_os("CI").is_none(), "{what}");
}

/// A folder that keeps what was fetched for the tests.
pub(crate) fn cache(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("wsman-clients")
        .join(name)
}

pub(crate) fn tests_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wsman")
}

/// Runs a program to its end; none where it cannot be started.
pub(crate) fn output(command: &mut Command) -> Option<Output> {
    command.output().ok()
}
