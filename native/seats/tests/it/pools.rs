//! From the lines of license files to pools.

use jiff::civil::{Date, date};
use licensing_api::inventory::{PoolStatus, SignatureState};
use licensing_license_file::license_file::{HostIdentity, LineKind, parse};
use licensing_seats::pool::{Capacity, InstalledFile, PoolContext, PoolSet, effects};

pub(crate) const TODAY: Date = date(2026, 11, 24);

/// Pools of files that are bound to this host and hold valid signatures.
pub(crate) fn build(files: &[&str]) -> PoolSet {
    build_with(files, SignatureState::Valid, |_| {})
}

pub(crate) fn build_with(
    files: &[&str],
    signature: SignatureState,
    change: impl FnOnce(&mut PoolContext<'_>),
) -> PoolSet {
    let parsed: Vec<_> = files.iter().map(|text| parse(text.as_bytes())).collect();
    let states: Vec<Vec<_>> = parsed
        .iter()
        .map(|file| {
            let state = |kind: &LineKind| {
                matches!(
                    kind,
                    LineKind::Increment(_) | LineKind::Upgrade(_) | LineKind::Package(_)
                )
                .then_some(signature)
            };
            file.lines.iter().map(|line| state(&line.kind)).collect()
        })
        .collect();
    let names: Vec<String> = (1..=files.len()).map(|number| format!("{number}.lic")).collect();
    let installed: Vec<_> = parsed
        .iter()
        .zip(&states)
        .zip(&names)
        .map(|((file, signatures), name)| InstalledFile {
            name,
            file,
            signatures,
        })
        .collect();
    let host = HostIdentity::named("ls1");
    let mut context = PoolContext {
        vendor: "ACME",
        host: &host,
        today: TODAY,
        accept_unverified: false,
        vendor_string_pools: true,
    };
    change(&mut context);
    PoolSet::build(&installed, &context)
}

pub(crate) fn file(lines: &str) -> String {
    format!("SERVER this_host HOSTNAME=ls1\nVENDOR ACME\n{lines}")
}

pub(crate) fn shape(set: &PoolSet, today: Date) -> Vec<(String, Capacity)> {
    let name =
        |pool: &licensing_seats::pool::Pool| format!("{} {}", pool.identity.feature, pool.identity.version);
    set.pools
        .iter()
        .map(|pool| (name(pool), pool.capacity(today)))
        .collect()
}

pub(crate) fn seats(count: u32, overdraft: u32) -> Capacity {
    Capacity {
        count: Some(count),
        overdraft,
    }
}

#[test]
fn increments_that_agree_in_the_keys_add_up_and_others_count_apart() {
    let set = build(&[&file(
        "INCREMENT cad ACME 2.0 permanent 5 SN=1 ISSUED=1-jan-2020 NOTICE=a\n\
         INCREMENT CAD acme 2.00 31-dec-2026 7 SN=2 NOTICE=b START=2-feb-2021\n\
         INCREMENT cad ACME 2.0 permanent 11 DUP_GROUP=UH\n\
         INCREMENT cad ACME 2.0 permanent 13 DUP_GROUP=HU SN=3\n\
         INCREMENT cad ACME 2.0 permanent 17 VENDOR_STRING=;LT=Eval\n\
         INCREMENT cad OTHER 2.0 permanent 99\n",
    )]);
    let mut counts: Vec<_> = set.pools.iter().map(|pool| pool.capacity(TODAY).count).collect();
    counts.sort();
    assert_eq!(counts, [Some(12), Some(17), Some(24)]);
}

#[test]
fn vendor_strings_count_together_where_the_vendor_wants_it() {
    let text = file(
        "INCREMENT cad ACME 2.0 permanent 5 VENDOR_STRING=a\nINCREMENT cad ACME 2.0 permanent 7 VENDOR_STRING=b\n",
    );
    let set = build_with(&[&text], SignatureState::Valid, |context| {
        context.vendor_string_pools = false
    });
    assert_eq!(shape(&set, TODAY), [("cad 2.0".to_owned(), seats(12, 0))]);
}

#[test]
fn a_pool_shrinks_on_the_day_after_the_printed_one_and_grows_on_its_start() {
    let set = build(&[&file(
        "INCREMENT cad ACME 2.0 24-nov-2026 5 OVERDRAFT=1\n\
         INCREMENT cad ACME 2.0 permanent 7 START=26-nov-2026\n\
         INCREMENT cad ACME 2.0 permanent 11 SN=9\n",
    )]);
    let at = |day| set.pools[0].capacity(date(2026, 11, day));
    assert_eq!(
        [at(24), at(25), at(26)].map(|c| (c.count, c.overdraft)),
        [(Some(16), 1), (Some(11), 0), (Some(18), 0)]
    );
}

#[test]
fn a_pool_says_why_it_does_not_serve() {
    for (line, signature, status) in [
        (
            "INCREMENT cad ACME 1.0 permanent 5",
            SignatureState::Valid,
            PoolStatus::Serving,
        ),
        (
            "INCREMENT cad ACME 1.0 23-nov-2026 5",
            SignatureState::Valid,
            PoolStatus::Expired,
        ),
        (
            "INCREMENT cad ACME 1.0 permanent 5 START=25-nov-2026",
            SignatureState::Valid,
            PoolStatus::NotStarted,
        ),
        (
            "INCREMENT cad ACME 1.0 permanent 5",
            SignatureState::Invalid,
            PoolStatus::Refused,
        ),
        (
            "INCREMENT cad ACME 1.0 permanent 5",
            SignatureState::UnknownIssuer,
            PoolStatus::Refused,
        ),
        (
            "INCREMENT cad ACME 1.0 permanent 5",
            SignatureState::Missing,
            PoolStatus::Refused,
        ),
        (
            "INCREMENT cad ACME 1.0 permanent 5",
            SignatureState::Unverifiable,
            PoolStatus::Refused,
        ),
    ] {
        let set = build_with(&[&file(line)], signature, |_| {});
        assert_eq!(set.pools[0].status(TODAY), status, "{line}");
        assert_eq!(set.pools[0].signature(), signature);
        assert_eq!(
            set.pools[0].capacity(TODAY).is_none(),
            status != PoolStatus::Serving,
            "{line}"
        );
    }
    let accept = |context: &mut PoolContext<'_>| context.accept_unverified = true;
    let line = file("INCREMENT cad ACME 1.0 permanent 5");
    let accepted = build_with(&[&line], SignatureState::Unverifiable, accept);
    assert_eq!(accepted.pools[0].status(TODAY), PoolStatus::Serving);
    for state in [
        SignatureState::Invalid,
        SignatureState::UnknownIssuer,
        SignatureState::Missing,
    ] {
        let refused = build_with(&[&line], state, accept);
        assert_eq!(refused.pools[0].status(TODAY), PoolStatus::Refused);
    }
}

#[test]
fn seats_belong_to_the_server_their_file_names() {
    let line = "INCREMENT cad ACME 1.0 permanent 5\n";
    let other = format!("SERVER other HOSTNAME=ls2\n{line}");
    assert_eq!(build(&[&other]).pools[0].status(TODAY), PoolStatus::WrongHost);
    assert_eq!(build(&[line]).pools[0].status(TODAY), PoolStatus::WrongHost);
    let any = format!("SERVER other ANY\n{line}");
    assert_eq!(build(&[&any]).pools[0].status(TODAY), PoolStatus::Serving);
    let uncounted = build(&["FEATURE cad ACME 1.0 permanent uncounted HOSTID=ANY"]);
    assert_eq!(
        uncounted.pools[0].capacity(TODAY),
        Capacity {
            count: None,
            overdraft: 0
        }
    );
}

#[test]
fn of_feature_lines_the_first_counts_unless_it_cannot_serve() {
    let set = build(&[&file(
        "FEATURE cad ACME 1.0 1-jan-2026 5\n\
         FEATURE cad ACME 2.0 permanent 7\n\
         FEATURE CAD ACME 3.0 permanent 11\n\
         INCREMENT cad ACME 2.0 permanent 13\n",
    )]);
    assert_eq!(shape(&set, TODAY), [("cad 2.0".to_owned(), seats(20, 0))]);
    let lines: Vec<_> = set.ignored.iter().map(|ignored| ignored.line).collect();
    assert_eq!(lines, [3, 5]);
}

#[test]
fn the_same_line_twice_counts_once_and_the_copy_that_holds_is_the_one() {
    let line = "INCREMENT cad ACME 1.0 permanent 5 SN=7 NOTICE=\"two  words\"";
    let twice = build(&[
        &file(&format!("{line} SIGN=\"AA BB\" asset_info=here")),
        &file("INCREMENT cad ACME 1.00 permanent 5 NOTICE=\"two words\" SN=7 SIGN=AABB sort=3"),
    ]);
    assert_eq!(shape(&twice, TODAY), [("cad 1.0".to_owned(), seats(5, 0))]);
    assert_eq!(twice.ignored.len(), 1);

    let for_another_host = format!("SERVER x HOSTNAME=ls2\n{line}");
    let set = build(&[&for_another_host, &file(line)]);
    assert_eq!(shape(&set, TODAY), [("cad 1.0".to_owned(), seats(5, 0))]);
    assert_eq!(set.ignored[0].file, "1.lic");
}

#[test]
fn pools_are_tried_by_sort_then_kind_then_version_then_date() {
    let set = build(&[&file(
        "INCREMENT cad ACME 2026.0401 permanent 1\n\
         INCREMENT cad ACME 2009.1201 permanent 2 DUP_GROUP=U ISSUED=1-jan-2020\n\
         INCREMENT cad ACME 2009.1201 permanent 3 DUP_GROUP=H ISSUED=1-jan-2021\n\
         FEATURE cad ACME 2010.0101 permanent 4 DUP_GROUP=V\n\
         INCREMENT cad ACME 2027.0101 permanent 5 sort=7\n",
    )]);
    let counts: Vec<_> = set.pools.iter().map(|pool| pool.capacity(TODAY).count).collect();
    assert_eq!(counts, [Some(5), Some(4), Some(3), Some(2), Some(1)]);
}

#[test]
fn effects_tell_what_a_file_would_change() {
    let old = build(&[&file(
        "INCREMENT cad ACME 1.0 permanent 5\nINCREMENT fem ACME 1.0 permanent 1\n",
    )]);
    let new = build(&[&file(
        "INCREMENT cad ACME 1.0 permanent 9 OVERDRAFT=2\nINCREMENT sim ACME 1.0 permanent 3\n",
    )]);
    let texts: Vec<_> = effects(&old, &new, TODAY)
        .into_iter()
        .map(|effect| effect.text)
        .collect();
    assert_eq!(
        texts,
        [
            "cad 1.0 changes from 5 seats to 9 seats and 2 overdraft.",
            "fem 1.0 goes away: 1 seat.",
            "sim 1.0 is new: 3 seats.",
        ]
    );
    assert!(effects(&new, &new, TODAY).is_empty());
}

#[test]
fn the_time_that_seats_linger_comes_from_the_lines() {
    let text =
        file("INCREMENT f ACME 1.0 permanent 1 LINGER=30\nINCREMENT f ACME 1.0 permanent 1 LINGER=long\n");
    let pools = build(&[&text]);
    assert_eq!(pools.pools.len(), 1);
    assert_eq!(pools.pools[0].linger_seconds(), 30);
}
