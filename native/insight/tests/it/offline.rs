//! A license server that cannot reach Insight Services for a month.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use licensing_api::Problem;
use licensing_server::management::{
    Contents, Https, MAX_WAITING, ManagementFolder, ManagementService, Pace, ServiceSettings, ServiceSetup,
    Source, Wanted,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::support::Program;

/// A day takes a tenth of a second.
const PACE: Pace = Pace(864_000);
/// Days without a connection.
const DAYS: usize = 30;

struct Nothing;

impl Source for Nothing {
    fn read(&self, _: Wanted) -> BoxFuture<'_, Result<Contents, Problem>> {
        let contents = Contents {
            hardware_id: "0123456789abcdef".to_owned(),
            host_name: self.host_name(),
            ..Contents::default()
        };
        async move { Ok(contents) }.boxed()
    }

    fn host_name(&self) -> String {
        "lic.example.com".to_owned()
    }

    fn is_forbidden(&self) -> bool {
        false
    }
}

/// The way to the receiver, which can be closed.
struct Way {
    address: SocketAddr,
    is_open: Arc<AtomicBool>,
}

impl Way {
    async fn to(receiver: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let is_open = Arc::new(AtomicBool::new(true));
        let open = Arc::clone(&is_open);
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                if open.load(Ordering::SeqCst) {
                    tokio::spawn(async move {
                        let mut to = TcpStream::connect(receiver).await?;
                        tokio::io::copy_bidirectional(&mut from, &mut to).await
                    });
                }
            }
        });
        Self { address, is_open }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_without_a_connection_is_delivered_in_order() {
    let program = Program::start(&[]);
    let way = Way::to(program.endpoints.https).await;
    let folder = tempfile::tempdir().unwrap();
    let service = ManagementService::open(ServiceSetup {
        folder: ManagementFolder::new(folder.path().join("management")),
        source: Arc::new(Nothing),
        transport: Arc::new(Https {
            limit: Duration::from_secs(30),
        }),
        pace: PACE,
    })
    .await
    .unwrap();
    service
        .configure(ServiceSettings {
            destination: Some(format!("https://{}", way.address)),
            cert_hash: Some(program.endpoints.cert_hash.clone()),
            ..ServiceSettings::default()
        })
        .await
        .unwrap();
    service.register(&program.code("Example")).await.unwrap();
    way.is_open.store(false, Ordering::SeqCst);
    let stopping = CancellationToken::new();
    let running = tokio::spawn(service.clone().run(stopping.clone()));
    let hang = tokio::time::Instant::now() + Duration::from_secs(120);
    let waiting = || service.status().waiting as usize;
    while waiting() < DAYS {
        assert!(tokio::time::Instant::now() < hang, "only {} wait", waiting());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let waited = waiting();
    assert!(waited <= MAX_WAITING);
    way.is_open.store(true, Ordering::SeqCst);
    // Days go on meanwhile, so that there may always be a fresh one that waits.
    while service.status().last_success.is_none() {
        assert!(
            tokio::time::Instant::now() < hang,
            "{} wait: {:?}",
            waiting(),
            service.status().last_result
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stopping.cancel();
    running.await.unwrap();
    let mut stored = program.uploads().await;
    assert!(stored.len() >= waited);
    // By arrival: each after the one before, none twice, none missing.
    stored.sort_by_key(|row| (row.received, row.sequence));
    let sequences: Vec<u64> = stored.iter().map(|row| row.sequence).collect();
    assert_eq!(sequences, (1..=stored.len() as u64).collect::<Vec<u64>>());
    let found = program.findings().await;
    assert!(found.is_empty(), "{found:?}");
}
