//! Junk and slow senders on the ports of a real server.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::full_circle::{LOOPBACK, administrator};
use crate::support::{acme, builder, check_in, check_out, daemon, daemon_address, discover, start};

/// Far longer than anything here should take: only a hang reaches it.
const HANG: Duration = Duration::from_secs(300);
const CONNECTIONS: usize = 3_000;
/// The beginning of every HTTP/2 connection.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Bytes that look random and are the same in each run.
fn junk(seed: usize) -> Vec<u8> {
    let mut state = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut byte = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let length = usize::from(byte()) + 1;
    let tail = (0..length).map(|_| byte());
    match seed % 4 {
        // Some get past the first check of the protocol.
        0 => PREFACE.iter().copied().chain(tail).collect(),
        // A TLS record that announces more than comes.
        1 => [0x16, 3, 1, 0x40, 0].into_iter().chain(tail).collect(),
        2 => b"GET /../../etc/passwd HTTP/1.1\r\n"
            .iter()
            .copied()
            .chain(tail)
            .collect(),
        _ => tail.collect(),
    }
}

pub(crate) async fn throw_junk(address: SocketAddr) {
    let mut under_way = tokio::task::JoinSet::new();
    for seed in 0..CONNECTIONS {
        under_way.spawn(async move {
            // Being refused or reset is fine: only the others count.
            let Ok(mut stream) = TcpStream::connect(address).await else {
                return;
            };
            let _ = stream.write_all(&junk(seed)).await;
            if seed % 3 == 0 {
                let _ = stream.shutdown().await;
            }
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
        });
        if under_way.len() >= 200 {
            under_way.join_next().await;
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// Connections that begin a request and never end it, more than the port keeps pending.
pub(crate) async fn hold(address: SocketAddr, number: usize) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for index in 0..number {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let beginning: &[u8] = match index % 3 {
            0 => b"",
            1 => &PREFACE[..10],
            // A header frame that announces 16 bytes and brings one.
            _ => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x10\x01\x04\x00\x00\x00\x01\x82",
        };
        // It may have had to make room already.
        let _ = stream.write_all(beginning).await;
        held.push(stream);
    }
    held
}

pub(crate) async fn all_closed(held: Vec<TcpStream>) {
    for mut stream in held {
        let mut rest = Vec::new();
        // A reset is an end as well.
        let _ = tokio::time::timeout(HANG, stream.read_to_end(&mut rest))
            .await
            .expect("it is closed");
    }
}

fn seats() -> licensing_testbed::ServerBuilder {
    builder()
        .license("acme.lic", &acme(100))
        .setting("limits.first_request_seconds", "2")
}

/// So few that those who hold connections have to make room.
fn few_pending() -> licensing_testbed::ServerBuilder {
    seats().setting("limits.pending_connections", "50")
}

#[tokio::test(flavor = "multi_thread")]
async fn junk_on_the_daemons_port_leaves_products_served() {
    let server = start(seats()).await;
    let mut before = daemon(&server).await;
    let throwing = tokio::spawn(throw_junk(daemon_address(&server)));
    for key in 1..=20 {
        let lease = check_out(&mut before, key).await.unwrap();
        assert!(check_in(&mut daemon(&server).await, &lease).await);
    }
    tokio::time::timeout(HANG, throwing)
        .await
        .expect("every connection ends")
        .unwrap();
    check_out(&mut daemon(&server).await, 99).await.unwrap();
    server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn junk_on_the_managers_port_leaves_products_served() {
    let server = start(seats()).await;
    let address = server.endpoints().licensing;
    let throwing = tokio::spawn(throw_junk(address));
    for _ in 0..20 {
        assert_eq!(discover(address).await.vendors.len(), 1);
    }
    tokio::time::timeout(HANG, throwing)
        .await
        .expect("every connection ends")
        .unwrap();
    assert_eq!(discover(address).await.vendors.len(), 1);
    server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_senders_on_the_daemons_port_leave_products_served() {
    let server = start(few_pending()).await;
    let held = hold(daemon_address(&server), 300).await;
    let mut client = daemon(&server).await;
    let lease = check_out(&mut client, 1).await.unwrap();
    all_closed(held).await;
    assert!(check_in(&mut client, &lease).await, "who works is not cut off");
    server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_senders_on_the_managers_port_leave_products_served() {
    let server = start(few_pending()).await;
    let address = server.endpoints().licensing;
    let held = hold(address, 300).await;
    assert_eq!(discover(address).await.vendors.len(), 1);
    all_closed(held).await;
    server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn junk_on_the_web_services_port_leaves_administrators_served() {
    let server = start(seats()).await;
    let throwing = tokio::spawn(throw_junk(server.endpoints().web_services));
    for _ in 0..10 {
        // Each has a connection of its own.
        let admin = administrator(&server, LOOPBACK);
        assert_eq!(
            admin.certificate().await.unwrap().cert_hash,
            server.endpoints().cert_hash
        );
    }
    tokio::time::timeout(HANG, throwing)
        .await
        .expect("every connection ends")
        .unwrap();
    administrator(&server, LOOPBACK).verify().await.unwrap();
    server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_senders_on_the_web_services_port_leave_administrators_served() {
    let server = start(few_pending()).await;
    let held = hold(server.endpoints().web_services, 300).await;
    administrator(&server, LOOPBACK).verify().await.unwrap();
    all_closed(held).await;
    server.stop().unwrap();
}
