//! Products that accept the licenses of one issuer alone, against servers that show the issuer's lines, others, or none.

use std::path::Path;
use std::time::Duration;

use licensing_api::{ErrorCode, Problem};
use licensing_client::{
    CheckoutError, CheckoutOptions, Heartbeats, IssuerKeys, Lease, LeaseState, ProductClient, ProductOptions,
    Transport,
};
use licensing_license_file::license_file::parse;
use licensing_license_file::signing::{FileBinding, SignedLine};
use licensing_protocol::licensing as wire;
use licensing_testbed::Issuer;

use crate::daemon::{Grace, LicenseServer};

const SEED: [u8; 32] = [7; 32];

fn keys(issuer: &Issuer) -> IssuerKeys {
    IssuerKeys::parse(&issuer.trust_file().unwrap()).unwrap()
}

fn lines(issuer: &Issuer, text: &str) -> Vec<wire::SignedLine> {
    let file = parse(&issuer.sign(text));
    let binding = FileBinding::of(&file);
    let lines = file
        .lines
        .iter()
        .filter_map(|line| SignedLine::of(&line.kind, &binding));
    let lines = lines.zip(1_u8..).map(|(line, number)| wire::SignedLine {
        id: vec![number; 16],
        text: line.text,
        signature: line.signature,
    });
    lines.collect()
}

fn pinned(server: &LicenseServer, issuer: &Issuer) -> ProductOptions {
    let mut options = server.options();
    options.heartbeats = Heartbeats::Manual;
    options.attempt_timeout = Duration::from_secs(2);
    options.timeout = Duration::from_secs(2);
    options.issuer_keys = Some(keys(issuer));
    options
}

async fn connect(options: ProductOptions) -> ProductClient {
    ProductClient::connect(options).await.expect("a connection")
}

async fn take(client: &ProductClient, wanted: &CheckoutOptions) -> Result<Lease, Problem> {
    match client.checkout(wanted).await {
        Ok(lease) => Ok(lease),
        Err(CheckoutError::Failed(problem)) => Err(problem),
        Err(CheckoutError::Denied(denial)) => panic!("{denial:?}"),
    }
}

const GENUINE: &str = "SERVER this_host ANY\nVENDOR ACME\n\
    INCREMENT ACME_CAD ACME 2026.0401 permanent 2 SN=1\n\
    INCREMENT ACME_CAD ACME 2027.0401 permanent 3 SN=2\n";

#[tokio::test(flavor = "multi_thread")]
async fn seats_count_when_the_issuer_signed_them_and_lines_travel_once() {
    let issuer = Issuer::new().unwrap();
    let mut server = LicenseServer::start(9);
    server.truth().lines = lines(&issuer, GENUINE);
    for transport in [Transport::Session, Transport::Calls] {
        let mut options = pinned(&server, &issuer);
        options.transport = transport;
        let client = connect(options).await;
        let mut wanted = CheckoutOptions::new("ACME_CAD");
        wanted.count = 5;
        let first = take(&client, &wanted)
            .await
            .expect("both lines together have five seats");
        // Without a text there is only what came with the first lease.
        let again = take(&client, &CheckoutOptions::new("acme_cad"))
            .await
            .expect("a seat");
        assert_eq!(again.state(), LeaseState::Held);
        first.checkin().await.expect("given back");
        again.checkin().await.expect("given back");
    }
    tokio::task::block_in_place(|| server.kill());
}

/// Each of these servers gives out what it likes; the pinned product gives it back.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_issuer_did_not_sign_is_refused_and_given_back() {
    let (issuer, stranger) = (Issuer::new().unwrap(), Issuer::new().unwrap());
    let changed = |from: &str, to: &str| {
        let text = "SERVER this_host ANY\nVENDOR ACME\nINCREMENT ACME_CAD ACME 2026.0401 permanent 2\n";
        let mut lines = lines(&issuer, text);
        lines
            .iter_mut()
            .for_each(|line| line.text = line.text.replace(from, to));
        lines
    };
    let line = |words: &str| {
        let text = format!("SERVER this_host ANY\nVENDOR ACME\nINCREMENT {words}\n");
        lines(&issuer, &text)
    };
    let elsewhere =
        "SERVER this_host 0A1B2C3D4E5F\nVENDOR ACME\nINCREMENT ACME_CAD ACME 2026.0401 permanent 9\n";
    let cases = [
        ("no line", Vec::new()),
        ("another issuer", lines(&stranger, GENUINE)),
        ("a changed count", changed("count 2", "count 9")),
        ("a changed version", changed("version 2026", "version 2027")),
        ("another feature", line("OTHER ACME 2026.0401 permanent 9")),
        ("too few seats", line("ACME_CAD ACME 2026.0401 permanent 1")),
        ("an older version", line("ACME_CAD ACME 2025.0401 permanent 9")),
        ("days that are over", line("ACME_CAD ACME 2026.0401 1-jan-2020 9")),
        (
            "days to come",
            line("ACME_CAD ACME 2026.0401 permanent 9 START=1-jan-2090"),
        ),
        (
            "another client",
            line("ACME_CAD ACME 2026.0401 permanent 9 HOSTID=HOSTNAME=somewhere-else"),
        ),
        ("another server", lines(&issuer, elsewhere)),
    ];
    let mut server = LicenseServer::start(2);
    for (what, lines) in cases {
        server.truth().lines = lines;
        let client = connect(pinned(&server, &issuer)).await;
        let mut wanted = CheckoutOptions::new("ACME_CAD");
        wanted.count = 2;
        let problem = take(&client, &wanted).await.expect_err(what);
        assert_eq!(problem.code, ErrorCode::LicenseNotGenuine, "{what}: {problem}");
        assert!(
            server.truth().leases.is_empty(),
            "{what}: the seats are given back"
        );
    }
    let client = connect(ProductOptions {
        issuer_keys: None,
        ..pinned(&server, &issuer)
    })
    .await;
    take(&client, &CheckoutOptions::new("ACME_CAD"))
        .await
        .expect("nothing is pinned");
    tokio::task::block_in_place(|| server.kill());
}

fn offline(server: &LicenseServer, issuer: &Issuer, folder: &Path) -> ProductOptions {
    let mut options = pinned(server, issuer);
    options.ticket_folder = Some(folder.to_owned());
    options
}

/// Replaces what the files of tickets say.
fn edit(folder: &Path, from: &str, to: &str) -> usize {
    let mut edited = 0;
    for server in std::fs::read_dir(folder).unwrap() {
        for file in std::fs::read_dir(server.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            edited += text.matches(from).count();
            std::fs::write(&path, text.replace(from, to)).unwrap();
        }
    }
    edited
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_counts_only_with_the_lines_that_grant_its_seats() {
    let issuer = Issuer::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut server = LicenseServer::start(9);
    server.truth().lines = lines(&issuer, GENUINE);
    server.truth().grace = Some(Grace {
        lasts: jiff::SignedDuration::from_hours(720),
        seed: SEED,
    });
    let client = connect(offline(&server, &issuer, folder.path())).await;
    let wanted = CheckoutOptions::new("ACME_CAD");
    // As a product that ends without giving its seat back.
    std::mem::forget(take(&client, &wanted).await.expect("a seat"));
    drop(client);
    tokio::task::block_in_place(|| server.kill());

    let client = connect(offline(&server, &issuer, folder.path())).await;
    let lease = take(&client, &wanted).await.expect("by the ticket");
    assert_eq!(lease.state(), LeaseState::Grace);
    std::mem::forget(lease);
    drop(client);

    // The ticket is the server's, which may be anybody's; the lines are the issuer's.
    assert!(edit(folder.path(), "count 2", "count 9") + edit(folder.path(), "count 3", "count 9") > 1);
    let refused = ProductClient::connect(offline(&server, &issuer, folder.path())).await;
    assert_eq!(
        refused.expect_err("no ticket counts").code,
        ErrorCode::CommunicationError
    );
}

#[test]
fn only_public_keys_are_taken_for_such() {
    for text in ["", " ", "AAAA", "not base64", &"A".repeat(44), &"k ".repeat(17)] {
        let problem = IssuerKeys::parse(text).expect_err(text);
        assert_eq!(problem.code, ErrorCode::InvalidRequest);
    }
}
