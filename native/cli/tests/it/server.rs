//! The command against a real license server.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use licensing_testbed::{Increment, Server, ServerBuilder, license_text};
use serde_json::Value;

use crate::run::{Ended, ended, file, licensing};

/// A server, and the command as its administrator.
pub(crate) struct Site {
    pub(crate) server: Server,
    folder: tempfile::TempDir,
}

impl Site {
    /// One without licenses.
    pub(crate) fn empty() -> Self {
        Self::with(ServerBuilder::new())
    }

    /// One with ten seats of `cad` and one of `report`.
    pub(crate) fn with_seats() -> Self {
        let text = license_text(
            "ACME",
            &[
                Increment::new("cad", 10).attributes("OVERDRAFT=2"),
                Increment::new("report", 1),
            ],
        );
        Self::with(ServerBuilder::new().license("acme.lic", &text))
    }

    pub(crate) fn with(builder: ServerBuilder) -> Self {
        let site = Self {
            server: builder.start().unwrap(),
            folder: tempfile::tempdir().unwrap(),
        };
        file(site.folder.path(), "password", site.server.administrator().1);
        site
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Towards the server, without credentials.
    pub(crate) fn anonymous(&self, arguments: &[&str]) -> Command {
        let endpoints = self.server.endpoints();
        let mut command = licensing(arguments);
        command
            .env("LICENSING_SERVER", endpoints.web_services.to_string())
            .env("LICENSING_CERT_HASH", &endpoints.cert_hash)
            .env("LICENSING_MANAGER", endpoints.licensing.to_string());
        command
    }

    pub(crate) fn as_administrator(&self, arguments: &[&str]) -> Command {
        let mut command = self.anonymous(arguments);
        command
            .env("LICENSING_ACCOUNT", self.server.administrator().0)
            .env("LICENSING_PASSWORD_FILE", self.path("password"));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        ended(&mut self.as_administrator(arguments))
    }

    /// The output of a command that must succeed.
    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.err);
        ended.out
    }

    /// Its answer as JSON.
    fn json(&self, arguments: &[&str]) -> Value {
        let text = self.text(&[arguments, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// A license file of this issuer, signed, in the folder.
    pub(crate) fn license_file(&self, name: &str, text: &str) -> String {
        file(self.folder.path(), name, self.server.issuer().sign(text))
    }

    /// A product that holds seats; its first line of output.
    pub(crate) fn product(&self, arguments: &[&str]) -> (Child, String) {
        let mut child = self
            .anonymous(&[&["checkout"], arguments].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        (child, line)
    }
}

/// The cells of the first row whose first cell is this.
fn row<'a>(table: &'a str, first: &str) -> Vec<&'a str> {
    let line = table
        .lines()
        .find(|line| line.split_whitespace().next() == Some(first));
    line.unwrap_or_else(|| panic!("no {first} in\n{table}"))
        .split_whitespace()
        .collect()
}

#[test]
fn the_way_from_a_license_file_to_a_seat_in_use() {
    let site = Site::empty();
    let empty = site.run(&["inventory", "--json"]);
    assert_eq!(
        (empty.code, empty.problem()["code"].as_str()),
        (1, Some("NoInventory"))
    );

    let text = license_text("ACME", &[Increment::new("cad", 10).attributes("OVERDRAFT=2")]);
    let path = site.license_file("acme.lic", &text);
    let explained = site.text(&["file", "explain", &path]);
    assert!(
        explained.starts_with("acme.lic: a usable license file.\n"),
        "{explained}"
    );
    assert!(explained.contains("cad 1.0 is new: 10 seats"), "{explained}");
    let imported = site.text(&["file", "import", &path]);
    assert!(imported.starts_with("Installed acme.lic: "), "{imported}");
    assert!(imported.contains("cad"), "{imported}");
    site.server
        .wait_for(|endpoints| endpoints.vendors.contains_key("ACME"))
        .unwrap();

    let (mut product, line) = site.product(&[
        "cad",
        "--user",
        "anna",
        "--device",
        "ws-101",
        "--product",
        "Acme CAD 2",
    ]);
    assert_eq!(
        line,
        "Holding 1 seat of cad 1.0. Ctrl-C or the end of the input gives back.\n"
    );
    let inventory = site.text(&["inventory"]);
    assert_eq!(
        row(&inventory, "FEATURE").join(" "),
        "FEATURE VERSION INSTALLED IN USE FREE EXPIRES STATUS QUEUED RESERVED BORROWED BURST OVERDRAFT \
         OVERDRAFT IN USE LICENSE TYPE SIGNATURE VENDOR"
    );
    assert_eq!(
        row(&inventory, "cad")[..13],
        [
            "cad", "1.0", "10", "1", "11", "-", "Serving", "0", "0", "0", "0", "2", "0"
        ]
    );
    let usage = site.text(&["usage"]);
    assert_eq!(row(&usage, "cad")[..3], ["cad", "anna", "ws-101"]);
    assert_eq!(site.text(&["usage", "--user", "b*"]), "Nothing matches.\n");

    drop(product.stdin.take());
    assert!(product.wait().unwrap().success());
    assert_eq!(site.text(&["usage"]), "Nothing matches.\n");
    let files = site.text(&["file", "list"]);
    assert_eq!(row(&files, "acme.lic")[..4], ["acme.lic", "ACME", "1", "Valid"]);
    site.text(&["file", "remove", "acme.lic"]);
    assert_eq!(site.text(&["file", "list"]), "Nothing matches.\n");
    site.server.stop().unwrap();
}

#[test]
fn numbers_stand_to_the_right_below_their_heads() {
    let site = Site::with_seats();
    let table = site.text(&["inventory"]);
    let mut lines = table.lines();
    let head = lines.next().unwrap();
    let end = head.find("INSTALLED").unwrap() + "INSTALLED".len();
    for line in lines {
        assert!(line[..end].ends_with(char::is_numeric), "{table}");
        assert_eq!(&line[end..=end], " ", "{table}");
        assert_eq!(line, line.trim_end(), "no blanks at the end of a line");
    }
    site.server.stop().unwrap();
}

#[test]
fn json_is_the_answer_of_the_server() {
    let site = Site::with_seats();
    let inventory = site.json(&["inventory", "--feature", "CA?"]);
    let rows = inventory["items"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["feature"], "cad");
    assert_eq!(rows[0]["licensesAvailable"], 10);
    let server = site.json(&["server"]);
    assert_eq!(server["hostName"], "license01.example.com");
    assert_eq!(server["vendorDaemons"][0]["vendor"], "ACME");
    assert_eq!(site.json(&["permission"])["permissions"], "Full");
    for command in ["alert", "errors", "names", "certificate"] {
        assert!(site.json(&[command]).is_object(), "{command}");
        assert!(!site.text(&[command]).is_empty(), "{command}");
    }
    site.server.stop().unwrap();
}

#[test]
fn a_file_that_is_not_usable_is_explained_and_refused() {
    let site = Site::empty();
    let path = file(
        site.folder.path(),
        "odd.lic",
        "INCREMENT cad ACME 1.0 nonsense 10\n",
    );
    let explained = site.run(&["file", "explain", &path]);
    assert_eq!(explained.code, 1);
    assert!(
        explained.out.starts_with("odd.lic: not usable.\n"),
        "{}",
        explained.out
    );
    assert!(explained.out.contains("in line 1"), "{}", explained.out);
    let refused = site.run(&["file", "import", &path, "--json"]);
    assert_eq!(
        (refused.code, refused.problem()["code"].as_str()),
        (1, Some("InvalidLicenseFile"))
    );
    assert_eq!(site.text(&["file", "list"]), "Nothing matches.\n");
    site.server.stop().unwrap();
}

#[test]
fn a_file_is_replaced_only_when_told() {
    let site = Site::with_seats();
    let more = site.license_file("acme.lic", &license_text("ACME", &[Increment::new("cad", 20)]));
    let refused = site.run(&["file", "import", &more, "--json"]);
    assert_eq!(
        (refused.code, refused.problem()["code"].as_str()),
        (1, Some("FileAlreadyExists"))
    );
    let replaced = site.text(&["file", "import", &more, "--overwrite"]);
    assert!(replaced.starts_with("Replaced acme.lic: "), "{replaced}");
    let other = site.license_file("other.lic", &license_text("ACME", &[Increment::new("report", 5)]));
    let named = site.text(&["file", "import", &other, "--name", "second.lic"]);
    assert!(named.starts_with("Installed second.lic: "), "{named}");
    site.server.stop().unwrap();
}

#[test]
fn accounts_and_their_permissions() {
    let site = Site::with_seats();
    let password = file(site.folder.path(), "anna", "correct horse battery\n");
    let made = site.text(&[
        "administrator",
        "new",
        "anna",
        "--permissions",
        "readonly",
        "--new-password-file",
        &password,
    ]);
    assert!(made.contains("ReadOnly"), "{made}");
    let table = site.text(&["administrator", "list"]);
    assert!(table.contains("anna") && table.contains("ReadOnly"), "{table}");
    assert_eq!(
        site.json(&["administrator", "list", "*anna"])["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let as_anna = |arguments: &[&str]| {
        let mut command = site.anonymous(arguments);
        ended(command.args(["--account", "anna", "--password-file", &password]))
    };
    assert_eq!(as_anna(&["usage"]).code, 0);
    let path = site.license_file("more.lic", &license_text("ACME", &[Increment::new("cad", 1)]));
    let refused = as_anna(&["file", "import", &path, "--json"]);
    assert_eq!(
        (refused.code, refused.problem()["code"].as_str()),
        (5, Some("UserNotAuthorized"))
    );

    site.text(&["administrator", "set", "anna", "--permissions", "Full"]);
    assert_eq!(as_anna(&["file", "import", &path]).code, 0);
    site.text(&["administrator", "remove", "anna"]);
    assert_eq!(as_anna(&["usage"]).code, 5);
    let again = site.run(&["administrator", "remove", "anna", "--json"]);
    assert_eq!(
        (again.code, again.problem()["code"].as_str()),
        (1, Some("UserNotFound"))
    );
    site.server.stop().unwrap();
}

#[test]
fn what_can_be_on_or_off_is_said_either_way() {
    let site = Site::empty();
    let new = [
        "alert-route",
        "new",
        "night",
        "night@example.net",
        "--enabled=false",
    ];
    assert_eq!(site.json(&new)["enabled"], false);
    let set =
        |more: &[&str]| site.json(&[&["alert-route", "set", "night"], more].concat())["enabled"].clone();
    assert_eq!(set(&["--enabled"]), true);
    assert_eq!(set(&["--locale", "de"]), true);
    assert_eq!(set(&["--enabled=false"]), false);
    assert_eq!(set(&["--locale", "en"]), false);
    let wrong = site.run(&["alert-route", "set", "night", "--enabled=perhaps"]);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    site.server.stop().unwrap();
}

#[test]
fn a_token_instead_of_an_account() {
    let site = Site::with_seats();
    let issued = site.json(&["token", "new", "reports", "--days", "7"]);
    let secret = issued["secret"].as_str().unwrap().to_owned();
    let id = issued["tokenId"].as_str().unwrap().to_owned();
    let by_variable = ended(site.anonymous(&["usage"]).env("LICENSING_TOKEN", &secret));
    assert_eq!(by_variable.code, 0, "{}", by_variable.err);
    let token_file = file(site.folder.path(), "token", &secret);
    assert_eq!(
        ended(&mut site.anonymous(&["usage", "--token-file", &token_file])).code,
        0
    );
    let listed = site.text(&["token", "list"]);
    assert!(listed.contains(&id) && !listed.contains(&secret), "{listed}");
    site.text(&["token", "remove", &id]);
    assert_eq!(
        ended(&mut site.anonymous(&["usage", "--token-file", &token_file])).code,
        5
    );
    site.server.stop().unwrap();
}

#[test]
fn credentials_and_certificates_that_do_not_hold() {
    let site = Site::empty();
    assert_eq!(ended(&mut site.anonymous(&["inventory"])).code, 5);
    let wrong = file(site.folder.path(), "wrong", "not the password at all");
    let refused = ended(
        site.as_administrator(&["inventory", "--json"])
            .env("LICENSING_PASSWORD_FILE", wrong),
    );
    assert_eq!(
        (refused.code, refused.problem()["code"].as_str()),
        (5, Some("AuthorizationFailed"))
    );

    let hash = "0".repeat(64);
    for arguments in [vec!["inventory", "--json"], vec!["certificate", "--json"]] {
        let distrusted = ended(
            site.as_administrator(&arguments)
                .env("LICENSING_CERT_HASH", &hash),
        );
        let code = distrusted.problem()["code"].clone();
        assert_eq!(
            (distrusted.code, code.as_str()),
            (4, Some("CertificateVerificationFailed"))
        );
    }
    let unknown = ended(
        site.as_administrator(&["inventory"])
            .env_remove("LICENSING_CERT_HASH"),
    );
    assert_eq!(unknown.code, 4, "{}", unknown.err);
    site.server.stop().unwrap();
}

#[test]
fn finding_the_server_and_its_certificate_without_knowing_anything_but_its_host() {
    let site = Site::with_seats();
    let found = site.json(&["location"]);
    assert_eq!(found["serverName"], "license01.example.com");
    assert_eq!(found["vendorDaemons"][0]["vendor"], "ACME");
    let web_services = found["webServices"].as_str().unwrap();
    let shown = ended(&mut licensing(&[
        "certificate",
        "--server",
        web_services,
        "--json",
    ]));
    assert_eq!(shown.code, 0, "{}", shown.err);
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!(shown["certHash"], site.server.endpoints().cert_hash.as_str());
    let people = ended(&mut licensing(&["certificate", "--server", web_services]));
    assert!(people.err.contains("was not checked"), "{}", people.err);
    assert!(
        people.out.contains(&site.server.endpoints().cert_hash),
        "{}",
        people.out
    );
    site.server.stop().unwrap();
}

#[test]
fn a_refused_seat_says_why() {
    let site = Site::with_seats();
    let (mut holder, _) = site.product(&["report", "--user", "anna"]);
    for (arguments, number) in [
        (vec!["report", "--user", "bashir"], "(-4)"),
        (vec!["report", "--user", "bashir", "--count", "2"], "(-26)"),
        (vec!["unknown", "--user", "bashir"], "(-5)"),
    ] {
        let refused = ended(&mut site.anonymous(&[&["checkout", "--json"], arguments.as_slice()].concat()));
        let problem = refused.problem();
        assert_eq!((refused.code, problem["code"].as_str()), (1, Some("SeatDenied")));
        assert!(
            problem["detail"].as_str().unwrap().contains(number),
            "{problem:#}"
        );
    }
    drop(holder.stdin.take());
    assert!(holder.wait().unwrap().success());
    site.server.stop().unwrap();
}

#[cfg(unix)]
#[test]
fn a_product_that_is_told_to_end_gives_its_seat_back() {
    let site = Site::with_seats();
    let (mut product, _) = site.product(&["report", "--user", "anna"]);
    let sent = Command::new("kill")
        .args(["-TERM", &product.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    assert!(product.wait().unwrap().success());
    let (mut next, line) = site.product(&["report", "--user", "bashir", "--json"]);
    let lease: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(lease["feature"], "report");
    drop(next.stdin.take());
    assert!(next.wait().unwrap().success());
    site.server.stop().unwrap();
}
