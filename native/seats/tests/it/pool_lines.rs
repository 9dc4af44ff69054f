//! Lines that change what other lines grant: SUPERSEDE, UPGRADE, PACKAGE, MLC.

use jiff::civil::date;
use licensing_api::inventory::{PoolStatus, SignatureState};
use licensing_license_file::license_file::{DupGroup, Suite};
use licensing_seats::pool::{LineFate, NoEffect, PoolSet};

use super::pools::{TODAY, build, build_with, file, seats, shape};

/// Line and reason of every line without effect.
fn without_effect(set: &PoolSet) -> Vec<(u32, String)> {
    let mut lines: Vec<_> = set
        .ignored
        .iter()
        .map(|line| (line.line, line.reason.to_string()))
        .collect();
    lines.sort();
    lines
}

fn lines_without_effect(set: &PoolSet) -> Vec<u32> {
    without_effect(set).into_iter().map(|(line, _)| line).collect()
}

/// `feature version: seats` of every pool with seats, overdraft behind `+`.
fn granted(set: &PoolSet) -> Vec<String> {
    shape(set, TODAY)
        .into_iter()
        .filter(|(_, capacity)| !capacity.is_none())
        .map(|(name, capacity)| match (capacity.count, capacity.overdraft) {
            (None, _) => format!("{name}: any"),
            (Some(count), 0) => format!("{name}: {count}"),
            (Some(count), overdraft) => format!("{name}: {count}+{overdraft}"),
        })
        .collect()
}

fn fates(set: &PoolSet, line: u32) -> Vec<&LineFate> {
    set.notes
        .iter()
        .filter(|note| note.place.line == line)
        .map(|note| &note.fate)
        .collect()
}

#[test]
fn a_line_supersedes_what_was_issued_before_it_or_never() {
    let set = build(&[&file(
        "INCREMENT cad ACME 1.0 permanent 5 ISSUED=1-jan-2025\n\
         INCREMENT cad ACME 1.0 permanent 6\n\
         INCREMENT cad ACME 1.0 permanent 7 ISSUED=1-jan-2026 SN=same-day\n\
         INCREMENT CAD ACME 2.0 permanent 8 ISSUED=1-jan-2026 SUPERSEDE\n\
         INCREMENT fem ACME 1.0 permanent 9\n",
    )]);
    assert_eq!(granted(&set), ["cad 1.0: 7", "fem 1.0: 9", "CAD 2.0: 8"]);
    assert_eq!(
        without_effect(&set),
        [
            (3, "It is superseded by line 6 of 1.lic.".to_owned()),
            (4, "It is superseded by line 6 of 1.lic.".to_owned())
        ]
    );
    assert_eq!(fates(&set, 6), [&LineFate::Supersedes(2)]);
}

#[test]
fn a_named_or_listed_feature_is_superseded_and_the_line_s_own_is_not() {
    let set = build(&[&file(
        "INCREMENT cad ACME 1.0 permanent 5\n\
         INCREMENT fem ACME 1.0 permanent 6\n\
         INCREMENT sim ACME 1.0 permanent 7\n\
         INCREMENT all ACME 1.0 permanent 8\n\
         INCREMENT all ACME 1.0 permanent 9 ISSUED=1-jan-2026 SUPERSEDE=\"cad fem\" SN=2\n\
         INCREMENT new ACME 1.0 permanent 10 ISSUED=1-jan-2026 SUPERSEDE=sim\n",
    )]);
    assert_eq!(granted(&set), ["all 1.0: 17", "new 1.0: 10"]);
    assert_eq!(lines_without_effect(&set), [3, 4, 5]);
}

#[test]
fn only_a_line_that_serves_supersedes() {
    let old = "INCREMENT cad ACME 1.0 permanent 5\n";
    for (why, line) in [
        ("expired", "23-nov-2026 7 ISSUED=1-jan-2026 SUPERSEDE"),
        (
            "not started",
            "permanent 7 ISSUED=1-jan-2026 START=25-nov-2026 SUPERSEDE",
        ),
        ("without ISSUED", "permanent 0 HOSTID=ID=1 DUP_GROUP=U SUPERSEDE"),
    ] {
        let set = build(&[&file(&format!("{old}INCREMENT cad ACME 1.0 {line}\n"))]);
        assert_eq!(lines_without_effect(&set), Vec::<u32>::new(), "{why}");
        assert!(
            shape(&set, TODAY).iter().any(|(_, c)| c.count == Some(5)),
            "{why}"
        );
    }
    let elsewhere = "SERVER x HOSTNAME=ls2\nINCREMENT cad ACME 1.0 permanent 7 ISSUED=1-jan-2026 SUPERSEDE\n";
    let set = build(&[&file(old), elsewhere]);
    assert_eq!(granted(&set), ["cad 1.0: 5"]);

    let untrusted = [
        &*file(old),
        &*file("INCREMENT cad ACME 1.0 permanent 7 ISSUED=1-jan-2026 SUPERSEDE"),
    ];
    let set = build_with(&untrusted, SignatureState::UnknownIssuer, |_| {});
    assert_eq!(set.ignored, []);
}

#[test]
fn what_is_superseded_itself_still_supersedes() {
    let set = build(&[&file(
        "INCREMENT a ACME 1.0 permanent 1\n\
         INCREMENT b ACME 1.0 permanent 2 ISSUED=1-jan-2025 SUPERSEDE=\"a b\"\n\
         INCREMENT c ACME 1.0 permanent 3 ISSUED=1-jan-2026 SUPERSEDE=\"b c\"\n",
    )]);
    assert_eq!(granted(&set), ["c 1.0: 3"]);
}

#[test]
fn certain_lines_are_superseded_by_their_signatures() {
    let set = build(&[&file(
        "INCREMENT cad ACME 1.0 permanent 5 SN=1 SIGN=\"1AEE FC8F\"\n\
         INCREMENT cad ACME 1.0 permanent 6 SN=2 SIGN=\"22BB 33CC\"\n\
         INCREMENT fem ACME 1.0 permanent 7 SIGN=1aeefc8f\n\
         INCREMENT new ACME 1.0 permanent 8 ISSUED=1-jan-2020 SUPERSEDE_SIGN={cad:1aeefc8f,\"FEM:1AEE FC8F\"}\n",
    )]);
    assert_eq!(granted(&set), ["new 1.0: 8", "cad 1.0: 6"]);
    assert_eq!(lines_without_effect(&set), [3, 5]);
}

#[test]
fn packages_are_superseded_by_packages_alone() {
    let set = build(&[&file(
        "PACKAGE p ACME 1.0 COMPONENTS=old\n\
         PACKAGE p ACME 1.0 COMPONENTS=new SUPERSEDE ISSUED=1-jan-2026\n\
         INCREMENT p ACME 1.0 permanent 5\n",
    )]);
    assert_eq!(granted(&set), ["new 1.0: 5"]);
    assert_eq!(lines_without_effect(&set), [3]);
}

#[test]
fn an_upgrade_turns_seats_of_the_closest_line_before_it() {
    let set = build(&[&file(
        "INCREMENT cad ACME 1.0 permanent 5 SN=1\n\
         UPGRADE cad ACME 1.0 2.0 permanent 2\n",
    )]);
    assert_eq!(granted(&set), ["cad 1.0: 3", "cad 2.0: 2"]);
    let set = build(&[&file(
        "INCREMENT cad ACME 1.0 permanent 5 SN=1\n\
         INCREMENT cad ACME 1.5 permanent 4 SN=2\n\
         INCREMENT cad ACME 3.0 permanent 9 SN=3\n\
         UPGRADE cad ACME 1.0 2.0 permanent 6\n",
    )]);
    assert_eq!(
        granted(&set),
        ["cad 1.0: 5", "cad 2.0: 4", "cad 3.0: 9"],
        "one line alone, and no more than it has"
    );
}

#[test]
fn upgrades_are_chained_and_share_what_is_there() {
    let set = build(&[&file(
        "INCREMENT cad ACME 1.0 permanent 5\n\
         UPGRADE cad ACME 1.0 2.0 permanent 3 SN=1\n\
         UPGRADE cad ACME 1.0 2.0 permanent 3 SN=2\n\
         UPGRADE cad ACME 2.0 3.0 permanent 1\n\
         UPGRADE cad ACME 1.0 2.0 permanent 1 SN=3\n",
    )]);
    assert_eq!(granted(&set), ["cad 2.0: 4", "cad 3.0: 1"]);
    assert_eq!(
        without_effect(&set),
        [(
            7,
            "No line before it has seats of a version that it upgrades.".to_owned()
        )]
    );
    let total: u32 = shape(&set, TODAY).iter().filter_map(|(_, c)| c.count).sum();
    assert_eq!(total, 5, "no seat comes from nowhere");
}

#[test]
fn an_upgrade_needs_counted_seats_of_a_line_that_serves_before_it() {
    for lines in [
        "UPGRADE cad ACME 1.0 2.0 permanent 2\nINCREMENT cad ACME 1.0 permanent 5\n",
        "FEATURE cad ACME 1.0 permanent uncounted HOSTID=ID=1\nUPGRADE cad ACME 1.0 2.0 permanent 2\n",
        "INCREMENT cad ACME 1.0 1-jan-2026 5\nUPGRADE cad ACME 1.0 2.0 permanent 2\n",
        "INCREMENT fem ACME 1.0 permanent 5\nUPGRADE cad ACME 1.0 2.0 permanent 2\n",
        "INCREMENT cad ACME 2.0 permanent 5\nUPGRADE cad ACME 1.0 2.0 permanent 2\n",
        "INCREMENT cad ACME 0.9 permanent 5\nUPGRADE cad ACME 1.0 2.0 permanent 2\n",
    ] {
        let set = build(&[&file(lines)]);
        let reasons: Vec<_> = set.ignored.iter().map(|line| &line.reason).collect();
        assert_eq!(reasons, [&NoEffect::NothingToUpgrade], "{lines}");
    }
    let files = [
        &*file("INCREMENT cad ACME 1.0 permanent 5\n"),
        &*file("UPGRADE cad ACME 1.0 2.0 permanent 2\n"),
    ];
    assert_eq!(
        granted(&build(&files)),
        ["cad 1.0: 3", "cad 2.0: 2"],
        "over files"
    );
}

#[test]
fn an_upgrade_that_does_not_serve_turns_nothing_and_says_why() {
    for (line, status) in [
        ("23-nov-2026 2", PoolStatus::Expired),
        ("permanent 2 START=25-nov-2026", PoolStatus::NotStarted),
    ] {
        let set = build(&[&file(&format!(
            "INCREMENT cad ACME 1.0 permanent 5\nUPGRADE cad ACME 1.0 2.0 {line}\n"
        ))]);
        assert_eq!(granted(&set), ["cad 1.0: 5"]);
        assert_eq!(set.pools[1].status(TODAY), status);
    }
}

#[test]
fn upgraded_seats_last_as_long_as_both_lines_and_bring_no_overdraft_twice() {
    let set = build(&[&file(
        "INCREMENT cad ACME 1.0 24-nov-2026 100 VENDOR_STRING=;ODP=10\n\
         UPGRADE cad ACME 1.0 2.0 permanent 50 VENDOR_STRING=;ODP=10\n",
    )]);
    assert_eq!(granted(&set), ["cad 1.0: 50+5", "cad 2.0: 50+5"]);
    assert!(shape(&set, date(2026, 11, 25)).iter().all(|(_, c)| c.is_none()));
    let all = build(&[&file(
        "INCREMENT cad ACME 1.0 permanent 5 OVERDRAFT=2\nUPGRADE cad ACME 1.0 2.0 permanent 9\n",
    )]);
    assert_eq!(granted(&all), ["cad 2.0: 5"], "no overdraft without seats");
}

#[test]
fn a_package_gives_its_components_and_vanishes() {
    let set = build(&[&file(
        "PACKAGE office ACME 3.0 COMPONENTS=\"text calc:2.5 draw:1.0:4\"\n\
         INCREMENT office ACME 3.0 permanent 5 OVERDRAFT=1 DUP_GROUP=U\n\
         INCREMENT text ACME 3.0 permanent 2 DUP_GROUP=U\n\
         INCREMENT office ACME 2.0 permanent 9\n",
    )]);
    assert_eq!(
        granted(&set),
        [
            "draw 1.0: 20+4",
            "office 2.0: 9",
            "calc 2.5: 5+1",
            "text 3.0: 7+1"
        ]
    );
    let text = set
        .pools
        .iter()
        .find(|pool| pool.identity.feature == "text")
        .unwrap();
    assert_eq!(text.identity.suite, None);
    let enables = fates(&set, 4);
    assert!(
        matches!(
            enables[..],
            [LineFate::Enables {
                suite: Suite::Components,
                ..
            }]
        ),
        "{enables:?}"
    );
}

#[test]
fn a_suite_keeps_its_own_seats_beside_those_of_its_components() {
    let set = build(&[&file(
        "INCREMENT text ACME 3.0 permanent 2 DUP_GROUP=U\n\
         INCREMENT office ACME 3.0 permanent 5 DUP_GROUP=UH SUITE_DUP_GROUP=U\n\
         PACKAGE office ACME 3.0 COMPONENTS=\"text calc:2.5\" OPTIONS=SUITE\n",
    )]);
    assert_eq!(
        granted(&set),
        ["calc 2.5: 5", "text 3.0: 2", "office 3.0: 5", "text 3.0: 5"]
    );
    let by_user = DupGroup::Same {
        user: true,
        host: false,
        display: false,
        vendor_data: false,
    };
    let office = &set.pools[2].identity;
    assert_eq!((office.dup_group, &office.suite), (by_user, &None));
    let component = set.pools[0].identity.suite.as_ref().unwrap();
    assert_eq!((component.dup_group, component.reserved), (by_user, false));
    assert_eq!(
        set.pools[0].identity.package().unwrap().id(),
        office.id(),
        "a component knows its package by itself"
    );
    assert_ne!(set.pools[1].identity.id(), set.pools[3].identity.id());
}

#[test]
fn a_package_that_nothing_enables_or_that_does_not_hold_is_found() {
    let package = "PACKAGE p ACME 1.0 COMPONENTS=a";
    let reason = |files: &[&str]| {
        let set = build(files);
        let reasons: Vec<_> = set.ignored.into_iter().map(|line| line.reason).collect();
        reasons
    };
    assert_eq!(reason(&[&file(package)]), [NoEffect::NotEnabled]);
    let enabling = "INCREMENT p ACME 1.0 permanent 5";
    let later = file(&format!("{package} START=25-nov-2026\n{enabling}"));
    assert_eq!(reason(&[&later]), [NoEffect::NotServing(PoolStatus::NotStarted)]);
    assert_eq!(
        granted(&build(&[&later])),
        ["p 1.0: 5"],
        "as if the package were not there"
    );
    let elsewhere = format!("SERVER x HOSTNAME=ls2\n{package}");
    assert_eq!(
        reason(&[&elsewhere, &file(enabling)]),
        [NoEffect::NotServing(PoolStatus::WrongHost)]
    );
    let twice = file(&format!("{package}\n{package} OPTIONS=SUITE\n{enabling}"));
    assert!(matches!(reason(&[&twice])[..], [NoEffect::LaterPackage(_)]));
    assert_eq!(granted(&build(&[&twice])), ["a 1.0: 5"]);
    let untrusted = build_with(
        &[&file(&format!("{package}\n{enabling}"))],
        SignatureState::Missing,
        |_| {},
    );
    assert_eq!(
        untrusted.ignored[0].reason,
        NoEffect::NotServing(PoolStatus::Refused)
    );
}

#[test]
fn upgraded_seats_can_enable_a_package() {
    let set = build(&[&file(
        "INCREMENT p ACME 1.0 permanent 5\n\
         UPGRADE p ACME 1.0 2.0 permanent 2\n\
         PACKAGE p ACME 1.0 COMPONENTS=old\n\
         PACKAGE p ACME 2.0 COMPONENTS=new\n",
    )]);
    assert_eq!(granted(&set), ["old 1.0: 3", "new 2.0: 2"]);
}

#[test]
fn the_highest_count_cuts_old_seats_first() {
    let set = build(&[&file(
        "INCREMENT ess ACME 1.0 permanent 50 VENDOR_STRING=;MLC=75 SN=1\n\
         INCREMENT ess ACME 1.0 permanent 20 VENDOR_STRING=;MLC=75 SN=2\n\
         INCREMENT ess ACME 2.0 permanent 20 VENDOR_STRING=;MLC=75\n\
         INCREMENT ess ACME 1.0 1-jan-2026 70 VENDOR_STRING=;MLC=75 SN=3\n\
         INCREMENT ess ACME 1.0 permanent 4\n",
    )]);
    let counts: Vec<_> = shape(&set, TODAY).into_iter().map(|(_, c)| c).collect();
    assert_eq!(counts, [seats(55, 0), seats(4, 0), seats(20, 0)]);
    assert_eq!(fates(&set, 4), [&LineFate::Capped { usable: 5, most: 75 }]);
    let overdraft = build(&[&file(
        "INCREMENT ess ACME 1.0 permanent 74 OVERDRAFT=9 VENDOR_STRING=;MLC=75",
    )]);
    assert_eq!(granted(&overdraft), ["ess 1.0: 74+1"]);
}

#[test]
fn the_same_upgrade_or_package_twice_counts_once() {
    let lines = "INCREMENT cad ACME 1.0 permanent 5\nUPGRADE cad ACME 1.0 2.0 permanent 2\n\
                 INCREMENT p ACME 1.0 permanent 1\nPACKAGE p ACME 1.0 COMPONENTS=a\n";
    let set = build(&[&file(lines), &file(lines)]);
    assert_eq!(granted(&set), ["cad 1.0: 3", "a 1.0: 1", "cad 2.0: 2"]);
    assert_eq!(set.ignored.len(), 4);
}
