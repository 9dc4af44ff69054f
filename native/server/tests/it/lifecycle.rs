//! Starts and ends, wanted and unwanted.

use std::time::Duration;

use licensing_testbed::{Increment, Server, free_port, license_text};

use crate::support::{VENDOR, acme, builder, check_out, daemon, discover, in_use, server_with, start};

/// Far longer than anything here should take: only a hang reaches it.
const HANG: Duration = Duration::from_secs(60);

/// Waits until a condition holds.
async fn until<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let looked = tokio::time::timeout(HANG, async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    looked
        .await
        .unwrap_or_else(|_| panic!("it never came to this: {what}"));
}

#[cfg(target_os = "linux")]
fn is_alive(pid: u32) -> bool {
    // A zombie has ended: its parent has not looked yet.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit_once(") ")
            .is_some_and(|(_, rest)| rest.starts_with('Z'))
    })
}

#[cfg(target_os = "linux")]
fn daemon_pids(server: &Server) -> Vec<u32> {
    let manager = server.endpoints().process_id;
    let children = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse::<u32>().ok()?;
        (parent == manager).then_some(pid)
    });
    children.collect()
}

#[cfg(target_os = "linux")]
fn send(signal: rustix::process::Signal, pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

#[tokio::test]
async fn the_manager_tells_where_everything_is() {
    let server = server_with(1).await;
    let found = discover(server.endpoints().licensing).await;
    assert_eq!(found.server_name, "license01.example.com");
    assert_eq!(found.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(
        found.web_services_port,
        u32::from(server.endpoints().web_services.port())
    );
    assert_eq!(found.vendors.len(), 1);
    assert!(found.vendors[0].serving);
    assert_eq!(
        found.vendors[0].port,
        u32::from(server.endpoints().vendors[VENDOR])
    );
    server.stop().unwrap();
}

#[tokio::test]
async fn it_ends_in_good_order_and_leaves_no_endpoints() {
    let mut server = server_with(1).await;
    let mut client = daemon(&server).await;
    check_out(&mut client, 1).await.unwrap();
    let data = server.data().to_owned();
    assert!(data.join("run/endpoints.json").exists());
    assert!(server.end().unwrap().success());
    assert!(!data.join("run/endpoints.json").exists());
    assert!(
        server.log().contains("the vendor daemon ends"),
        "{}",
        server.log()
    );
}

#[tokio::test]
async fn the_options_file_holds_from_the_start() {
    let mut server = server_with(2).await;
    server.end().unwrap();
    let options = server.data().join("licenses").join("ACME.opt");
    std::fs::write(options, "EXCLUDE cad USER user1\n").unwrap();
    server.start_again().unwrap();
    let mut client = daemon(&server).await;
    check_out(&mut client, 1).await.expect_err("it is shut out");
    check_out(&mut client, 2).await.unwrap();
    server.stop().unwrap();
}

#[tokio::test]
async fn leases_are_there_after_a_restart() {
    let mut server = server_with(2).await;
    let lease = check_out(&mut daemon(&server).await, 1).await.unwrap();
    server.end().unwrap();
    server.start_again().unwrap();
    let mut client = daemon(&server).await;
    assert_eq!(in_use(&mut client).await, 1);
    let again = check_out(&mut client, 1).await.unwrap();
    assert!(again.repeated_request);
    assert_eq!(again.lease_id, lease.lease_id);
    server.stop().unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_killed_daemon_comes_back_with_its_leases_on_its_port() {
    let server = server_with(2).await;
    let lease = check_out(&mut daemon(&server).await, 1).await.unwrap();
    let pids = daemon_pids(&server);
    assert_eq!(pids.len(), 1);
    send(rustix::process::Signal::KILL, pids[0]);
    let manager = server.endpoints().licensing;
    until("another daemon serves", || async {
        let serving = discover(manager).await.vendors[0].serving;
        serving && daemon_pids(&server).iter().any(|pid| *pid != pids[0])
    })
    .await;
    // Found at the old address: this daemon may have any port, and kept the one it had.
    let mut client = daemon(&server).await;
    let again = check_out(&mut client, 1).await.unwrap();
    assert_eq!((again.lease_id, again.repeated_request), (lease.lease_id, true));
    server.stop().unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_daemon_that_hangs_is_replaced() {
    let server = server_with(2).await;
    let lease = check_out(&mut daemon(&server).await, 1).await.unwrap();
    let pids = daemon_pids(&server);
    send(rustix::process::Signal::STOP, pids[0]);
    let manager = server.endpoints().licensing;
    until("another daemon serves", || async {
        // Right after the old one has ended the manager may not know it yet.
        daemon_pids(&server).iter().any(|pid| *pid != pids[0]) && discover(manager).await.vendors[0].serving
    })
    .await;
    assert!(!is_alive(pids[0]));
    let again = check_out(&mut daemon(&server).await, 1).await.unwrap();
    assert_eq!((again.lease_id, again.repeated_request), (lease.lease_id, true));
    server.stop().unwrap();
}

#[tokio::test]
async fn a_session_is_told_when_the_server_ends() {
    let mut server = server_with(1).await;
    let mut client = daemon(&server).await;
    let (_asked, requests) = tokio::sync::mpsc::channel::<licensing_protocol::licensing::SessionRequest>(1);
    let requests = tokio_stream::wrappers::ReceiverStream::new(requests);
    let mut replies = client.session(requests).await.unwrap().into_inner();
    let ended = tokio::task::spawn_blocking(move || server.end().unwrap());
    let status = tokio::time::timeout(HANG, replies.message())
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unavailable);
    assert_eq!(status.metadata().get("licensing-code").unwrap(), "ServerStopping");
    assert!(ended.await.unwrap().success());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_daemon_outlives_its_manager() {
    let mut server = server_with(1).await;
    let pids = daemon_pids(&server);
    assert_eq!(pids.len(), 1);
    let lease = check_out(&mut daemon(&server).await, 1).await.unwrap();
    server.kill().unwrap();
    until("the daemon has ended", || async { !is_alive(pids[0]) }).await;
    server.start_again().unwrap();
    let again = check_out(&mut daemon(&server).await, 1).await.unwrap();
    assert_eq!(again.lease_id, lease.lease_id);
    server.stop().unwrap();
}

#[tokio::test]
async fn daemons_come_and_go_with_the_files() {
    let server = start(builder()).await;
    assert!(server.endpoints().vendors.is_empty());
    server.install("acme.lic", &acme(1)).unwrap();
    server
        .install("bolt.lic", &license_text("BOLT", &[Increment::new("drill", 3)]))
        .unwrap();
    server.reread().unwrap();
    let both = server.wait_for(|endpoints| endpoints.vendors.len() == 2).unwrap();
    assert!(both.vendors.contains_key("ACME") && both.vendors.contains_key("BOLT"));
    std::fs::remove_file(server.data().join("licenses/acme.lic")).unwrap();
    server.reread().unwrap();
    let one = server.wait_for(|endpoints| endpoints.vendors.len() == 1).unwrap();
    assert_eq!(
        one.vendors["BOLT"], both.vendors["BOLT"],
        "the other one goes on where it was"
    );
    server.stop().unwrap();
}

#[tokio::test]
async fn more_seats_come_with_a_reread_and_leases_stay() {
    let server = server_with(1).await;
    let mut client = daemon(&server).await;
    check_out(&mut client, 1).await.unwrap();
    check_out(&mut client, 2).await.expect_err("there is one seat");
    server
        .install(
            "more.lic",
            &license_text(VENDOR, &[Increment::new("cad", 4).attributes("SN=2")]),
        )
        .unwrap();
    server.reread().unwrap();
    let mut client_of = client.clone();
    until("the new seats are there", || {
        let mut client = client_of.clone();
        async move {
            crate::support::status(&mut client)
                .await
                .features
                .iter()
                .map(|f| f.count)
                .sum::<u32>()
                == 5
        }
    })
    .await;
    assert_eq!(in_use(&mut client_of).await, 1);
    check_out(&mut client, 2).await.unwrap();
    server.stop().unwrap();
}

#[tokio::test]
async fn a_vendor_gets_the_port_of_its_line() {
    let free = free_port().unwrap();
    let text = acme(1).replace("VENDOR ACME", &format!("VENDOR ACME PORT={free}"));
    let server = start(builder().license("acme.lic", &text)).await;
    assert_eq!(server.endpoints().vendors[VENDOR], free);
    server.stop().unwrap();
}

#[tokio::test]
async fn a_second_server_in_the_same_folder_is_refused() {
    let server = server_with(1).await;
    let second = tokio::process::Command::new(env!("CARGO_BIN_EXE_licensingd"))
        .args(["run", "--data"])
        .arg(server.data())
        .output();
    let second = tokio::time::timeout(HANG, second).await.unwrap().unwrap();
    assert!(!second.status.success());
    assert!(
        String::from_utf8_lossy(&second.stderr).contains("another license server"),
        "{second:?}"
    );
    check_out(&mut daemon(&server).await, 1)
        .await
        .expect("the first goes on");
    server.stop().unwrap();
}

#[tokio::test]
async fn a_damaged_database_is_not_served_and_said_so() {
    let mut server = server_with(1).await;
    check_out(&mut daemon(&server).await, 1).await.unwrap();
    server.end().unwrap();
    let file = server.data().join("state/ACME.db");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.iter_mut().skip(100).for_each(|byte| *byte ^= 0x5a);
    std::fs::write(&file, bytes).unwrap();
    server.start_again().unwrap();
    assert!(
        server.endpoints().vendors.is_empty(),
        "the manager serves, the daemon does not"
    );
    assert!(server.log().contains("ACME.db"), "{}", server.log());
    let found = discover(server.endpoints().licensing).await;
    assert!(found.vendors.iter().all(|vendor| !vendor.serving));
    server.stop().unwrap();
}
