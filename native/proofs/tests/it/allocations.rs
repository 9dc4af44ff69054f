//! Never more is allocated than was bought, and nothing that was allocated gets lost: two license servers ask for more seats
//! than there are while the fulfilment is killed again and again.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use licensing_api::allocation::{AllocationState, GetAllocations, GetEntitlements, NewAllocation};
use licensing_api::inventory::GetInventory;
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Secret};
use licensing_client::{Address, AdminClient, CertHash, ConnectOptions, Credentials, Trust};
use licensing_testbed::{Server, ServerBuilder, free_port, insightd};
use serde_json::Value;

/// Seats that were bought.
const BOUGHT: u32 = 120;
/// Clients of each license server.
const CLIENTS: u32 = 6;
/// Kills in the short form.
const KILLS: u32 = 12;
/// Far longer than anything here takes: only a hang reaches it.
const HANG: Duration = Duration::from_secs(240);

struct Fulfilment {
    data: PathBuf,
    port: u16,
    cert_hash: String,
    child: Child,
}

impl Drop for Fulfilment {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(data: &Path, arguments: &[&str]) -> String {
    let output = Command::new(insightd().unwrap())
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn run(data: &Path, port: u16) -> (Child, Value) {
    let mut child = Command::new(insightd().unwrap())
        .args(["run", "--data"])
        .arg(data)
        .env("INSIGHTD_PORT", port.to_string())
        .env("INSIGHTD_SESSION_MINUTES", "60")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

impl Fulfilment {
    fn start(folder: &Path) -> Self {
        let data = folder.join("insight");
        command(&data, &["init", "--port", "0", "--host-name", "127.0.0.1"]);
        command(
            &data,
            &["issuer", "init", "--name", "Acme Vendor", "--vendor", "ACME"],
        );
        // The same one after each kill.
        let port = free_port().unwrap();
        let (child, endpoints) = run(&data, port);
        Self {
            port,
            cert_hash: endpoints["certHash"].as_str().unwrap().to_owned(),
            data,
            child,
        }
    }

    fn kill_and_run(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, _) = run(&self.data, self.port);
    }

    fn order(&self) -> String {
        let file = self.data.join("order.toml");
        let text = format!(
            "order_number = 'SO-1'\ncustomer = 'Example Ltd'\nvendor = 'ACME'\n[[entitlements]]\nproduct = 'CAD'\n\
             count = {BOUGHT}\nexpires = 'permanent'\n[[entitlements.grants]]\nfeature = 'cad'\nversion = '2.0'\n"
        );
        std::fs::write(&file, text).unwrap();
        command(&self.data, &["order", "add", file.to_str().unwrap()])
    }
}

fn server(fulfilment: &Fulfilment, name: &str) -> Server {
    let mut server = ServerBuilder::new()
        .host_name(name)
        .setting(
            "fulfilment.address",
            &format!("https://127.0.0.1:{}", fulfilment.port),
        )
        .setting("fulfilment.cert_hash", &fulfilment.cert_hash)
        .prepare()
        .unwrap();
    std::fs::copy(
        fulfilment.data.join("issuers/acme-vendor.pub"),
        server.data().join("trust/acme-vendor.pub"),
    )
    .unwrap();
    server.start_again().unwrap();
    server
}

fn client(server: &Server) -> AdminClient {
    let (account, password) = server.administrator();
    let address: Address = format!("https://{}", server.endpoints().web_services)
        .parse()
        .unwrap();
    let mut options = ConnectOptions::new(address);
    options.trust = Trust::CertHash(server.endpoints().cert_hash.parse::<CertHash>().unwrap());
    options.credentials = Credentials::Basic {
        account: account.to_owned(),
        password: Secret::new(password),
    };
    AdminClient::connect(options).unwrap()
}

#[derive(Default)]
struct Count {
    asked: AtomicU32,
    repeated: AtomicU32,
    refused: AtomicU32,
    done: AtomicBool,
}

/// Asks for seats, each request until it is answered, until no more are available.
async fn storm(client: AdminClient, code: String, number: u32, count: Arc<Count>) {
    let mut dice = fastrand::Rng::with_seed(u64::from(number));
    loop {
        let asked = GetEntitlements {
            access_code: Secret::new(code.as_str()),
        };
        let Ok(rows) = client.call::<op::GetEntitlements>(&asked).await else {
            count.repeated.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        let row = &rows.items[0];
        let random = dice.u128(..).to_be_bytes();
        let id = licensing_management::id::AllocationRequestId::from_random(random);
        let request = NewAllocation {
            entitlement_id: row.entitlement_id.clone(),
            session_id: row.session_id.clone(),
            count: dice.i64(1..=3),
            host_id_type: None,
            host_id: None,
            request_id: Some(id.to_string()),
        };
        count.asked.fetch_add(1, Ordering::Relaxed);
        let outcome = loop {
            match client.call::<op::NewAllocation>(&request).await {
                Err(problem)
                    if matches!(
                        problem.code,
                        ErrorCode::FulfilmentUnavailable | ErrorCode::TooManyRequests | ErrorCode::Timeout
                    ) =>
                {
                    count.repeated.fetch_add(1, Ordering::Relaxed);
                }
                outcome => break outcome,
            }
        };
        match outcome {
            Ok(_) => {}
            Err(problem) if problem.code == ErrorCode::InvalidCount => {
                count.refused.fetch_add(1, Ordering::Relaxed);
                if request.count == 1 {
                    return;
                }
            }
            Err(problem) => panic!("{problem} {}", problem.code),
        }
    }
}

async fn seats(client: &AdminClient) -> u32 {
    match client.call::<op::GetInventory>(&GetInventory::default()).await {
        Ok(rows) => rows
            .items
            .iter()
            .filter(|row| row.feature == "cad")
            .map(|row| row.licenses_available)
            .sum(),
        Err(problem) if problem.code == ErrorCode::NoInventory => 0,
        Err(problem) => panic!("{problem}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn never_more_is_allocated_than_was_bought_whoever_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut fulfilment = Fulfilment::start(folder.path());
    let code = fulfilment.order();
    let servers = [server(&fulfilment, "ls01"), server(&fulfilment, "ls02")];
    let count = Arc::new(Count::default());
    let mut clients = Vec::new();
    for (place, server) in (0..).zip(&servers) {
        for number in 0..CLIENTS {
            let (client, code, count) = (client(server), code.clone(), Arc::clone(&count));
            clients.push(tokio::spawn(storm(client, code, place * CLIENTS + number, count)));
        }
    }
    let killing = Arc::clone(&count);
    let killer = tokio::task::spawn_blocking(move || {
        let (mut kills, mut dice) = (0, fastrand::Rng::with_seed(7));
        let mut start = Duration::ZERO;
        while !killing.done.load(Ordering::Relaxed) || kills < KILLS {
            // The pause is the proof's: a kill at any point of a request. Where a start takes long, requests do as well, and
            // none would come to its end before the next kill.
            std::thread::sleep(start + Duration::from_millis(dice.u64(50..600)));
            let begun = Instant::now();
            fulfilment.kill_and_run();
            start = begun.elapsed();
            kills += 1;
        }
        (fulfilment, kills)
    });
    for client in clients {
        tokio::time::timeout(HANG, client).await.unwrap().unwrap();
    }
    count.done.store(true, Ordering::Relaxed);
    let (fulfilment, kills) = killer.await.unwrap();

    let (mut installed, mut known) = (0, 0);
    for server in &servers {
        let client = client(server);
        let begun = Instant::now();
        // What was pending is finished by the server itself.
        loop {
            let pending = GetAllocations {
                state: Some(AllocationState::Pending),
            };
            let rows = client.call::<op::GetAllocations>(&pending).await.unwrap();
            if rows.items.is_empty() {
                break;
            }
            assert!(begun.elapsed() < HANG, "{rows:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        installed += seats(&client).await;
        let rows = client
            .call::<op::GetAllocations>(&GetAllocations::default())
            .await
            .unwrap();
        known += rows.items.iter().map(|row| row.count).sum::<u32>();
    }
    let listed = command(&fulfilment.data, &["order", "list"]);
    let allocated: u32 = listed
        .split('\t')
        .find_map(|part| {
            part.strip_suffix(" allocated")?
                .split(" of ")
                .next()?
                .parse()
                .ok()
        })
        .unwrap();
    println!(
        "allocations: 2 servers, {} clients, {BOUGHT} seats bought, {} requests, {} repeated, {} refused, {kills} kills; \
         allocated {allocated}, installed {installed}",
        2 * CLIENTS,
        count.asked.load(Ordering::Relaxed),
        count.repeated.load(Ordering::Relaxed),
        count.refused.load(Ordering::Relaxed),
    );
    assert_eq!(allocated, BOUGHT, "{listed}");
    assert_eq!((installed, known), (allocated, allocated));
    for server in servers {
        server.stop().unwrap();
    }
}
