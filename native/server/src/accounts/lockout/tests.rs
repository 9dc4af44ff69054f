#![allow(clippy::unwrap_used)]
use super::*;

fn address(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

fn fail(lockout: &LockOut, account: &str, from: IpAddr, now: Instant) -> Result<(), Duration> {
    lockout.begin(account, from, now).map(drop)
}

fn sign_in(lockout: &LockOut, account: &str, from: IpAddr, now: Instant) -> Result<(), Duration> {
    let attempt = lockout.begin(account, from, now)?;
    lockout.succeeded(&attempt, now);
    Ok(())
}

#[test]
fn delays_grow_in_steps_and_end() {
    let lockout = LockOut::default();
    let mut now = Instant::now();
    for _ in 0..FREE_FOR_ACCOUNT {
        fail(&lockout, "\\ann", address(1), now).unwrap();
    }
    let mut delays = Vec::new();
    for last in 2..12 {
        let delay = fail(&lockout, "\\ann", address(last), now).unwrap_err();
        delays.push(delay.as_secs());
        now += delay;
        fail(&lockout, "\\ann", address(last), now).unwrap();
    }
    assert_eq!(delays, [4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    assert_eq!(
        lockout.delay("\\ann", address(1), now).unwrap().as_secs(),
        LONGEST.as_secs()
    );
    assert_eq!(lockout.delay("\\ann", address(1), now + FORGOTTEN_AFTER), None);
}

#[test]
fn attempts_under_way_count_and_those_that_were_right_do_not() {
    let lockout = LockOut::default();
    let now = Instant::now();
    let under_way: Vec<_> = (0..FREE_FOR_ADDRESS)
        .map(|number| {
            lockout
                .begin(&format!("\\user{number}"), address(1), now)
                .unwrap()
        })
        .collect();
    assert!(lockout.begin("\\other", address(1), now).is_err());
    for attempt in &under_way {
        lockout.succeeded(attempt, now);
    }
    fail(&lockout, "\\other", address(1), now).unwrap();
}

#[test]
fn an_attempt_that_nobody_could_decide_is_no_failure_and_makes_no_address_known() {
    let lockout = LockOut::default();
    let now = Instant::now();
    let undecided = || {
        let attempt = lockout.begin("\\ann", address(1), now).unwrap();
        lockout.undecided(&attempt, now);
    };
    for _ in 0..4 * FREE_FOR_ADDRESS {
        undecided();
    }
    assert!(!lockout.knows("\\ann", address(1), now));
    // Those that were failures stay, also where the account is known.
    sign_in(&lockout, "\\ann", address(1), now).unwrap();
    for _ in 0..FREE_FOR_ACCOUNT {
        undecided();
        fail(&lockout, "\\ann", address(1), now).unwrap();
    }
    assert!(lockout.begin("\\ann", address(1), now).is_err());
}

#[test]
fn an_address_that_tries_many_accounts_waits_for_all_that_are_not_known_there() {
    let lockout = LockOut::default();
    let now = Instant::now();
    sign_in(&lockout, "\\admin", address(1), now).unwrap();
    for attempt in 0..FREE_FOR_ADDRESS {
        fail(&lockout, &format!("\\user{attempt}"), address(1), now).unwrap();
    }
    assert!(lockout.delay("\\other", address(1), now).is_some());
    assert!(lockout.delay("\\other", address(2), now).is_none());
    sign_in(&lockout, "\\admin", address(1), now).unwrap();
}

#[test]
fn nobody_can_keep_an_administrator_out_from_where_they_work() {
    let lockout = LockOut::default();
    let now = Instant::now();
    sign_in(&lockout, "\\ann", address(1), now).unwrap();
    for attempt in 0..50 {
        let _ = fail(&lockout, "\\ann", address(100 + attempt), now);
    }
    assert!(lockout.delay("\\ann", address(1), now).is_none());
    assert!(lockout.delay("\\ann", address(2), now).is_some());
}

#[test]
fn guesses_where_the_account_is_known_wait_a_minute_at_most() {
    let lockout = LockOut::default();
    let mut now = Instant::now();
    sign_in(&lockout, "\\ann", address(1), now).unwrap();
    for _ in 0..FREE_FOR_ACCOUNT {
        fail(&lockout, "\\ann", address(1), now).unwrap();
    }
    let mut delays = Vec::new();
    for _ in 0..6 {
        let delay = fail(&lockout, "\\ann", address(1), now).unwrap_err();
        delays.push(delay.as_secs());
        now += delay;
        fail(&lockout, "\\ann", address(1), now).unwrap();
    }
    assert_eq!(delays, [4, 8, 16, 32, 60, 60]);
    now += LONGEST_WHERE_KNOWN;
    sign_in(&lockout, "\\ann", address(1), now).unwrap();
    // The right password leaves no delay behind, neither does it forget the guesses.
    assert!(lockout.delay("\\ann", address(1), now).is_none());
    fail(&lockout, "\\ann", address(1), now).unwrap();
    assert!(lockout.delay("\\ann", address(1), now).is_some());
}

#[test]
fn a_table_that_overflows_forgets_nobody() {
    let lockout = LockOut::default();
    let now = Instant::now();
    for last in 0..FREE_FOR_ACCOUNT {
        fail(&lockout, "\\victim", address(last as u8), now).unwrap();
    }
    for number in 0..200_000u32 {
        let from = IpAddr::from([10, (number >> 16) as u8, (number >> 8) as u8, number as u8]);
        let _ = fail(&lockout, &format!("\\invented{number}"), from, now);
    }
    assert!(lockout.delay("\\victim", address(200), now).is_some());
}

#[test]
fn known_addresses_stay_bounded() {
    let lockout = LockOut::default();
    let now = Instant::now();
    for last in 0..=255 {
        sign_in(
            &lockout,
            "\\ann",
            address(last),
            now + Duration::from_secs(last.into()),
        )
        .unwrap();
    }
    lockout.with(|tables| assert_eq!(tables.known.of("\\ann"), 64));
    assert!(lockout.knows("\\ann", address(255), now));
}

#[test]
fn a_reset_account_may_sign_in_again_from_anywhere_and_its_failures_count_anew() {
    let lockout = LockOut::default();
    let now = Instant::now();
    for number in 0..FREE_FOR_ADDRESS {
        fail(&lockout, &format!("\\user{number}"), address(1), now).unwrap();
    }
    for _ in 0..FREE_FOR_ACCOUNT {
        fail(&lockout, "\\ann", address(2), now).unwrap();
    }
    sign_in(&lockout, "\\bob", address(3), now).unwrap();
    for _ in 0..FREE_FOR_ACCOUNT {
        fail(&lockout, "\\bob", address(3), now).unwrap();
    }
    let places = [("\\ann", 1), ("\\ann", 2), ("\\bob", 3)];
    for (account, from) in places {
        assert!(lockout.delay(account, address(from), now).is_some(), "{account}");
    }
    lockout.reset("\\ann", now);
    lockout.reset("\\bob", now);
    for (account, from) in places {
        assert_eq!(lockout.delay(account, address(from), now), None, "{account}");
    }
    assert!(lockout.delay("\\carl", address(1), now).is_some());
    for _ in 0..FREE_FOR_ACCOUNT {
        fail(&lockout, "\\ann", address(1), now).unwrap();
    }
    assert!(lockout.delay("\\ann", address(1), now).is_some());
}
