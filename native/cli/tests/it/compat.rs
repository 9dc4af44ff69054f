//! Status in the shapes of `lmstat` and `udadmin`, against a real license server.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use licensing_testbed::{Increment, ServerBuilder, free_port, license_text};

use crate::run::ended;
use crate::server::Site;

/// Ends a product the polite way.
fn give_back(mut product: Child) {
    drop(product.stdin.take());
    assert!(product.wait().unwrap().success());
}

#[test]
fn stat_shows_server_vendor_feature_and_holder_where_readers_look_for_them() {
    let site = Site::with_seats();
    let (product, _) = site.product(&["cad", "--user", "anna", "--device", "ws-101"]);
    let port = site.server.endpoints().licensing.port();

    let all = site.text(&["stat", "-a"]);
    assert!(
        all.contains("license01.example.com: license server UP (MASTER) v"),
        "{all}"
    );
    assert!(
        all.contains(&format!(
            "License server status: {port}@license01.example.com\n    License file(s) on \
             license01.example.com: acme.lic:\n"
        )),
        "{all}"
    );
    assert!(all.contains("\n      ACME: UP v"), "{all}");
    assert!(
        all.contains("Users of cad:  (Total of 12 licenses issued;  Total of 1 license in use)"),
        "{all}"
    );
    assert!(
        all.contains("Users of report:  (Total of 1 license issued;  Total of 0 licenses in use)"),
        "{all}"
    );
    let holder = all
        .lines()
        .find(|line| line.starts_with("    anna ws-101 "))
        .unwrap_or_else(|| panic!("{all}"));
    assert!(
        holder.contains(&format!("(v1.0) (license01.example.com/{port} ")) && holder.contains("), start "),
        "{holder}"
    );

    let one = site.text(&["stat", "-f", "REPORT"]);
    assert!(
        one.contains("Users of report:") && !one.contains("Users of cad:"),
        "{one}"
    );
    let missing = site.text(&["stat", "-f", "none"]);
    assert!(missing.contains("No such feature exists."), "{missing}");
    let vendor = site.text(&["stat", "-S", "acme"]);
    assert!(vendor.contains("Users of cad:"), "{vendor}");
    let servers = site.text(&["stat"]);
    assert!(
        servers.contains("ACME: UP") && !servers.contains("Users of"),
        "{servers}"
    );

    let table = site.text(&["stat", "-i"]);
    let row = table.lines().find(|line| line.starts_with("cad ")).unwrap();
    assert_eq!(
        row.split_whitespace().collect::<Vec<_>>(),
        ["cad", "1.0", "10", "ACME", "permanent(no", "expiration", "date)"]
    );
    assert_eq!(site.run(&["stat", "-a", "-i"]).code, 2, "one selection at a time");
    let one_row = site.text(&["stat", "-i", "Report"]);
    assert!(
        one_row.contains("\nreport ") && !one_row.contains("\ncad "),
        "{one_row}"
    );
    let used = site.text(&["stat", "-A"]);
    assert!(
        used.contains("Users of cad:") && !used.contains("Users of report:"),
        "{used}"
    );
    for every in [vec!["stat", "-f"], vec!["stat", "-S"]] {
        let shown = site.text(&every);
        assert!(
            shown.contains("Users of cad:") && shown.contains("Users of report:"),
            "{shown}"
        );
    }
    assert_eq!(
        site.text(&["stat", "-s"]).lines().count(),
        servers.lines().count()
    );
    give_back(product);
    site.server.stop().unwrap();
}

#[test]
fn stat_finds_the_web_services_of_the_managers_it_is_told() {
    let site = Site::with_seats();
    let manager = site.server.endpoints().licensing;
    let (port, host) = (manager.port(), manager.ip());
    let folder = tempfile::tempdir().unwrap();
    let text = format!("SERVER {host} ANY {port}\nVENDOR ACME\nUSE_SERVER\n");
    let license = crate::run::file(folder.path(), "client.lic", text);
    let named = |list: &str| {
        let mut command = site.as_administrator(&["lmstat", "-a", "-t", "20", "-c", list]);
        command.env_remove("LICENSING_SERVER");
        ended(&mut command)
    };
    for list in [format!("{port}@{host}"), license.clone()] {
        let shown = named(&list);
        assert!(
            shown.out.contains("Users of cad:"),
            "{list}: {} {}",
            shown.out,
            shown.err
        );
    }
    let free = free_port().unwrap();
    let both = named(&format!("{free}@{host},{port}@{host}"));
    assert!(
        both.out.starts_with("Error getting status: Cannot connect"),
        "{}",
        both.out
    );
    assert!(both.out.contains("Users of cad:"), "{}", both.out);
    assert_eq!(both.code, 241);
    for wrong in ["", "x@", "port@host", "nowhere.lic"] {
        assert_ne!(named(wrong).code, 0, "{wrong}");
    }
    let version = site.text(&["lmstat", "-v"]);
    let mut words = version.split_whitespace();
    assert_eq!(words.next(), Some("lmstat"));
    assert!(
        words.next().is_some_and(|version| version.starts_with('v')),
        "{version}"
    );
    site.server.stop().unwrap();
}

#[test]
fn stat_shows_what_is_set_aside_and_what_lingers() {
    let text = license_text(
        "ACME",
        &[Increment::new("cad", 10)
            .attributes("OVERDRAFT=2 HOSTID=\"INTERNET=*.*.*.* ID=77\" VENDOR_STRING=;LT=Retail")],
    );
    let options = "GROUP design zoe\nRESERVE 3 cad GROUP design\nLINGER cad 600\n";
    let site = Site::with(
        ServerBuilder::new()
            .license("acme.lic", &text)
            .options("ACME", options),
    );
    let (product, _) = site.product(&["cad", "--user", "anna", "--device", "ws-101"]);
    let (lingering, _) = site.product(&["cad", "--user", "bert", "--device", "ws-102", "--count", "2"]);
    give_back(lingering);

    let all = site.text(&["stat", "-a"]);
    assert!(
        all.contains("Users of cad:  (Total of 12 licenses issued;  Total of 6 licenses in use)"),
        "{all}"
    );
    assert!(
        all.contains("\n        3 RESERVATIONs for GROUP design ("),
        "{all}"
    );
    assert!(all.contains("\n  vendor_string: ;LT=Retail\n"), "{all}");
    assert!(
        all.contains("\n  nodelocked license, locked to \"INTERNET=*.*.*.* ID=77\"\n"),
        "{all}"
    );
    assert!(
        all.contains("\n  seats: overdraft 0 of 2, burst 0, borrowed 0, reserved 3, queued 0\n"),
        "{all}"
    );
    let line = |user: &str| {
        let found = all.lines().find(|line| line.starts_with(&format!("    {user} ")));
        found.unwrap_or_else(|| panic!("{all}")).to_owned()
    };
    assert!(!line("anna").contains("linger"), "{all}");
    let left: u32 = line("bert")
        .split_once(", 2 licenses  (linger: ")
        .and_then(|(_, rest)| rest.strip_suffix(" / 600)"))
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or_else(|| panic!("{all}"));
    assert!(left > 0 && left <= 600, "{all}");
    let reservations = site.text(&["reservation", "list"]);
    let row = reservations.lines().nth(1).unwrap_or_default();
    assert_eq!(
        row.split_whitespace().collect::<Vec<_>>(),
        ["cad", "1.0", "GROUP", "design", "3", "0", "3", "2", "ACME"]
    );
    give_back(product);
    site.server.stop().unwrap();
}

#[test]
fn stat_shows_who_waits() {
    let site = Site::with_seats();
    let (holder, _) = site.product(&["report", "--user", "anna", "--device", "ws-101"]);
    let mut waiting = site
        .anonymous(&[
            "checkout", "report", "--user", "bert", "--device", "ws-102", "--queue", "10m",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(waiting.stderr.take().unwrap());
    said.read_line(&mut line).unwrap();
    assert!(line.contains("place 1"), "{line}");

    let shown = site.text(&["stat", "-f", "report"]);
    let port = site.server.endpoints().licensing.port();
    let queued = format!(
        "\n    bert ws-102 ws-102 1.0 (v1.0) (license01.example.com/{port} 1) queued for 1 license\n"
    );
    assert!(shown.contains(&queued), "{shown}");
    assert!(shown.contains("reserved 0, queued 1\n"), "{shown}");

    give_back(holder);
    let mut held = String::new();
    let mut output = BufReader::new(waiting.stdout.take().unwrap());
    output.read_line(&mut held).unwrap();
    assert!(held.starts_with("Holding 1 seat of report"), "{held}");
    assert!(!site.text(&["stat", "-f", "report"]).contains("queued for"));
    drop((said, output));
    give_back(waiting);
    site.server.stop().unwrap();
}

#[test]
fn stat_of_a_server_without_licenses_is_no_failure() {
    let site = Site::with(ServerBuilder::new());
    let all = site.text(&["stat", "-a"]);
    assert!(all.contains("license server UP (MASTER)"), "{all}");
    site.server.stop().unwrap();
}

#[test]
fn stat_without_a_server_says_so_in_its_own_shape_and_ends_with_241() {
    let site = Site::with(ServerBuilder::new());
    let free = free_port().unwrap();
    let mut command = site.as_administrator(&["stat", "-a"]);
    let gone = ended(command.env("LICENSING_SERVER", format!("https://127.0.0.1:{free}")));
    assert_eq!((gone.code, gone.err.as_str()), (241, ""));
    let start = "Error getting status: Cannot connect to license server (-15,570:";
    assert!(gone.out.starts_with(start), "{}", gone.out);
    if cfg!(target_os = "linux") {
        assert_eq!(gone.out, format!("{start}111 \"Connection refused\")\n"));
    }

    let refused = ended(&mut site.anonymous(&["stat", "-a"]));
    assert_eq!((refused.code, refused.out.as_str()), (5, ""), "{}", refused.err);
    site.server.stop().unwrap();
}

#[test]
fn udadmin_lists_users_and_devices_with_the_words_its_users_know() {
    let text = license_text(
        "ACME",
        &[
            Increment::new("XDT_PLT_UD", 10).version("2030.0101"),
            Increment::new("cad", 10),
        ],
    );
    let site = Site::with(ServerBuilder::new().license("acme.lic", &text));
    let (mut desk, _) = site.product(&["XDT_PLT_UD", "--user", "anna", "--device", "ws-101"]);
    let (session, _) = site.product(&["cad", "--user", "berta", "--device", "ws-102"]);

    let list = site.text(&["udadmin", "-list"]);
    assert!(
        list.starts_with("Usage data is 0 minutes old. Next update in 0 minutes.\nUsers:\n"),
        "{list}"
    );
    assert!(list.contains("\nDevices:\n"), "{list}");
    let assigned: Vec<&str> = list.lines().filter(|line| line.starts_with(' ')).collect();
    assert!(
        matches!(assigned[..], [" anna XDT_PLT_UD" | " ws-101 XDT_PLT_UD"]),
        "{list}"
    );
    let versions = site.text(&["udadmin", "--list", "-a"]);
    assert!(versions.contains(" XDT_PLT_UD 2030.0101\n"), "{versions}");
    let times = site.text(&["udadmin", "-list", "-times", "-f", "xdt_plt_ud"]);
    assert!(times.contains(" XDT_PLT_UD 2030.0101 ("), "{times}");
    let other = site.text(&["udadmin", "-list", "-f", "cad"]);
    assert!(other.lines().all(|line| !line.starts_with(' ')), "{other}");
    let exported = site.text(&["udadmin", "-export"]);
    assert_eq!(exported.lines().count(), 2, "{exported}");
    assert_eq!(site.run(&["udadmin"]).code, 2, "a task has to be named");

    let (kind, who) = match assigned[..] {
        [" anna XDT_PLT_UD"] => ("-user", "ANNA"),
        _ => ("-device", "WS-101"),
    };
    let delete =
        |feature: &str, kind: &str, name: &str| site.run(&["udadmin", "-f", feature, kind, name, "-delete"]);
    assert_eq!(delete("cad", "-user", "berta").code, 1, "a session is nobody's");
    assert_eq!(delete("XDT_PLT_UD", kind, "nobody").code, 1);
    assert_eq!(site.run(&["udadmin", "-delete", "-f", "XDT_PLT_UD"]).code, 2);
    assert_eq!(site.text(&["udadmin", "-export"]).lines().count(), 2);
    let deleted = delete("xdt_plt_ud", kind, who);
    assert_eq!(deleted.code, 0, "{}", deleted.err);
    assert!(
        deleted.out.starts_with("Released ") && deleted.out.ends_with(" XDT_PLT_UD 2030.0101\n"),
        "{}",
        deleted.out
    );
    assert_eq!(site.text(&["udadmin", "-export"]).lines().count(), 1);
    assert_eq!(site.text(&["usage"]).lines().count(), 2, "the session goes on");
    let events = site.text(&["udadmin", "-events", "-f", "XDT_*"]);
    let words: Vec<_> = events
        .lines()
        .filter_map(|line| line.split_once(") "))
        .map(|(_, what)| what)
        .collect();
    assert_eq!(
        words,
        [
            "assigned user anna device ws-101 XDT_PLT_UD 2030.0101",
            "released user anna device ws-101 XDT_PLT_UD 2030.0101"
        ]
    );
    assert_eq!(site.text(&["udadmin", "-events", "-f", "cad"]), "");
    // It may have heard already that its seat was taken back.
    drop(desk.stdin.take());
    desk.wait().unwrap();
    give_back(session);
    site.server.stop().unwrap();
}
