//! Signing in with tickets of MIT Kerberos, whose key distribution center runs on loopback for the test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use licensing_api::operation::op;
use licensing_api::{Permission, administrator};
use licensing_testbed::{Server, free_port};
use serde_json::Value;

use super::clients::{curl, features, fetched};
use super::own::{IDENTIFY, query};
use super::{admin, cache, http_port, missing, output, pool_server, tests_folder};
use crate::support::start;

const REALM: &str = "LICENSING.TEST";

/// Packages of Debian with the center, its tools, and the libraries that are not on every machine.
const PACKAGES: [&str; 12] = [
    "krb5-kdc",
    "krb5-admin-server",
    "krb5-user",
    "libkdb5-10",
    "libkadm5srv-mit12",
    "libkadm5clnt-mit12",
    "libgssrpc4",
    "libkrad0",
    "libverto1",
    "libverto-libev1",
    "libev4",
    "libss2",
];

/// The folder with the unpacked packages; none where there is no Debian.
fn packages() -> Option<PathBuf> {
    let folder = cache("krb5");
    let ready = fetched(&folder, &PACKAGES.join(" "), |folder| {
        let download = || {
            let mut command = Command::new("apt-get");
            command
                .args(["download", "-qq"])
                .args(PACKAGES)
                .current_dir(folder);
            output(&mut command).is_some_and(|done| done.status.success())
        };
        // The lists may be missing, or older than what the mirrors have.
        let is_downloaded = download() || {
            let _ = output(Command::new("apt-get").args(["update", "-qq"]));
            download()
        };
        is_downloaded && unpack(folder)
    });
    if !ready {
        missing("the packages of MIT Kerberos cannot be had");
    }
    ready.then_some(folder)
}

fn unpack(folder: &Path) -> bool {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|extension| extension == "deb"))
        .all(|file| {
            let mut command = Command::new("dpkg");
            output(command.arg("-x").arg(&file).arg(folder)).is_some_and(|done| done.status.success())
        })
}

/// A key distribution center. It ends with the test.
struct Center {
    packages: PathBuf,
    folder: tempfile::TempDir,
    process: Option<Child>,
}

impl Drop for Center {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Center {
    fn start(packages: PathBuf) -> Self {
        let mut center = Self {
            packages,
            folder: tempfile::tempdir().unwrap(),
            process: None,
        };
        center.configure(free_port().unwrap());
        center.run(
            "usr/sbin/kdb5_util",
            &["create", "-s", "-r", REALM, "-P", "a master key of the tests"],
        );
        for principal in ["HTTP/localhost", "monitor", "stranger"] {
            center.administer(&format!("addprinc -randkey {principal}"));
        }
        center.administer(&format!(
            "ktadd -k {} HTTP/localhost",
            center.path("server.keytab").display()
        ));
        for client in ["monitor", "stranger"] {
            center.administer(&format!(
                "ktadd -k {} {client}",
                center.path("clients.keytab").display()
            ));
        }
        for _ in 0..10 {
            if center.serve() {
                return center;
            }
            // Another process took the port before the center did.
            center.configure(free_port().unwrap());
        }
        panic!("the center finds no port");
    }

    /// Starts the program. Whether it has its port, and with it takes requests.
    fn serve(&mut self) -> bool {
        let mut command = self.command("usr/sbin/krb5kdc");
        command
            .args(["-n", "-r", REALM])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = self.process.insert(command.spawn().unwrap());
        let log = self.folder.path().join("kdc.log");
        let deadline = Instant::now() + Duration::from_secs(60);
        while process.try_wait().unwrap().is_none() {
            let told = fs::read_to_string(&log).unwrap_or_default();
            if told.contains("commencing operation") {
                return true;
            }
            assert!(Instant::now() < deadline, "the center does not serve: {told}");
            thread::sleep(Duration::from_millis(20));
        }
        false
    }

    fn configure(&self, port: u16) {
        let plugins = self.packages.join("usr/lib/x86_64-linux-gnu/krb5/plugins/kdb");
        let folder = self.folder.path().display();
        let client = format!(
            "[libdefaults]\n default_realm = {REALM}\n dns_canonicalize_hostname = false\n rdns = false\n \
             dns_lookup_kdc = false\n\n[realms]\n {REALM} = {{\n  kdc = 127.0.0.1:{port}\n }}\n\n[dbmodules]\n \
             db_module_dir = {}\n",
            plugins.display()
        );
        let center = format!(
            "[kdcdefaults]\n kdc_listen = 127.0.0.1:{port}\n kdc_tcp_listen = 127.0.0.1:{port}\n\n[realms]\n \
             {REALM} = {{\n  database_name = {folder}/principal\n  key_stash_file = {folder}/stash\n  acl_file = \
             {folder}/acl\n  supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal\n }}\n\n\
             [logging]\n kdc = FILE:{folder}/kdc.log\n"
        );
        fs::write(self.path("krb5.conf"), client).unwrap();
        fs::write(self.path("kdc.conf"), center).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program that knows this center and nothing of the machine's own configuration.
    fn command(&self, program: &str) -> Command {
        let libraries = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"]
            .map(|folder| self.packages.join(folder).display().to_string());
        let mut command = if program.contains('/') {
            Command::new(self.packages.join(program))
        } else {
            Command::new(program)
        };
        command
            .env("KRB5_CONFIG", self.path("krb5.conf"))
            .env("KRB5_KDC_PROFILE", self.path("kdc.conf"));
        if program.contains('/') {
            command.env("LD_LIBRARY_PATH", libraries.join(":"));
        }
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let done = self.command(program).args(arguments).output().unwrap();
        assert!(
            done.status.success(),
            "{program} {arguments:?}: {}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
    }

    fn administer(&self, query: &str) {
        self.run("usr/sbin/kadmin.local", &["-r", REALM, "-q", query]);
    }

    /// Gets a ticket for a client. Gives the file that keeps it.
    fn ticket(&self, client: &str) -> String {
        let cache = format!("FILE:{}", self.path(&format!("{client}.tickets")).display());
        let keytab = self.path("clients.keytab").display().to_string();
        self.run("usr/bin/kinit", &["-c", &cache, "-k", "-t", &keytab, client]);
        cache
    }
}

/// A center, and a server that has a key of it and an account for one of its users.
async fn set_up() -> Option<(Center, Server)> {
    let packages = tokio::task::spawn_blocking(packages).await.unwrap()?;
    let center = tokio::task::spawn_blocking(|| Center::start(packages))
        .await
        .unwrap();
    let keytab = center.path("server.keytab");
    let server =
        start(pool_server().setting("wsman.keytab", &format!("{:?}", keytab.display().to_string()))).await;
    let account = administrator::NewAdministrator {
        account: format!("monitor@{REALM}"),
        group: false,
        permissions: Some(Permission::ReadOnly),
        password: None,
        ntlm: false,
        keep_existing: false,
    };
    admin(&server)
        .call::<op::NewAdministrator>(&account)
        .await
        .unwrap();
    Some((center, server))
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_with_a_ticket() {
    let Some((center, server)) = set_up().await else {
        return;
    };
    let cache = center.ticket("monitor");
    let environment = [
        ("KRB5_CONFIG", center.path("krb5.conf").display().to_string()),
        ("KRB5CCNAME", cache),
    ];
    let user = ["--user", ":", "--negotiate"];
    let ask = async |body: &str| curl(&server, true, &environment, &user, body).await.unwrap();
    let (status, body) = ask(IDENTIFY).await;
    assert!(
        status == "200" && body.contains("Stack: 3.0"),
        "{status} {body} {}",
        server.log()
    );
    let (status, body) = ask(&query(
        "SELECT PLD FROM Citrix_GT_License_Pool WHERE PLD LIKE 'MPS%'",
    ))
    .await;
    assert!(
        status == "200" && body.contains("<PLD>MPS_ADV_CCU</PLD>"),
        "{status} {body}"
    );
    let (status, body) = ask(&query("SELECT * FROM Nothing")).await;
    assert!(status == "500" && body.contains("2150858752"), "{status} {body}");
    // A valid ticket of somebody who has no account opens nothing.
    let environment = [
        ("KRB5_CONFIG", center.path("krb5.conf").display().to_string()),
        ("KRB5CCNAME", center.ticket("stranger")),
    ];
    let (status, _) = curl(&server, true, &environment, &user, IDENTIFY).await.unwrap();
    assert_eq!(status, "401");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_mit_kerberos_seals() {
    let Some((center, server)) = set_up().await else {
        return;
    };
    let run = async |client: &str| -> Value {
        let cache = center.ticket(client);
        let mut command = center.command("python3");
        command
            .arg(tests_folder().join("gssapi.py"))
            .arg(http_port(&server))
            .env("KRB5CCNAME", cache);
        let done = tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap();
        let errors = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{errors}{}", server.log());
        serde_json::from_slice(&done.stdout).unwrap()
    };
    let answers = run("monitor").await;
    assert!(
        answers["identify"].as_str().unwrap().ends_with("Stack: 3.0"),
        "{answers}"
    );
    assert_eq!(
        features(&answers["query"]),
        ["MPS_ADV_CCU", "XDT_ENT_UD", "XDT_PLT_UD"]
    );
    assert_eq!(features(&answers["filtered"]), ["XDT_ENT_UD", "XDT_PLT_UD"]);
    assert_eq!(answers["wrong_class"][0], 500);
    assert!(answers["wrong_class"][1].as_str().unwrap().contains("2150858752"));
    assert_eq!(answers["unsealed"][0], 500);
    assert!(answers["unsealed"][1].as_str().unwrap().contains("AccessDenied"));
    assert_eq!(answers["replayed"], 401);
    assert_eq!(run("stranger").await["signed_in"], 401);
}
