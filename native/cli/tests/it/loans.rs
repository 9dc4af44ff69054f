//! Borrowed seats, and grace, from the command line.

use std::process::Command;

use licensing_testbed::{Increment, ServerBuilder, license_text};
use serde_json::Value;

use crate::run::{Ended, ended};
use crate::server::Site;

fn site() -> Site {
    let text = license_text(
        "ACME",
        &[
            Increment::new("cad", 1).attributes("BORROW=24"),
            Increment::new("report", 1),
        ],
    );
    let server = ServerBuilder::new().license("acme.lic", &text);
    Site::with(server.kept_port().unwrap())
}

struct Traveller {
    home: tempfile::TempDir,
    manager: String,
}

impl Traveller {
    fn new(site: &Site) -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            manager: site.server.endpoints().licensing.to_string(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = crate::run::licensing(arguments);
        command
            .env("LICENSING_MANAGER", &self.manager)
            .env("LICENSING_TIMEOUT", "8")
            .env("XDG_STATE_HOME", self.home.path())
            .env("HOME", self.home.path())
            .env("LOCALAPPDATA", self.home.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        ended(&mut self.command(arguments))
    }

    fn loans(&self) -> Vec<Value> {
        let listed = self.run(&["borrowed", "--json"]);
        assert_eq!(listed.code, 0, "{}", listed.err);
        serde_json::from_str(&listed.out).unwrap()
    }
}

#[test]
fn seats_are_borrowed_listed_used_and_returned() {
    let mut site = site();
    let traveller = Traveller::new(&site);
    assert_eq!(traveller.loans(), Vec::<Value>::new());
    let borrowed = traveller.run(&[
        "checkout", "cad", "--user", "anna", "--device", "ws1", "--borrow", "8h",
    ]);
    assert_eq!(borrowed.code, 0, "{}", borrowed.err);
    assert!(
        borrowed.out.starts_with("Borrowed 1 seat of cad 1.0 until "),
        "{}",
        borrowed.out
    );
    site.server.kill().unwrap();

    // Without the server.
    let loans = traveller.loans();
    assert_eq!(
        (loans.len(), &loans[0]["feature"], &loans[0]["user"]),
        (1, &"cad".into(), &"anna".into())
    );
    let folder = traveller.home.path().join("licensing/tickets");
    let tickets = folder.to_str().unwrap().to_owned();
    #[cfg(target_os = "linux")]
    {
        let used = traveller.run(&[
            "checkout",
            "cad",
            "--user",
            "anna",
            "--device",
            "ws1",
            "--tickets",
            &tickets,
        ]);
        assert_eq!(used.code, 0, "{}", used.err);
        assert!(
            used.out.contains("Holding 1 seat of cad 1.0, borrowed until "),
            "{}",
            used.out
        );
    }
    let unreachable = traveller.run(&["return", "cad"]);
    assert_eq!(unreachable.code, 3, "{}", unreachable.err);

    site.server.start_again().unwrap();
    let unknown = traveller.run(&["return", "report"]);
    assert_eq!(unknown.code, 2, "{}", unknown.err);
    let refused = traveller.run(&["checkout", "cad", "--user", "bob", "--json"]);
    assert!(refused.err.contains("SeatDenied"), "{}", refused.err);
    let returned = traveller.run(&["return", loans[0]["id"].as_str().unwrap()]);
    assert_eq!(
        (returned.code, returned.out.as_str()),
        (0, "1 seat of cad given back.\n")
    );
    assert_eq!(traveller.loans(), Vec::<Value>::new());
    let free = traveller.run(&["checkout", "cad", "--user", "bob"]);
    assert_eq!(free.code, 0, "{}", free.err);
    site.server.stop().unwrap();
}

#[test]
fn a_seat_that_was_given_back_leaves_no_ticket() {
    let mut site = site();
    let traveller = Traveller::new(&site);
    let folder = traveller.home.path().join("own");
    let take = || traveller.run(&["checkout", "report", "--tickets", folder.to_str().unwrap()]);
    let taken = take();
    assert_eq!(taken.code, 0, "{}", taken.err);
    site.server.kill().unwrap();
    let taken = take();
    assert_eq!(taken.code, 3, "{}", taken.out);
}

#[test]
fn what_cannot_be_borrowed_and_times_that_are_none_are_refused() {
    let site = site();
    let traveller = Traveller::new(&site);
    let refused = traveller.run(&["checkout", "report", "--borrow", "1d", "--json"]);
    assert!(refused.err.contains("(-67)"), "{}", refused.err);
    let refused = traveller.run(&["checkout", "cad", "--borrow", "2d", "--json"]);
    assert!(refused.err.contains("(-104)"), "{}", refused.err);
    for time in ["soon", "-1h", "0s", "3 months"] {
        let wrong = traveller.run(&["checkout", "cad", &format!("--borrow={time}")]);
        assert_eq!(wrong.code, 2, "{time}: {}", wrong.err);
    }
    site.server.stop().unwrap();
}
