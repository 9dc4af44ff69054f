use std::net::IpAddr;

use licensing_license_file::options_file::{AccessList, parse};
use licensing_seats::policy::{LimitKey, LineFacts, NotAdmitted, Policy, PoolFacts, Requester};
use proptest::prelude::*;

use super::naive::{Naive, NaivePool};

fn who() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(&["anna", "bert", "Anna", "ACME\\anna", "cleo"][..]).prop_map(|n| format!("USER {n}")),
        2 => prop::sample::select(&["h1", "H1", "h1.abc.com", ".abc.com", "h2", "10.1.*.*", "10.1.2.3"][..])
            .prop_map(|n| format!("HOST {n}")),
        1 => prop::sample::select(&["10.1.2.3", "10.*.2.3", "*.*.*.*", "10.2.*.*"][..])
            .prop_map(|n| format!("INTERNET {n}")),
        1 => prop::sample::select(&["d1", "D1"][..]).prop_map(|n| format!("DISPLAY {n}")),
        1 => prop::sample::select(&["p1", "P1"][..]).prop_map(|n| format!("PROJECT {n}")),
        3 => prop::sample::select(&["g1", "g2", "G1", "none"][..]).prop_map(|n| format!("GROUP {n}")),
        1 => prop::sample::select(&["hg1", "hg2", "g1"][..]).prop_map(|n| format!("HOST_GROUP {n}")),
    ]
}

fn selector() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &[
            "cad",
            "cad",
            "CAD",
            "cad:VERSION=1.0",
            "cad:VERSION=2.0",
            "cam",
            "cam:VERSION=1.0",
        ][..],
    )
}

fn line() -> impl Strategy<Value = String> {
    let list = prop::sample::select(&["INCLUDE", "EXCLUDE", "INCLUDE_BORROW", "EXCLUDE_BORROW"][..]);
    let users = prop::collection::vec(prop::sample::select(&["anna", "Anna", "bert", "cleo"][..]), 1..3);
    let hosts = prop::collection::vec(prop::sample::select(&["h1", "h2.abc.com", "10.1.*.*"][..]), 1..3);
    prop_oneof![
        6 => (list, selector(), who()).prop_map(|(list, selector, who)| format!("{list} {selector} {who}")),
        1 => (prop::sample::select(&["INCLUDEALL", "EXCLUDEALL"][..]), who())
            .prop_map(|(list, who)| format!("{list} {who}")),
        4 => (0_u32..9, selector(), who()).prop_map(|(n, selector, who)| format!("MAX {n} {selector} {who}")),
        2 => (0_u32..9, selector(), prop::sample::select(&["USER ALL_USERS", "GROUP ALL_GROUPS"][..]))
            .prop_map(|(n, selector, who)| format!("MAX {n} {selector} {who}")),
        3 => (1_u32..9, selector(), who()).prop_map(|(n, selector, who)| format!("RESERVE {n} {selector} {who}")),
        1 => (selector(), 0_u32..3000).prop_map(|(selector, n)| format!("TIMEOUT {selector} {n}")),
        1 => (0_u32..3000).prop_map(|n| format!("TIMEOUTALL {n}")),
        3 => (prop::sample::select(&["g1", "g2", "G1"][..]), users)
            .prop_map(|(name, users)| format!("GROUP {name} {}", users.join(" "))),
        2 => (prop::sample::select(&["hg1", "hg2"][..]), hosts)
            .prop_map(|(name, hosts)| format!("HOST_GROUP {name} {}", hosts.join(" "))),
        1 => prop::sample::select(&["FQDN_MATCHING lenient", "FQDN_MATCHING exact"][..]).prop_map(str::to_owned),
        1 => prop::sample::select(&["GROUPCASEINSENSITIVE ON", "GROUPCASEINSENSITIVE OFF"][..])
            .prop_map(str::to_owned),
    ]
}

#[derive(Debug, Clone)]
struct Asker {
    user: &'static str,
    host: &'static str,
    display: &'static str,
    project: &'static str,
    address: Option<IpAddr>,
}

impl Asker {
    fn requester(&self) -> Requester<'_> {
        Requester {
            user: self.user,
            short_user: self.user.split_once('\\').map(|(_, user)| user),
            host: self.host,
            display: self.display,
            address: self.address,
            project: self.project,
        }
    }
}

prop_compose! {
    fn asker()(
        user in prop::sample::select(&["anna", "Anna", "bert", "cleo", "ACME\\anna", "ACME\\bert", "dora"][..]),
        host in prop::sample::select(&["h1", "H1.abc.com", "h2", "h2.abc.com", "h1.xyz.com", "10.1.7.7", ""][..]),
        display in prop::sample::select(&["d1", "D1", ""][..]),
        project in prop::sample::select(&["p1", "P1", ""][..]),
        address in prop::sample::select(&[None, Some([10, 1, 2, 3]), Some([10, 2, 2, 3]), Some([192, 168, 0, 1])][..]),
    ) -> Asker {
        Asker { user, host, display, project, address: address.map(IpAddr::from) }
    }
}

fn pools() -> Vec<NaivePool> {
    [("cad", "1.0", 5), ("cad", "2.0", 7), ("cam", "1.0", 3)]
        .map(|(feature, version, seats)| NaivePool {
            feature: feature.to_owned(),
            version: version.to_owned(),
            seats,
        })
        .to_vec()
}

fn facts(pool: &NaivePool) -> PoolFacts {
    PoolFacts {
        feature: pool.feature.clone(),
        lines: vec![LineFacts::dated(pool.version.parse().unwrap(), None)],
        seats: Some(pool.seats),
        ..PoolFacts::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn compiled_rules_answer_as_the_lines_read(
        lines in prop::collection::vec(line(), 0..16),
        askers in prop::collection::vec(asker(), 1..6),
    ) {
        let text = lines.join("\n");
        let file = parse(text.as_bytes());
        prop_assert_eq!(&file.findings, &vec![]);
        let naive = Naive { file: &file };
        let (policy, _) = Policy::compile(&file);
        let pools = pools();
        let (bound, _) = policy.bind(&pools.iter().map(facts).collect::<Vec<_>>());
        for asker in &askers {
            let requester = asker.requester();
            let identity = policy.identify(requester);
            let reservations = naive.reservations(&pools, &requester);
            for ((pool, own), held) in pools.iter().zip(&bound).zip(reservations) {
                let unread = |exclude, include, with_max| {
                    let all = naive.unread(exclude, with_max, pool);
                    let others = naive.unread(include, false, pool);
                    (all, others.filter(|_| !naive.names(include, pool, &requester)))
                };
                let access = naive.access(AccessList::Exclude, AccessList::Include, pool, &requester);
                let expected = match (unread(AccessList::Exclude, AccessList::Include, true), access) {
                    ((Some(line), _), _) => Err(NotAdmitted::Unread(line)),
                    (_, (Some(line), _)) => Err(NotAdmitted::Excluded(line)),
                    ((None, Some(line)), _) => Err(NotAdmitted::Unread(line)),
                    (_, (None, false)) => Err(NotAdmitted::NotIncluded),
                    (_, (None, true)) => Ok(()),
                };
                prop_assert_eq!(own.admit(&identity), expected);
                let (exclude, include) = (AccessList::ExcludeBorrow, AccessList::IncludeBorrow);
                let access = naive.access(exclude, include, pool, &requester);
                let expected = match (unread(exclude, include, false), access) {
                    ((Some(line), _), _) => Err(NotAdmitted::Unread(line)),
                    (_, (Some(line), _)) => Err(NotAdmitted::ExcludedFromBorrowing(line)),
                    ((None, Some(line)), _) => Err(NotAdmitted::Unread(line)),
                    (_, (None, false)) => Err(NotAdmitted::NotIncludedInBorrowing),
                    (_, (None, true)) => Ok(()),
                };
                prop_assert_eq!(own.admit_borrowing(&identity), expected);

                let mut limits: Vec<_> = own
                    .limits(&identity)
                    .into_iter()
                    .map(|limit| match limit.key {
                        LimitKey::Line(line) => (line, "line".to_owned(), limit.seats),
                        LimitKey::User(line, user) => (line, format!("user {user}"), limit.seats),
                        LimitKey::Group(line, group) => {
                            (line, format!("group {}", policy.group_name(group)), limit.seats)
                        }
                    })
                    .collect();
                limits.sort();
                prop_assert_eq!(limits, naive.limits(pool, &requester));

                let draws = own.draws_from(&identity);
                let own_held: Vec<_> = own
                    .reservations()
                    .iter()
                    .enumerate()
                    .map(|(index, held)| (held.line, held.seats, draws.contains(&index)))
                    .collect();
                prop_assert_eq!(own_held, held);
                prop_assert!(own.reserved() <= pool.seats);
                prop_assert_eq!(own.timeout_seconds(0), naive.timeout(pool));
            }
        }
    }
}

proptest! {
    #[test]
    fn any_words_compile_and_bind(
        words in prop::collection::vec(
            prop_oneof![
                line(),
                Just("MAX 4294967295 cad USER é".to_owned()),
                Just("RESERVE 4294967295 cad HOST .".to_owned()),
                Just("INCLUDE cad HOST ..".to_owned()),
                Just("HOST_GROUP hg1 . *.*.*.* ::".to_owned()),
                ".{0,30}",
            ],
            0..20,
        ),
        asker in asker(),
        host in ".{0,12}",
    ) {
        let (policy, _) = Policy::compile(&parse(words.join("\n").as_bytes()));
        let pools = pools();
        let (bound, _) = policy.bind(&pools.iter().map(facts).collect::<Vec<_>>());
        let identity = policy.identify(Requester { host: &host, ..asker.requester() });
        for (pool, own) in pools.iter().zip(&bound) {
            prop_assert!(own.reserved() <= pool.seats);
            prop_assert!(own.draws_from(&identity).len() <= own.reservations().len());
            // Asked twice, answered alike.
            prop_assert_eq!(own.admit(&identity), own.admit(&identity));
            prop_assert_eq!(own.limits(&identity), own.limits(&identity));
        }
    }
}
