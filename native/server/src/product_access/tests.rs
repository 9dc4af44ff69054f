#![allow(clippy::unwrap_used)]

use super::*;

const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

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
        let access = ProductAccess::new(anonymous, &[]);
        assert_eq!(access.admit(LOOPBACK, None).is_ok(), loopback, "{anonymous:?}");
        assert_eq!(
            access.admit("::1".parse().unwrap(), None).is_ok(),
            loopback,
            "{anonymous:?}"
        );
        assert_eq!(access.admit(ELSEWHERE, None).is_ok(), elsewhere, "{anonymous:?}");
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
    let access = ProductAccess::new(AnonymousAccess::Loopback, &[valid, ended, unreadable]);
    assert_eq!(
        access.admit(ELSEWHERE, Some("id1.right")).unwrap(),
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
            let problem = access.admit(peer, Some(wrong)).expect_err(wrong);
            assert_eq!(problem.code, ErrorCode::AuthorizationFailed);
            assert!(!problem.to_string().contains("right"), "no secret in errors");
        }
    }
}

#[test]
fn a_token_ends_for_those_who_are_in_already() {
    let access = ProductAccess::new(AnonymousAccess::Never, &[token("id1.right", Timestamp::MAX)]);
    let caller = access.admit(ELSEWHERE, Some("id1.right")).unwrap();
    assert!(access.still_holds(&caller));
    access.set_tokens(&[]);
    assert!(!access.still_holds(&caller));
}
