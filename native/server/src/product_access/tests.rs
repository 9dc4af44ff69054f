#![allow(clippy::unwrap_used)]

use super::*;

const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

fn come(access: &ProductAccess, peer: IpAddr, bearer: Option<&str>) -> Result<Caller, Problem> {
    access.admit(Shown {
        peer,
        bearer,
        certificate: None,
    })
}

fn token(secret: &str, expires: Timestamp) -> ProductToken {
    ProductToken {
        token_id: secret.split('.').next().unwrap().to_owned(),
        secret_sha256: hex::encode(Sha256::digest(secret)),
        expires,
    }
}

#[test]
fn anonymous_callers_come_in_where_configured() {
    for (anonymous, loopback, elsewhere) in [
        (AnonymousAccess::Never, false, false),
        (AnonymousAccess::Loopback, true, false),
        (AnonymousAccess::Always, true, true),
    ] {
        let access = ProductAccess::new(anonymous, &[], ClientTrust::nobody());
        assert_eq!(come(&access, LOOPBACK, None).is_ok(), loopback, "{anonymous:?}");
        assert_eq!(
            come(&access, "::1".parse().unwrap(), None).is_ok(),
            loopback,
            "{anonymous:?}"
        );
        assert_eq!(come(&access, ELSEWHERE, None).is_ok(), elsewhere, "{anonymous:?}");
    }
}

#[test]
fn only_the_whole_secret_of_a_token_that_has_not_ended_opens() {
    let valid = token("id1.right", Timestamp::MAX);
    let ended = token("id2.right", Timestamp::now());
    let unreadable = ProductToken {
        secret_sha256: "junk".to_owned(),
        ..token("id3.right", Timestamp::MAX)
    };
    let access = ProductAccess::new(
        AnonymousAccess::Loopback,
        &[valid, ended, unreadable],
        ClientTrust::nobody(),
    );
    assert_eq!(
        come(&access, ELSEWHERE, Some("id1.right")).unwrap(),
        Caller::Token("id1".to_owned())
    );
    let long = format!("id1.{}", "r".repeat(10_000));
    for wrong in [
        "",
        ".",
        "id1",
        "id1.",
        "id1.wrong",
        "id1.right ",
        "id2.right",
        "id3.right",
        "id4.right",
        &long,
    ] {
        // A wrong token is an error even where none would be needed.
        for peer in [LOOPBACK, ELSEWHERE] {
            let problem = come(&access, peer, Some(wrong)).expect_err(wrong);
            assert_eq!(problem.code, ErrorCode::AuthorizationFailed);
            assert!(!problem.to_string().contains("right"), "no secret in errors");
        }
    }
}

#[test]
fn a_token_ends_for_those_who_are_in_already() {
    let access = ProductAccess::new(
        AnonymousAccess::Never,
        &[token("id1.right", Timestamp::MAX)],
        ClientTrust::nobody(),
    );
    let caller = come(&access, ELSEWHERE, Some("id1.right")).unwrap();
    assert!(access.still_holds(ELSEWHERE, &caller));
    access.set_tokens(&[]);
    assert!(!access.still_holds(ELSEWHERE, &caller));
}

#[test]
fn who_came_in_without_anything_leaves_when_that_is_not_enough_any_more() {
    let access = ProductAccess::new(AnonymousAccess::Loopback, &[], ClientTrust::nobody());
    let caller = come(&access, LOOPBACK, None).unwrap();
    assert!(access.still_holds(LOOPBACK, &caller));
    access.set_anonymous(AnonymousAccess::Never);
    assert!(!access.still_holds(LOOPBACK, &caller));
    come(&access, LOOPBACK, None).unwrap_err();
}
