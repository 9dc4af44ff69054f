//! A short run of every reader, with other inputs each time.
#![allow(missing_docs, clippy::panic)]

use std::time::Duration;

use licensing_fuzz::{Run, target};

/// Far longer than any input takes, also on a busy machine.
const SLOW: Duration = Duration::from_secs(10);

fn holds_for(name: &str) {
    let target = target(name).unwrap_or_else(|| panic!("there is no {name}"));
    assert!(!(target.seeds)().is_empty(), "{name} has no seeds");
    let run = Run {
        seed: fastrand::u64(..),
        inputs: 20_000,
        time: Duration::from_secs(2),
    };
    println!("{name}: seed {}", run.seed);
    let outcome = run.feed(target);
    if let Some(finding) = outcome.finding {
        panic!("{}: {:?}", finding.message, finding.input);
    }
    assert!(outcome.slowest < SLOW, "{:?}", outcome.slowest);
}

#[test]
fn license_files_never_panic_and_lose_no_byte() {
    holds_for("license_file");
}

#[test]
fn options_files_never_panic_and_findings_name_their_lines() {
    holds_for("options_file");
}

#[test]
fn messages_never_panic_and_are_written_as_they_are_read() {
    holds_for("messages");
}

#[test]
fn no_changed_ticket_is_accepted() {
    holds_for("ticket");
}

#[test]
fn archives_never_panic_and_write_nothing_outside() {
    holds_for("archive");
}

#[test]
fn envelopes_are_answered_and_never_panic() {
    holds_for("wsman_envelope");
}

#[test]
fn queries_never_panic() {
    holds_for("wql");
}

#[test]
fn messages_of_ntlm_let_nobody_in() {
    holds_for("ntlm");
}

#[test]
fn tokens_of_spnego_are_written_as_they_are_read() {
    holds_for("spnego");
}

#[test]
fn no_changed_ticket_of_kerberos_signs_anybody_else_in() {
    holds_for("kerberos");
}

#[test]
fn encrypted_bodies_never_panic() {
    holds_for("sealed_body");
}
