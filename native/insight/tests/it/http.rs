//! The port: who gets in, and what is refused.

use licensing_api::insight::{
    ConfirmInsightFinding, GetInsightFindings, GetInsightServers, GetInsightTargets, GetInsightUploads,
    NewInsightTarget,
};
use licensing_api::operation::{AnsweredBy, TABLE, op};
use licensing_api::{ErrorCode, Permission, Secret};
use licensing_client::AdminClient;
use licensing_management::exchange::{
    REGISTRATION_PATH, Receipt, ReceiverErrorCode, ReceiverProblem, SERVER_HEADER, SIGNATURE_HEADER,
    UPLOAD_PATH,
};
use licensing_management::key::{Context, RegistrationCode};
use licensing_management::upload::SealedUpload;
use licensing_testbed::Cluster;
use reqwest::StatusCode;

use crate::site::Site;
use crate::support::Program;

pub(crate) async fn register(program: &Program, organization: &str, site: &Site) {
    let code = RegistrationCode::parse(&program.code(organization)).unwrap();
    let answer = program
        .http()
        .post(program.url(REGISTRATION_PATH))
        .json(&site.request(&code))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
}

pub(crate) async fn send(
    program: &Program,
    site: &Site,
    upload: &SealedUpload,
    signature: String,
    bytes: Vec<u8>,
) -> reqwest::Response {
    program
        .http()
        .put(program.url(&format!("{UPLOAD_PATH}/{}", upload.body().upload_id)))
        .header(SERVER_HEADER, site.guid.to_string())
        .header(SIGNATURE_HEADER, signature)
        .header("content-type", "application/json")
        .body(bytes)
        .send()
        .await
        .unwrap()
}

async fn code_of(answer: reqwest::Response) -> (u16, ReceiverErrorCode) {
    let status = answer.status().as_u16();
    let problem: ReceiverProblem = answer.json().await.unwrap();
    (status, problem.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_will_not_do_leave_no_trace() {
    let program = Program::start(&[]);
    let mut site = Site::new(1);
    register(&program, "Example", &site).await;
    let now = jiff::Timestamp::now();
    let upload = site.upload(now, &["SN-1"]);
    let signature = upload.sign(&site.key).to_string();
    let bytes = upload.bytes().to_vec();
    let signed = |bytes: &[u8]| site.key.sign(Context::Upload, bytes).to_string();
    let cut = bytes[..bytes.len() / 2].to_vec();
    let mut damaged = bytes.clone();
    let at = damaged.windows(5).position(|piece| piece == b"SN-1\"").unwrap();
    damaged[at] = b'X';
    let old = String::from_utf8(bytes.clone())
        .unwrap()
        .replace("\"formatVersion\":1", "\"formatVersion\":0")
        .into_bytes();
    let oversized = vec![b' '; 8 * 1024 * 1024 + 1];
    let cases = [
        (signed(&cut), cut, (400, ReceiverErrorCode::MalformedDocument)),
        (
            signature.clone(),
            damaged.clone(),
            (401, ReceiverErrorCode::SignatureInvalid),
        ),
        (
            signed(&damaged),
            damaged,
            (400, ReceiverErrorCode::IntegrityMismatch),
        ),
        (signed(&old), old, (400, ReceiverErrorCode::UnsupportedFormat)),
        (
            upload.sign(&Site::new(2).key).to_string(),
            bytes.clone(),
            (401, ReceiverErrorCode::SignatureInvalid),
        ),
        (signature.clone(), oversized, (413, ReceiverErrorCode::TooLarge)),
    ];
    for (signature, bytes, expected) in cases {
        let answer = send(&program, &site, &upload, signature, bytes).await;
        assert_eq!(code_of(answer).await, expected);
    }
    let stranger = Site::new(3);
    let answer = send(&program, &stranger, &upload, signature.clone(), bytes.clone()).await;
    assert_eq!(
        code_of(answer).await,
        (403, ReceiverErrorCode::ServerNotRegistered)
    );
    assert!(program.uploads().await.is_empty(), "nothing was stored");
    let first = send(&program, &site, &upload, signature.clone(), bytes.clone()).await;
    assert_eq!(first.status(), StatusCode::CREATED);
    let replayed = send(&program, &site, &upload, signature, bytes).await;
    assert_eq!(replayed.status(), StatusCode::OK);
    let receipt: Receipt = replayed.json().await.unwrap();
    assert_eq!(receipt.server_guid, site.guid);
    assert_eq!(program.uploads().await.len(), 1);
}

/// The rows of a list.
trait Items<T> {
    async fn await_items(self) -> Vec<T>;
}

impl<T, F: Future<Output = Result<licensing_api::Rows<T>, licensing_api::Problem>>> Items<T> for F {
    async fn await_items(self) -> Vec<T> {
        self.await.unwrap().items
    }
}

/// A customer with one server sees it, nothing of a foreign one, and what was found about both without being able to say that
/// it is in order.
async fn sees_alone(client: &AdminClient, own: &Site, foreign: &Site) {
    let servers = client
        .call::<op::GetInsightServers>(&GetInsightServers::default())
        .await_items()
        .await;
    assert_eq!(servers.len(), 1);
    assert_eq!(servers[0].server_guid, own.guid.to_string());
    let uploads = client
        .call::<op::GetInsightUploads>(&GetInsightUploads::default())
        .await_items()
        .await;
    assert!(
        uploads
            .iter()
            .all(|upload| upload.server_guid == own.guid.to_string())
    );
    let asked = client
        .call::<op::GetInsightUploads>(&GetInsightUploads {
            server_guid: Some(foreign.guid.to_string()),
            ..GetInsightUploads::default()
        })
        .await;
    assert_eq!(asked.unwrap_err().code, ErrorCode::InvalidFilter);
    let found = client
        .call::<op::GetInsightFindings>(&GetInsightFindings::default())
        .await_items()
        .await;
    let duplicate = found.iter().find(|row| row.kind == "DuplicateLicense").unwrap();
    // Only who sees both may say that.
    let acknowledged = client
        .call::<op::ConfirmInsightFinding>(&ConfirmInsightFinding {
            key: duplicate.key.clone(),
            reason: "ours".to_owned(),
        })
        .await;
    assert_eq!(acknowledged.unwrap_err().code, ErrorCode::UserNotAuthorized);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_customer_sees_their_own_servers_alone() {
    let program = Program::start(&[]);
    program.command(&["organization", "add", "Other"]);
    let mut sites = [Site::new(1), Site::new(2)];
    register(&program, "Example", &sites[0]).await;
    register(&program, "Other", &sites[1]).await;
    let now = jiff::Timestamp::now();
    // The same serial number at both, for days.
    for number in [2_i64, 1] {
        for (index, site) in sites.iter_mut().enumerate() {
            let at = now - jiff::SignedDuration::from_hours(24 * number)
                + jiff::SignedDuration::from_mins(30 * index as i64);
            let upload = site.upload(at, &["SN-1"]);
            let signature = upload.sign(&site.key).to_string();
            let answer = send(&program, site, &upload, signature, upload.bytes().to_vec()).await;
            assert_eq!(answer.status(), StatusCode::CREATED);
        }
    }
    let own = program.client(&program.account("ann", "Example", Permission::Full));
    let other = program.client(&program.account("bob", "Other", Permission::Full));
    sees_alone(&own, &sites[0], &sites[1]).await;
    sees_alone(&other, &sites[1], &sites[0]).await;
    let confirmed = program
        .client(&program.operator)
        .call::<op::ConfirmInsightFinding>(&ConfirmInsightFinding {
            key: "DuplicateLicense/acme/sn-1".to_owned(),
            reason: "known to the vendor".to_owned(),
        })
        .await
        .unwrap();
    assert_eq!(
        (confirmed.state.as_str(), confirmed.acknowledged_by.as_deref()),
        ("Acknowledged", Some("operator"))
    );
    let seen = own
        .call::<op::GetInsightFindings>(&GetInsightFindings::default())
        .await_items()
        .await;
    assert!(seen.iter().all(|row| row.reason.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_read_sees_host_and_no_path_of_a_webhook() {
    let program = Program::start(&[]);
    let reader = program.client(&program.account("reader", "Example", Permission::ReadOnly));
    let writer = program.client(&program.account("writer", "Example", Permission::Full));
    let address = "https://hooks.example.com/services/very-secret";
    program
        .client(&program.operator)
        .call::<op::NewInsightTarget>(&NewInsightTarget {
            address: address.to_owned(),
            organization: Some("Example".to_owned()),
            cert_hash: None,
        })
        .await
        .unwrap();
    for (client, shown) in [(reader, "https://hooks.example.com/…"), (writer, address)] {
        let rows = client
            .call::<op::GetInsightTargets>(&GetInsightTargets::default())
            .await
            .unwrap();
        let addresses: Vec<&str> = rows.items.iter().map(|row| row.address.as_str()).collect();
        assert_eq!(addresses, [shown]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_closed_to_those_who_may_not_use_it() {
    let program = Program::start(&[]);
    let reader = program.account("reader", "Example", Permission::ReadOnly);
    let http = program.http();
    let call = async |method: &str, path: &str, token: Option<&Secret>| {
        let method = method.parse::<reqwest::Method>().unwrap();
        let mut request = http.request(method.clone(), program.url(path));
        if let Some(token) = token {
            request = request.bearer_auth(token.expose());
        }
        if method != reqwest::Method::GET && method != reqwest::Method::DELETE {
            request = request.header("content-type", "application/json").body("{}");
        }
        request.send().await.unwrap().status().as_u16()
    };
    // Documents of license servers carry their proof in themselves.
    let closed = TABLE
        .iter()
        .filter(|info| info.answered == AnsweredBy::Insight && info.permission != Permission::None);
    for info in closed {
        let path = info.path.replace("{serverGuid}", "nothing");
        assert_eq!(call(info.method.name(), &path, None).await, 401, "{}", info.name);
        for junk in ["junk", "ins_junk"] {
            let status = call(info.method.name(), &path, Some(&Secret::new(junk))).await;
            assert_eq!(status, 401, "{}", info.name);
        }
        let status = call(info.method.name(), &path, Some(&reader)).await;
        assert_eq!(
            status == 403,
            info.permission == Permission::Full,
            "{}: {status}",
            info.name
        );
        let status = call(info.method.name(), &path, Some(&program.operator)).await;
        assert!(![401, 403, 500].contains(&status), "{}: {status}", info.name);
    }
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/v1/usage"),
        ("GET", "/v1/uploads/x"),
        ("POST", "/livez"),
        ("GET", REGISTRATION_PATH),
    ] {
        assert_eq!(call(method, path, None).await, 401, "{method} {path}");
    }
    assert_eq!(call("GET", "/v1/usage", Some(&program.operator)).await, 404);
    assert_eq!(call("GET", "/livez", None).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_a_kill() {
    killed(Program::start(&[])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_a_kill_on_postgres() {
    let Some(cluster) = Cluster::start(&[]).unwrap() else {
        return;
    };
    let address = cluster.database().unwrap();
    killed(Program::start_on(Some(&address), &[])).await;
}

async fn killed(mut program: Program) {
    let mut site = Site::new(1);
    register(&program, "Example", &site).await;
    // The long form is described in docs/proofs.md.
    let is_long = std::env::var_os("LICENSING_PROOFS").is_some_and(|form| form == "long");
    let uploads: u64 = if is_long { 500 } else { 15 };
    let start = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(600);
    for number in 0..uploads {
        let made = start + jiff::SignedDuration::from_hours(i64::try_from(number).unwrap());
        let upload = site.upload(made, &["SN-1"]);
        let signature = upload.sign(&site.key).to_string();
        let url = program.url(&format!("{UPLOAD_PATH}/{}", upload.body().upload_id));
        let request = program
            .http()
            .put(url)
            .header(SERVER_HEADER, site.guid.to_string())
            .header(SIGNATURE_HEADER, &signature)
            .body(upload.bytes().to_vec());
        let sending = tokio::spawn(request.send());
        if number % 3 == 0 {
            // Somewhere between the first byte and the answer.
            tokio::time::sleep(std::time::Duration::from_millis(fastrand::u64(0..12))).await;
            program.kill_and_start(&[]);
        }
        let stored_at_once = sending
            .await
            .unwrap()
            .is_ok_and(|answer| answer.status().is_success());
        let again = send(&program, &site, &upload, signature, upload.bytes().to_vec()).await;
        assert!(again.status().is_success());
        if stored_at_once {
            assert_eq!(again.status(), StatusCode::OK, "an answered upload is stored");
        }
    }
    let stored = program.uploads().await;
    let mut sequences: Vec<u64> = stored.iter().map(|upload| upload.sequence).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=uploads).collect::<Vec<u64>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_can_be_served_from() {
    let program = Program::start(&[]);
    let site = Site::new(1);
    register(&program, "Example", &site).await;
    let copy = program.folder.path().join("copy");
    program.command(&["backup", "--output", copy.to_str().unwrap()]);
    let listed = std::process::Command::new(env!("CARGO_BIN_EXE_insightd"))
        .args(["server", "list", "--data"])
        .arg(&copy)
        .output()
        .unwrap();
    let text = String::from_utf8(listed.stdout).unwrap();
    assert!(text.contains(&site.guid.to_string()), "{text}");
}
