use jiff::Zoned;
use jiff::civil::{DateTime, date};
use licensing_api::inventory::{InventoryRow, PoolStatus, SignatureState};
use licensing_api::queue::QueueRow;
use licensing_api::reservation::{ReservationKind, ReservationRow};
use licensing_api::usage::{HolderState, LicenseModel, UsageRow};
use licensing_license_file::license_file::LicenseDate;
use licensing_license_file::options_file::{Who, WhoKind};
use licensing_texts::status_text::{
    FeatureLine, FeatureStatus, HolderLine, LicenseLock, Linger, PoolLines, QueuedLine, ReservationLine,
    SeatLists, Selection, ServerState, ServerStatus, SpecialSeats, VendorStatus, cannot_connect, exit_code,
    feature_statuses, feature_table, lmstat, version_line,
};
use proptest::prelude::*;

use super::readers::{read, strict_holders};

fn now() -> DateTime {
    date(2026, 10, 20).at(17, 2, 9, 0)
}

fn server() -> ServerStatus {
    ServerStatus {
        host: "srv1.acme.example".to_owned(),
        port: 27000,
        license_files: vec!["/var/lib/a.lic".to_owned(), "/var/lib/b.lic".to_owned()],
        state: ServerState::Up {
            version: "0.1.0-dev".to_owned(),
        },
    }
}

fn vendor(name: &str, up: bool) -> VendorStatus {
    VendorStatus {
        vendor: name.to_owned(),
        up,
        version: "0.1.0".to_owned(),
    }
}

fn pool() -> PoolLines {
    PoolLines {
        version: "2026.0401".to_owned(),
        vendor: "ACME".to_owned(),
        expires: LicenseDate::Day(date(2027, 1, 31)),
        vendor_string: None,
        lock: LicenseLock::Floating,
        serving: true,
        issued: Some(7),
        in_use: 0,
        special: SpecialSeats::default(),
        holders: Vec::new(),
        reservations: Vec::new(),
        queued: Vec::new(),
    }
}

fn feature(name: &str, pools: Vec<PoolLines>) -> FeatureStatus {
    FeatureStatus {
        feature: name.to_owned(),
        pools,
    }
}

fn holder(user: &str, count: u32) -> HolderLine {
    HolderLine {
        user: user.to_owned(),
        host: "host1".to_owned(),
        display: "/dev/pts/0".to_owned(),
        data: String::new(),
        version: "2026.0401".to_owned(),
        handle: 401,
        since: date(2026, 10, 2).at(8, 9, 59, 0),
        count,
        linger: None,
        process_id: None,
    }
}

fn reserved(idle: u32, kind: WhoKind, name: &str) -> ReservationLine {
    ReservationLine {
        idle,
        who: Who {
            kind,
            name: name.to_owned(),
        },
    }
}

fn text(features: &[FeatureStatus], selection: Selection<'_>) -> String {
    lmstat(
        now(),
        &[server()],
        &[vendor("ACME", true), vendor("OTHER", false)],
        features,
        selection,
    )
}

fn lines_of(features: &[FeatureStatus]) -> String {
    let text = text(features, Selection::All);
    text.split_once("Feature usage info:\n\n").unwrap().1.to_owned()
}

#[test]
fn the_head_names_servers_files_and_vendor_daemons() {
    let head = text(&[], Selection::Servers);
    let expected = format!(
        "lmstat - Licensing Services {}\nFlexible License Manager status on Tue 10/20/2026 17:02\n\n\
         License server status: 27000@srv1.acme.example\n    License file(s) on srv1.acme.example: \
         /var/lib/a.lic:/var/lib/b.lic:\n\nsrv1.acme.example: license server UP (MASTER) v0.1.0\n\n\
         Vendor daemon status (on srv1.acme.example):\n\n      ACME: UP v0.1.0\n     OTHER: DOWN v0.1.0\n     OTHER: The desired vendor daemon is down. (-97,121)\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(head, expected);
    let seen = read(&head);
    assert_eq!(seen.servers, ["27000@srv1.acme.example"]);
    assert_eq!(seen.up, [("srv1.acme.example".to_owned(), true)]);
    assert_eq!(
        seen.vendors,
        [("ACME".to_owned(), true), ("OTHER".to_owned(), false)]
    );
}

#[test]
fn a_server_that_does_not_answer_has_its_error() {
    let mut servers = [server(), server()];
    servers[0].host = "srv0".to_owned();
    servers[0].state = ServerState::Unreachable {
        system_error: 111,
        text: "Connection refused".to_owned(),
    };
    let text = lmstat(now(), &servers, &[], &[], Selection::Servers);
    assert!(
        text.contains("License server status: 27000@srv0,27000@srv1.acme.example\n"),
        "{text}"
    );
    let error = "srv0: Cannot connect to license server system. (-15,570:111 \"Connection refused\")\n";
    assert!(text.contains(error), "{text}");
    assert!(
        text.contains("srv1.acme.example: license server UP (MASTER) v0.1.0\n"),
        "{text}"
    );
    assert!(
        text.contains("Vendor daemon status (on srv1.acme.example):\n"),
        "{text}"
    );
    assert_eq!(
        cannot_connect(111, "Connection refused"),
        "Error getting status: Cannot connect to license server (-15,570:111 \"Connection refused\")\n"
    );
    let line = version_line(7, "linux-x86_64");
    assert!(
        line.starts_with("lmstat v") && line.ends_with(" build 7 linux_x86_64\n"),
        "{line}"
    );
    assert_eq!((exit_code(-15), exit_code(0), exit_code(-5)), (241, 0, 251));
}

#[test]
fn a_feature_shows_its_pools_holders_reservations_and_queue() {
    let mut first = pool();
    first.in_use = 4;
    first.special = SpecialSeats {
        overdraft: 2,
        overdrawn: 1,
        burst: 0,
        borrowed: 1,
    };
    first.holders = vec![holder("anna", 1), holder("Marta Rossi", 3)];
    first.holders[1].linger = Some(Linger { left: 42, of: 600 });
    first.holders[1].data = "MSC:NASTRAN".to_owned();
    first.reservations = vec![
        reserved(1, WhoKind::Host, "h7"),
        reserved(2, WhoKind::Group, "design"),
    ];
    first.reservations.push(reserved(0, WhoKind::User, "used"));
    let mut second = pool();
    second.version = "2027.0401".to_owned();
    second.expires = LicenseDate::Permanent;
    second.vendor_string = Some(";LT=Retail".to_owned());
    second.lock = LicenseLock::Host("ID=123".to_owned());
    second.issued = Some(1);
    second.in_use = 1;
    second.holders = vec![HolderLine {
        process_id: Some(77),
        display: String::new(),
        ..holder("bert$", 1)
    }];
    second.queued = vec![QueuedLine {
        user: "cleo".to_owned(),
        host: "host2".to_owned(),
        display: "d2".to_owned(),
        version: "2026.0401".to_owned(),
        handle: 9,
        count: 1,
    }];
    let shown = lines_of(&[feature("cad", vec![first, pool(), second])]);
    let at = "(srv1.acme.example/27000";
    let expected = format!(
        "Users of cad:  (Total of 15 licenses issued;  Total of 8 licenses in use)\n\n\
         \x20 \"cad\" v2026.0401, vendor: ACME, expiry: 31-jan-2027\n\x20 floating license\n\
         \x20 seats: overdraft 1 of 2, burst 0, borrowed 1, reserved 3, queued 0\n\n\
         \x20       1 RESERVATION for HOST h7 {at})\n\x20       2 RESERVATIONs for GROUP design {at})\n\
         \x20   anna host1 /dev/pts/0 (v2026.0401) {at} 401), start Fri 10/2 8:09\n\
         \x20   Marta_Rossi host1 /dev/pts/0 MSC:NASTRAN (v2026.0401) {at} 401), start Fri 10/2 8:09, 3 licenses  \
         (linger: 42 / 600)\n\n\
         \x20 \"cad\" v2027.0401, vendor: ACME, expiry: permanent(no expiration date)\n\
         \x20 vendor_string: ;LT=Retail\n\x20 nodelocked license, locked to \"ID=123\"\n\
         \x20 seats: overdraft 0 of 0, burst 0, borrowed 0, reserved 0, queued 1\n\n\
         \x20   bert$ host1 host1 (v2026.0401) {at} 401), start Fri 10/2 8:09, PID: 77\n\
         \x20   cleo host2 d2 2026.0401 (v2026.0401) {at} 9) queued for 1 license\n\n"
    );
    assert_eq!(shown, expected);
    let seen = read(&shown);
    let cad = &seen.features[0];
    assert_eq!((cad.totals, cad.queued), (Some((15, 8)), 1));
    assert_eq!(cad.holders.len(), 3);
    assert_eq!(
        cad.holders[0],
        ("anna".to_owned(), "host1".to_owned(), "/dev/pts/0".to_owned(), 1)
    );
    assert_eq!(cad.reservations.len(), 2);
    assert_eq!(cad.locks, ["floating", "nodelocked"]);
}

#[test]
fn one_is_singular_and_none_is_plural() {
    let mut one = pool();
    (one.issued, one.in_use) = (Some(1), 1);
    let shown = lines_of(&[
        feature("a", vec![one]),
        feature(
            "b",
            vec![PoolLines {
                issued: Some(0),
                ..pool()
            }],
        ),
    ]);
    assert_eq!(
        shown,
        "Users of a:  (Total of 1 license issued;  Total of 1 license in use)\n\n\
         Users of b:  (Total of 0 licenses issued;  Total of 0 licenses in use)\n\n"
    );
}

#[test]
fn uncounted_and_unserved_features_say_so() {
    let mut uncounted = pool();
    (uncounted.issued, uncounted.in_use) = (None, 1);
    uncounted.holders = vec![holder("anna", 1)];
    let unserved = PoolLines {
        serving: false,
        issued: Some(2),
        ..pool()
    };
    let shown = lines_of(&[feature("free", vec![uncounted]), feature("gone", vec![unserved])]);
    assert!(
        shown.starts_with("Users of free:  (Uncounted, node-locked)\n\n"),
        "{shown}"
    );
    assert!(
        shown.contains("\n  uncounted nodelocked license locked to NOTHING (hostid=ANY)\n"),
        "{shown}"
    );
    assert!(
        shown.ends_with("\nUsers of gone:  (Error: 2 licenses, unsupported by licensed server)\n\n"),
        "{shown}"
    );
}

#[test]
fn a_feature_or_a_vendor_can_be_selected() {
    let other = PoolLines {
        vendor: "OTHER".to_owned(),
        ..pool()
    };
    let features = [feature("cad", vec![pool()]), feature("cam", vec![other])];
    let names = |selection| {
        let seen = read(&text(&features, selection));
        seen.features
            .into_iter()
            .map(|feature| feature.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(Selection::All), ["cad", "cam"]);
    assert_eq!(names(Selection::Feature("CAM")), ["cam"]);
    assert_eq!(names(Selection::Vendor("acme")), ["cad"]);
    let missing = text(&features, Selection::Feature("cax"));
    assert!(
        missing.contains("No such feature exists.\nFeature:       cax\n"),
        "{missing}"
    );
    assert!(missing.ends_with("FlexNet error: -5,357\n"), "{missing}");
    assert_eq!(
        read(&text(&features, Selection::Vendor("other"))).vendors,
        [("OTHER".to_owned(), false)]
    );
}

fn pool_id(feature: &str, version: &str) -> String {
    format!("{} {version}", feature.to_lowercase())
}

fn inventory(feature: &str, version: &str, seats: u32, in_use: u32) -> InventoryRow {
    InventoryRow {
        license_product_name: String::new(),
        localized_license_product_name: String::new(),
        license_edition: String::new(),
        license_localized_edition: String::new(),
        license_expiration_date: Some(date(2027, 1, 31)),
        license_subscription_advantage_date: None,
        license_type: String::new(),
        localized_license_type: String::new(),
        licenses_in_use: in_use,
        licenses_available: seats,
        license_overdraft: seats / 10,
        license_model: String::new(),
        localized_license_model: String::new(),
        feature: feature.to_owned(),
        vendor: "ACME".to_owned(),
        version: version.to_owned(),
        free: Some(0),
        overdraft_in_use: 0,
        reserved: 0,
        borrowed: 0,
        burst: 0,
        burst_until: None,
        queued: 0,
        uncounted: false,
        status: PoolStatus::Serving,
        signature: SignatureState::Valid,
        serial_numbers: Vec::new(),
        files: Vec::new(),
        vendor_string: String::new(),
        host_ids: Vec::new(),
        pool_id: pool_id(feature, version),
        start_dates: Vec::new(),
        issue_date: None,
        notices: Vec::new(),
    }
}

fn usage(feature: &str, version: &str, user: &str, count: u32) -> UsageRow {
    UsageRow {
        feature: feature.to_owned(),
        version: version.to_owned(),
        license_model_type: LicenseModel::Concurrent,
        user: user.to_owned(),
        device: "pc-7".to_owned(),
        host: "pc-7".to_owned(),
        display: String::new(),
        product: "Draw 3".to_owned(),
        state: HolderState::InUse,
        count,
        overdraft: 0,
        since: "2026-10-20T06:30:00Z".parse().unwrap(),
        last_heartbeat: "2026-10-20T06:30:00Z".parse().unwrap(),
        until: "2026-10-20T06:45:00Z".parse().unwrap(),
        vendor: "ACME".to_owned(),
        pool_id: pool_id(feature, version),
        lease_id: "0000002a00000000000000000000000f".to_owned(),
    }
}

#[test]
fn rows_of_inventory_and_usage_are_enough() {
    let inventory = [
        inventory("cad", "1.0", 125, 3),
        inventory("cam", "1.0", 5, 0),
        inventory("CAD", "2.0", 5, 1),
    ];
    let usage = [
        usage("cad", "1.0", "anna", 2),
        usage("cad", "2.0", "bert", 1),
        usage("cad", "0.9", "cleo", 1),
        usage("cad", "0.9", "dora", 2),
        usage("old", "1.0", "emil", 1),
    ];
    let lists = SeatLists {
        inventory: &inventory,
        usage: &usage,
        ..SeatLists::default()
    };
    let features = feature_statuses(lists, &noon());
    let shown = lines_of(&features);
    let seen = read(&shown);
    let totals: Vec<_> = seen
        .features
        .iter()
        .map(|feature| (feature.name.as_str(), feature.totals))
        .collect();
    let expected = [
        ("cad", Some((142, 7))),
        ("cam", Some((5, 0))),
        ("old", Some((0, 1))),
    ];
    assert_eq!(
        totals, expected,
        "installed with overdraft; what is still out of removed pools is in use"
    );
    assert_eq!(seen.features[0].holders.len(), 4);
    let anna = "    anna pc-7 pc-7 (v1.0) (srv1.acme.example/27000 42), start Tue 10/20 8:30, 2 licenses\n";
    assert!(shown.contains(anna), "{shown}");
    assert_eq!(strict_holders(&shown).len(), 5);
}

fn noon() -> Zoned {
    "2026-10-20T12:00:00+02:00[+02:00]".parse().unwrap()
}

#[test]
fn rows_say_who_has_seats_set_aside_and_which_stay_out_by_themselves() {
    let mut pools = [inventory("cad", "1.0", 10, 3), inventory("cad", "1.0", 5, 0)];
    pools[1].pool_id = "other".to_owned();
    pools[1].host_ids = vec!["ID=1".to_owned(), "HOSTNAME=pc".to_owned()];
    pools[1].vendor_string = ";LT=Retail".to_owned();
    let holder = |user: &str, state, until: &str| UsageRow {
        state,
        host: "terminal1".to_owned(),
        device: "thin-9".to_owned(),
        last_heartbeat: "2026-10-20T09:59:00Z".parse().unwrap(),
        until: until.parse().unwrap(),
        ..usage("cad", "1.0", user, 1)
    };
    let holders = [
        holder("anna", HolderState::InUse, "2026-10-20T10:10:00Z"),
        holder("bert", HolderState::Lingering, "2026-10-20T10:09:00Z"),
        holder("cleo", HolderState::Borrowed, "2026-10-21T06:30:00Z"),
    ];
    let reservation = |kind, name: &str, pool_id: &str| ReservationRow {
        feature: "cad".to_owned(),
        version: "1.0".to_owned(),
        kind,
        name: name.to_owned(),
        seats: 2,
        in_use: 1,
        idle: 1,
        line: 3,
        vendor: "ACME".to_owned(),
        pool_id: pool_id.to_owned(),
    };
    let reserved = [
        reservation(ReservationKind::User, "dora", "other"),
        reservation(ReservationKind::HostGroup, "lab", "cad 1.0"),
        reservation(ReservationKind::User, "nobody", "unknown"),
    ];
    let waits = |user: &str, feature: &str, version: &str, position| QueueRow {
        position,
        feature: feature.to_owned(),
        version: version.to_owned(),
        count: 2,
        user: user.to_owned(),
        device: "thin-9".to_owned(),
        host: "terminal1".to_owned(),
        display: String::new(),
        product: "Draw 3".to_owned(),
        process_id: 0,
        since: "2026-10-20T09:59:00Z".parse().unwrap(),
        kept_until: None,
        passed_until: None,
        vendor: "ACME".to_owned(),
    };
    let waiting = [
        waits("erna", "CAD", "", 1),
        waits("fred", "cad", "1.0", 2),
        waits("gone", "other", "", 1),
    ];
    let lists = SeatLists {
        inventory: &pools,
        usage: &holders,
        reservations: &reserved,
        queue: &waiting,
    };
    let shown = lines_of(&feature_statuses(lists, &noon()));
    let seen = read(&shown);
    let cad = &seen.features[0];
    assert_eq!(cad.totals, Some((16, 5)), "what is set aside counts as in use");
    let reservations: Vec<_> = cad
        .reservations
        .iter()
        .map(|(_, kind, name)| (kind.as_str(), name.as_str()))
        .collect();
    assert_eq!(reservations, [("HOST_GROUP", "lab"), ("USER", "dora")]);
    assert_eq!(
        cad.holders[0],
        ("anna".to_owned(), "terminal1".to_owned(), "thin-9".to_owned(), 1)
    );
    assert!(
        shown.contains("start Tue 10/20 8:30  (linger: 540 / 600)\n"),
        "{shown}"
    );
    assert!(
        shown.contains("start Tue 10/20 8:30  (linger: 73800 / 86400)\n"),
        "{shown}"
    );
    assert!(
        shown.contains("  vendor_string: ;LT=Retail\n  nodelocked license, locked to \"ID=1 HOSTNAME=pc\"\n"),
        "{shown}"
    );
    assert_eq!(cad.locks, ["floating", "nodelocked"]);
    assert_eq!(cad.queued, 4);
    let erna = "    erna terminal1 thin-9 1.0 (v1.0) (srv1.acme.example/27000 1) queued for 2 licenses\n";
    assert!(shown.contains(erna), "{shown}");
}

#[test]
fn features_in_use_alone_can_be_selected() {
    let mut used = pool();
    (used.in_use, used.holders) = (1, vec![holder("anna", 1)]);
    let mut waited = pool();
    waited.queued = vec![QueuedLine {
        user: "cleo".to_owned(),
        host: "host2".to_owned(),
        display: "d2".to_owned(),
        version: "1.0".to_owned(),
        handle: 9,
        count: 1,
    }];
    let features = [
        feature("cad", vec![used]),
        feature("cam", vec![pool()]),
        feature("fem", vec![waited]),
    ];
    let seen = read(&text(&features, Selection::InUse));
    let names: Vec<_> = seen
        .features
        .iter()
        .map(|feature| feature.name.as_str())
        .collect();
    assert_eq!(names, ["cad", "fem"]);
}

#[test]
fn the_table_of_features_keeps_its_columns_apart() {
    let line = |feature: &str, count, expires| FeatureLine {
        feature: feature.to_owned(),
        version: "2.0".to_owned(),
        count,
        vendor: "ACME".to_owned(),
        expires,
    };
    let long = "a_feature_name_that_is_longer_than_its_column";
    let table = feature_table(&[
        line("cad", Some(25), LicenseDate::Day(date(2027, 1, 31))),
        line(long, None, LicenseDate::Permanent),
    ]);
    let rows: Vec<_> = table.lines().skip(4).collect();
    assert_eq!(
        rows[0],
        "Feature                         Version     #licenses    Vendor       Expires"
    );
    assert_eq!(
        rows[2],
        "cad                             2.0         25           ACME         31-jan-2027"
    );
    let words: Vec<_> = rows[3].splitn(5, ' ').map(str::trim).collect();
    assert_eq!((words[0], words[1]), (long, "2.0"));
    assert!(
        rows[3].ends_with("  permanent(no expiration date)"),
        "{}",
        rows[3]
    );
}

prop_compose! {
    fn any_pool()(
        issued in prop::option::weighted(0.9, 0_u32..2_000),
        holders in prop::collection::vec(
            ("[A-Za-z][A-Za-z0-9._$-]{0,8}", "[a-z][a-z0-9-]{0,6}(\\.[a-z]{1,4})?", "(/dev/tty|:0\\.0|)", 1_u32..5),
            0..5,
        ),
        idle in prop::collection::vec((0_u32..20, prop::sample::select(WhoKind::ALL), "[a-z][a-z0-9]{0,6}"), 0..3),
        serving in prop::bool::weighted(0.9),
    ) -> PoolLines {
        let holders: Vec<_> = holders
            .into_iter()
            .map(|(user, host, display, count)| HolderLine { host, display, ..holder(&user, count) })
            .collect();
        let in_use = holders.iter().map(|holder| holder.count).sum();
        let reservations = idle.into_iter().map(|(idle, kind, name)| reserved(idle, kind, &name)).collect();
        PoolLines { issued, holders, in_use, reservations, serving, ..pool() }
    }
}

proptest! {
    #[test]
    fn readers_find_every_holder_and_the_totals(
        pools in prop::collection::vec((prop::collection::vec(any_pool(), 1..4), "[A-Za-z0-9_:-]{1,12}"), 0..4)
    ) {
        let features: Vec<_> = pools.into_iter().map(|(pools, name)| feature(&name, pools)).collect();
        let shown = text(&features, Selection::All);
        let seen = read(&shown);
        let all_holders = || features.iter().flat_map(|feature| &feature.pools).flat_map(|pool| &pool.holders);
        let expected: Vec<_> =
            all_holders().map(|holder| (holder.user.clone(), holder.host.clone(), holder.count)).collect();
        prop_assert_eq!(strict_holders(&shown), expected);
        let mut found = seen.features.iter();
        for feature in &features {
            let serving: Vec<_> = feature.pools.iter().filter(|pool| pool.serving).collect();
            let idle: u32 = feature.pools.iter().flat_map(|pool| &pool.reservations).map(|held| held.idle).sum();
            let used: u32 = feature.pools.iter().map(|pool| pool.in_use).sum::<u32>() + idle;
            if serving.is_empty() && used == 0 {
                continue;
            }
            let seen = found.next().unwrap();
            prop_assert_eq!(&seen.name, &feature.feature);
            let held: u32 = seen.holders.iter().map(|(_, _, _, count)| count).sum();
            let reserved: u32 = seen.reservations.iter().map(|(count, _, _)| count).sum();
            prop_assert_eq!(held + reserved, used);
            if let Some((issued, in_use)) = seen.totals {
                prop_assert_eq!(in_use, u64::from(used));
                let expected: u64 = serving.iter().filter_map(|pool| pool.issued).map(u64::from).sum();
                prop_assert_eq!(issued, expected);
            } else {
                prop_assert!(serving.iter().all(|pool| pool.issued.is_none()));
            }
        }
        prop_assert!(found.next().is_none());
    }

    #[test]
    fn nothing_a_client_sends_makes_a_line_of_its_own(
        user in any::<String>(), host in any::<String>(), display in any::<String>(), data in any::<String>(),
    ) {
        let mut pool = pool();
        (pool.in_use, pool.holders) = (1, vec![HolderLine { host, display, data, ..holder(&user, 1) }]);
        let shown = lines_of(&[feature("cad", vec![pool])]);
        prop_assert_eq!(shown.lines().count(), 7, "{}", shown);
        prop_assert!(!shown.contains(|c: char| c.is_control() && c != '\n'));
    }
}
