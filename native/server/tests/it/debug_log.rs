//! The debug log as log readers take it: by its documented shape alone.

use std::time::Duration;

use jiff::civil::Date;
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use licensing_protocol::licensing::{CheckoutRequest, Holder};
use licensing_testbed::{Increment, Server, license_text};
use tonic::transport::Channel;

use crate::support::{VENDOR, builder, check_in, check_out, daemon, request};

/// `hh:mm:ss (daemon) text`.
#[derive(Debug, PartialEq)]
struct Line {
    daemon: String,
    text: String,
}

fn read(text: &str) -> Vec<Line> {
    let line = |line: &str| {
        let (clock, rest) = line.split_once(" (").unwrap();
        let parts: Vec<u8> = clock
            .trim_start()
            .split(':')
            .map(|part| part.parse().unwrap())
            .collect();
        assert!(
            clock.len() == 8 && parts[0] < 24 && parts[1] < 60 && parts[2] < 60,
            "{line}"
        );
        let (daemon, text) = rest.split_once(") ").unwrap();
        Line {
            daemon: daemon.to_owned(),
            text: text.to_owned(),
        }
    };
    text.lines().map(line).collect()
}

/// OUT, IN, DENIED, UNSUPPORTED: verb, feature, user, host, data and what stands in parentheses behind.
fn seat(line: &Line) -> Option<(String, String, String, String, String, String)> {
    let (verb, rest) = line.text.split_once(": \"")?;
    let (feature, rest) = rest.split_once("\" ")?;
    let rest = rest
        .strip_prefix("(PORT_AT_HOST_PLUS   ) ")
        .unwrap_or(rest)
        .trim_end();
    let end = [rest.find(" ["), rest.find("  (")]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(rest.len());
    let (who, mut tail) = rest.split_at(end);
    let (user, host) = who.rsplit_once('@')?;
    let mut data = "";
    if let Some(inside) = tail.strip_prefix(" [") {
        (data, tail) = inside.split_once(']')?;
    }
    let text = |text: &str| text.to_owned();
    Some((
        text(verb),
        text(feature),
        text(user),
        text(host),
        text(data),
        text(tail.trim()),
    ))
}

fn seats(lines: &[Line]) -> Vec<String> {
    let seats = lines.iter().filter_map(seat);
    seats
        .map(|(verb, feature, user, host, data, tail)| {
            format!("{verb} {feature} {user} {host} {data} {tail}")
        })
        .collect()
}

async fn start(options: &'static str, setting: &'static str) -> Server {
    tokio::task::spawn_blocking(move || {
        let text = license_text(
            VENDOR,
            &[
                Increment::new("cad", 3),
                Increment::new("old", 1).expires("1-jan-2020"),
                Increment::new("cam", 1),
            ],
        );
        let mut server = builder()
            .license("acme.lic", &text)
            .setting("licensing.debug_log", setting)
            .setting("licensing.heartbeat_seconds", "1")
            .setting("licensing.lifetime_seconds", "4")
            .prepare()
            .unwrap();
        if !options.is_empty() {
            std::fs::write(server.data().join("licenses/ACME.opt"), options).unwrap();
        }
        server.start_again().unwrap();
        server
    })
    .await
    .unwrap()
}

fn file(server: &Server, name: &str) -> String {
    std::fs::read_to_string(server.data().join("log").join(name)).unwrap_or_default()
}

async fn until(server: &Server, name: &str, wanted: &str) {
    for _ in 0..1200 {
        if file(server, name).contains(wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{wanted} is not in the log:\n{}", file(server, name));
}

async fn denied(client: &mut VendorDaemonClient<Channel>, request: CheckoutRequest) {
    client.checkout(request).await.unwrap();
}

#[tokio::test]
async fn what_happens_to_seats_is_written_in_the_usual_lines() {
    let began = jiff::Zoned::now().date();
    let mut server = start(
        "TIMEOUTALL 900\nEXCLUDE cam USER bert\nRESERVE 1 cad USER anna\n",
        "true",
    )
    .await;
    let mut client = daemon(&server).await;
    let mut wide = request(1);
    wide.count = 2;
    wide.holder = Some(Holder {
        user: "Marta Rodríguez".to_owned(),
        host: "pc7".to_owned(),
        vendor_data: "ec26edf8".to_owned(),
        ..Holder::default()
    });
    client.checkout(wide).await.unwrap();
    until(&server, "ACME.log", "(INACTIVE)").await;
    let lease = check_out(&mut client, 2).await.unwrap();
    assert!(check_in(&mut client, &lease).await);
    let many = CheckoutRequest {
        count: 9,
        ..request(3)
    };
    denied(&mut client, many).await;
    let unknown = CheckoutRequest {
        feature: "cae".to_owned(),
        ..request(4)
    };
    denied(&mut client, unknown).await;
    std::fs::write(
        server.data().join("licenses/ACME.opt"),
        "NOLOG IN\nNOLOG DENIED\nMAX 2 cad USER x\n",
    )
    .unwrap();
    server
        .install("acme.lic", &license_text(VENDOR, &[Increment::new("cad", 4)]))
        .unwrap();
    server.reread().unwrap();
    until(&server, "ACME.log", "...Finished rereading").await;
    let lease = check_out(&mut client, 5).await.unwrap();
    assert!(check_in(&mut client, &lease).await);
    denied(
        &mut client,
        CheckoutRequest {
            count: 9,
            ..request(6)
        },
    )
    .await;
    tokio::task::spawn_blocking(move || {
        server.end().unwrap();
        check_lines(&server, began);
    })
    .await
    .unwrap();
}

fn check_lines(server: &Server, began: Date) {
    let text = file(server, "ACME.log");
    let lines = read(&text);
    assert_eq!(
        seats(&lines),
        [
            "OUT cad Marta Rodríguez pc7 ec26edf8 (2 licenses)",
            "IN cad Marta Rodríguez pc7 ec26edf8 (2 licenses)  (INACTIVE)",
            "OUT cad user2 host2  ",
            "IN cad user2 host2  ",
            "DENIED cad user3 host3  (More seats were requested than are installed. (-26,0))",
            "UNSUPPORTED cae user4 host4  (No such feature exists. (-5,346))",
            "OUT cad user5 host5  ",
        ],
        "{text}"
    );
    let has_line = |daemon: &str, wanted: &str| {
        assert!(
            lines
                .iter()
                .any(|line| line.daemon == daemon && line.text.contains(wanted)),
            "{daemon} {wanted}:\n{text}"
        );
    };
    // The day may have ended meanwhile.
    let days = [began, jiff::Zoned::now().date()];
    let dated = days.map(|day| format!("TIMESTAMP {}/{}/{}", day.month(), day.day(), day.year()));
    let is_dated =
        |line: &Line| line.daemon == "ACME" && dated.iter().any(|date| line.text.contains(date.as_str()));
    assert!(lines.iter().any(is_dated), "{dated:?}:\n{text}");
    has_line("ACME", "Server's System Date and Time: ");
    has_line("lmgrd", "ACME using TCP-port ");
    has_line("lmgrd", "Started ACME (internet tcp_port ");
    has_line(
        "ACME",
        "Server started on license01.example.com for:\tcad\t\tcam\t",
    );
    has_line("ACME", "License file(s): acme.lic");
    has_line("ACME", "EXPIRED: old");
    has_line("ACME", "Using options file: \"");
    has_line("ACME", "ALL FEATURES: INACTIVITY TIMEOUT set to 900 seconds");
    has_line("ACME", "EXCLUDE USER bert in cam");
    has_line("ACME", "RESERVING 1 cad  licenses for USER anna");
    has_line("ACME", "Rereading license file...");
    has_line("ACME", "Rereading options file...");
    has_line("ACME", "Updating feature cad");
    has_line("ACME", "Support removed for feature cam(");
    has_line(
        "lmgrd",
        "ACME exited with status 46 (lmgrd requested vendor daemon down)",
    );
}

#[tokio::test]
async fn an_options_file_can_name_a_file_of_the_log_folder_and_nothing_else() {
    let server = start("DEBUGLOG +acme-debug.log\n", "true").await;
    let mut client = daemon(&server).await;
    check_out(&mut client, 1).await.unwrap();
    until(&server, "acme-debug.log", "OUT: \"cad\"").await;
    assert_eq!(file(&server, "ACME.log"), "");

    let victim = server.data().join("licensingd.toml");
    let before = std::fs::read(&victim).unwrap();
    let line = format!("DEBUGLOG {}\n", victim.display());
    std::fs::write(server.data().join("licenses/ACME.opt"), line).unwrap();
    server.reread().unwrap();
    until(&server, "ACME.log", "...Finished rereading").await;
    check_out(&mut client, 2).await.unwrap();
    until(&server, "ACME.log", "user2@host2").await;
    assert_eq!(std::fs::read(&victim).unwrap(), before);
    assert!(server.log().contains("is not a .log file in"), "{}", server.log());
    server.stop().unwrap();
}

#[tokio::test]
async fn nothing_is_written_unless_it_is_wanted() {
    let server = start("DEBUGLOG acme-debug.log\n", "false").await;
    check_out(&mut daemon(&server).await, 1).await.unwrap();
    assert!(
        server.log().contains("The debug log is switched off"),
        "{}",
        server.log()
    );
    let folder = server.data().join("log");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    server.stop().unwrap();
}
