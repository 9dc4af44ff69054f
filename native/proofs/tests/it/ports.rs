//! Junk and slow senders on every port of a server.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use licensing_client::{Address, Trust, discover};
use licensing_proofs::{Answer, Dice, FEATURE, Form, Key, Memory, Site, cad};
use licensing_testbed::ServerBuilder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Far longer than anything here takes: only a hang reaches it.
const HANG: Duration = Duration::from_secs(120);
/// Connections with junk at a time.
const AT_A_TIME: usize = 200;
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// 1 to 300 random bytes, a part of them behind a beginning that looks right.
fn junk(dice: &mut Dice) -> Vec<u8> {
    let beginning: &[u8] = match dice.u8(..5) {
        0 => PREFACE,
        1 => &[0x16, 3, 1, 0x40, 0],
        2 => &[0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3],
        3 => b"POST /v1/license-files HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n",
        _ => b"",
    };
    let tail = (0..dice.usize(1..=300)).map(|_| dice.u8(..)).collect::<Vec<_>>();
    [beginning, &tail].concat()
}

async fn throw_junk(address: SocketAddr, connections: usize, dice: &mut Dice) {
    let mut under_way = JoinSet::new();
    for _ in 0..connections {
        let (junk, closes) = (junk(dice), dice.bool());
        under_way.spawn(async move {
            // Being refused or reset is fine: only the others count.
            let Ok(mut stream) = TcpStream::connect(address).await else {
                return;
            };
            let _ = stream.write_all(&junk).await;
            if closes {
                let _ = stream.shutdown().await;
            }
            let _ = stream.read_to_end(&mut Vec::new()).await;
        });
        if under_way.len() >= AT_A_TIME {
            under_way.join_next().await;
        }
    }
    under_way.join_all().await;
}

/// Connections that begin a request and never end it.
async fn hold(address: SocketAddr, number: usize) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for index in 0..number {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let beginning: &[u8] = match index % 4 {
            0 => b"",
            1 => &PREFACE[..10],
            2 => &[0x16, 3, 1, 0, 200, 1, 0],
            _ => b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ",
        };
        let _ = stream.write_all(beginning).await;
        held.push(stream);
    }
    held
}

/// Ports that a process listens on, as the kernel tells.
fn listening(process: u32) -> BTreeSet<u16> {
    let sockets: BTreeSet<String> = std::fs::read_dir(format!("/proc/{process}/fd"))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|target| {
            Some(
                target
                    .to_str()?
                    .strip_prefix("socket:[")?
                    .strip_suffix(']')?
                    .to_owned(),
            )
        })
        .collect();
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let ports = table.lines().skip(1).filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let listens = columns[3] == "0A" && sockets.contains(columns[9]);
        let port = columns[1].split_once(':')?.1;
        listens.then(|| u16::from_str_radix(port, 16).ok())?
    });
    ports.collect()
}

/// Others at work meanwhile: on connections from before, on new ones, on all ports.
async fn others(site: Arc<Site>, over: Arc<AtomicBool>, mut dice: Dice) -> u32 {
    let mut before = site.product().await.unwrap();
    let manager: Address = site.endpoints().unwrap().licensing.to_string().parse().unwrap();
    let mut served = 0;
    while !over.load(Ordering::Relaxed) || served == 0 {
        for product in [&mut before, &mut site.product().await.unwrap()] {
            let answer = product.checkout(FEATURE, Key(dice.u128(..))).await.unwrap();
            let Answer::Granted { lease, .. } = answer else {
                panic!("{answer:?}")
            };
            assert!(product.checkin(&lease).await.unwrap());
        }
        let found = discover(&manager, Some(&Trust::System), HANG).await.unwrap();
        assert_eq!(found.vendors.len(), 1);
        site.usage().await.unwrap();
        served += 1;
    }
    served
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn junk_and_slow_senders_on_every_port_keep_nobody_out() {
    let (junk, slow) = Form::of_this_run().pick((3_000, 300), (30_000, 2_000));
    let mut dice = Dice::new("ports");
    let builder = ServerBuilder::new()
        .license("acme.lic", &cad(10))
        .setting("limits.first_request_seconds", "3");
    let site = Arc::new(Site::start(builder).unwrap());
    let daemon = site.daemon_serves(None).await.unwrap();
    let manager = site.server.endpoints().process_id;
    let ports: Vec<u16> = listening(manager).into_iter().chain(listening(daemon)).collect();
    assert_eq!(ports.len(), 4, "manager, web services, licensing, control");
    let memory = || [manager, daemon].map(|process| Memory::of(process).unwrap());
    let idle = memory();
    let over = Arc::new(AtomicBool::new(false));
    let others = tokio::spawn(others(Arc::clone(&site), Arc::clone(&over), dice.fork()));
    for port in &ports {
        let address = SocketAddr::from(([127, 0, 0, 1], *port));
        let held = hold(address, slow).await;
        tokio::time::timeout(HANG * 10, throw_junk(address, junk, &mut dice))
            .await
            .expect("every connection ends");
        for mut stream in held {
            // A reset is an end as well.
            let _ = tokio::time::timeout(HANG, stream.read_to_end(&mut Vec::new()))
                .await
                .expect("a slow sender is sent away");
        }
    }
    over.store(true, Ordering::Relaxed);
    let served = others.await.unwrap();
    let after = memory();
    println!(
        "ports: {} ports, each with {junk} junk connections and {slow} slow ones; {served} rounds of others served \
         meanwhile, 0 refused; memory of manager and daemon {:?} KiB before, {:?} KiB at most",
        ports.len(),
        idle.map(|memory| memory.now),
        after.map(|memory| memory.most)
    );
    for (after, idle) in after.iter().zip(idle) {
        assert!(after.most < idle.now + 128 * 1024, "{after:?} after {idle:?}");
    }
    let mut site = Arc::into_inner(site).unwrap();
    site.end().unwrap();
    site.verify().unwrap();
}
