//! The server under each restriction of the systemd unit in `docs/operations.md`, and under all of them.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use licensing_api::license_file::ImportLicenseFile;
use licensing_api::operation::op;
use licensing_proofs::preload::library;
use licensing_proofs::{Answer, FEATURE, Key, Site, VENDOR, cad};
use licensing_testbed::{Increment, Server, ServerBuilder, license_text, licensingd};

const UNIT: &str = include_str!("../../../../docs/operations.md");

/// Lines of the unit that forbid nothing.
const NO_RESTRICTIONS: &[&str] = &[
    "User",
    "Group",
    "StateDirectory",
    "StateDirectoryMode",
    "ExecStart",
    "ExecReload",
    "KillMode",
    "TimeoutStopSec",
    "Restart",
    "RestartSec",
    "LimitNOFILE",
];

/// Numbers of address families, as Linux has them.
const FAMILIES: &[(&str, u16)] = &[
    ("AF_UNIX", 1),
    ("AF_INET", 2),
    ("AF_INET6", 10),
    ("AF_NETLINK", 16),
];

/// What makes one restriction.
#[derive(Debug, Clone, Default)]
struct Restriction {
    /// The line of the unit.
    line: String,
    /// Commands of a shell with a mount namespace of its own.
    before: &'static str,
    /// Arguments of setpriv.
    setpriv: &'static str,
    /// Variables of the preloaded library.
    preloaded: String,
}

const STRICT: &str = r#"
while read -r device place rest; do
    case $place in
        /mnt/data | /tmp | /var/tmp | /proc | /proc/* | /sys | /sys/* | /dev | /dev/*) ;;
        *) mount -o remount,bind,ro "$place" 2>/dev/null || : ;;
    esac
done </proc/self/mounts
if (: >/mnt/other) 2>/dev/null || (: >/other) 2>/dev/null; then
    echo "the file systems are still writable" >&2
    exit 1
fi
"#;

const NO_HOME: &str = r#"
for place in /home /root /run/user; do
    if [ -d $place ]; then mount -t tmpfs -o ro,mode=0 tmpfs $place; fi
done
"#;

const OWN_TMP: &str = "mount -t tmpfs tmpfs /tmp\nmount -t tmpfs tmpfs /var/tmp\n";

const FEW_DEVICES: &str = r#"
mount -t tmpfs -o mode=0755,noexec tmpfs /media
for device in null zero full random urandom tty; do
    : >/media/$device
    mount --bind /dev/$device /media/$device
done
mount --move /media /dev
"#;

impl Restriction {
    /// How a line of the unit is produced; none for one that forbids nothing.
    fn of(line: &str) -> Option<Self> {
        let (name, value) = line.split_once('=').unwrap();
        if NO_RESTRICTIONS.contains(&name) {
            return None;
        }
        let mut restriction = Self {
            line: line.to_owned(),
            ..Self::default()
        };
        match (name, value) {
            ("UMask", "0077") => restriction.before = "umask 0077\n",
            ("NoNewPrivileges", "yes") => restriction.setpriv = "--no-new-privs",
            ("CapabilityBoundingSet", "") => restriction.setpriv = "--bounding-set=-all --inh-caps=-all",
            ("ProtectSystem", "strict") => restriction.before = STRICT,
            ("ProtectHome", "yes") => restriction.before = NO_HOME,
            ("PrivateTmp", "yes") => restriction.before = OWN_TMP,
            ("PrivateDevices", "yes") => restriction.before = FEW_DEVICES,
            ("MemoryDenyWriteExecute", "yes") => restriction.preloaded = "RESTRICT_WX=1".to_owned(),
            ("RestrictNamespaces", "yes") => restriction.preloaded = "RESTRICT_NAMESPACES=1".to_owned(),
            ("RestrictAddressFamilies", families) => {
                let numbers: Vec<String> = families.split_whitespace().map(number_of).collect();
                restriction.preloaded = format!("RESTRICT_FAMILIES='{}'", numbers.join(" "));
            }
            other => panic!("the proof does not know how to produce {other:?} of the documented unit"),
        }
        Some(restriction)
    }
}

fn number_of(family: &str) -> String {
    let known = FAMILIES.iter().find(|(name, _)| *name == family);
    known
        .unwrap_or_else(|| panic!("{family} has no number"))
        .1
        .to_string()
}

/// The lines of `[Service]` in the documented unit.
fn service() -> Vec<&'static str> {
    let unit = UNIT.split("```ini").nth(1).unwrap().split("```").next().unwrap();
    let service = unit
        .split("[Service]")
        .nth(1)
        .unwrap()
        .split("\n[")
        .next()
        .unwrap();
    let lines = service.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// Where the program runs under restrictions: places that none of them hides.
struct Cage {
    folder: PathBuf,
    data: PathBuf,
}

impl Cage {
    /// A program that runs this one in a namespace of its own, under these restrictions.
    fn program(&self, restrictions: &[Restriction], program: &str) -> PathBuf {
        let real = licensingd().unwrap();
        let mut inside = String::from("set -eu\nmount --make-rprivate /\n");
        // From here on the paths of the restricted program are these.
        inside +=
            "mount -t tmpfs -o mode=0755 tmpfs /mnt\nmkdir /mnt/bin /mnt/data\n: >/mnt/restrictions.so\n";
        for (from, to) in [
            (real.parent().unwrap(), "/mnt/bin"),
            (&self.data, "/mnt/data"),
            (&library("restrictions").unwrap(), "/mnt/restrictions.so"),
        ] {
            writeln!(inside, "mount --bind '{}' {to}", from.display()).unwrap();
        }
        inside += "cd /\n";
        let (mut setpriv, mut preloaded) = (
            String::from("setpriv"),
            String::from("env LD_PRELOAD=/mnt/restrictions.so"),
        );
        // What makes everything read-only comes last: the others mount.
        let (last, first): (Vec<_>, Vec<_>) = restrictions.iter().partition(|one| one.before == STRICT);
        for restriction in first.into_iter().chain(last) {
            inside += restriction.before;
            write!(setpriv, " {}", restriction.setpriv).unwrap();
            write!(preloaded, " {}", restriction.preloaded).unwrap();
        }
        if setpriv.trim() == "setpriv" {
            setpriv.clear();
        }
        writeln!(inside, "exec {setpriv} {preloaded} {program}").unwrap();
        let script = self.folder.join("inside");
        fs::write(&script, inside).unwrap();
        let outside = self.folder.join("restricted");
        let user = if rustix::process::geteuid().is_root() {
            ""
        } else {
            "--map-root-user"
        };
        let text = format!(
            "#!/bin/sh\nexec unshare --mount {user} sh '{}'\n",
            script.display()
        );
        fs::write(&outside, text).unwrap();
        fs::set_permissions(&outside, fs::Permissions::from_mode(0o700)).unwrap();
        outside
    }

    /// Whether this machine lets a test produce a restriction.
    fn can(&self, restriction: &Restriction) -> bool {
        let program = self.program(std::slice::from_ref(restriction), "true");
        match Command::new(program).output() {
            Ok(ended) if ended.status.success() => true,
            Ok(ended) => {
                let why = String::from_utf8_lossy(&ended.stderr);
                eprintln!(
                    "SKIPPED: {} cannot be produced on this machine: {}",
                    restriction.line,
                    why.trim()
                );
                false
            }
            Err(error) => {
                eprintln!(
                    "SKIPPED: {} cannot be produced on this machine: {error}",
                    restriction.line
                );
                false
            }
        }
    }

    fn start(&self, restrictions: &[Restriction]) -> Site {
        let program = self.program(restrictions, "/mnt/bin/licensingd run --data /mnt/data");
        Site::start(ServerBuilder::new().folder(&self.data).program(program)).unwrap()
    }
}

/// The Ethernet address of an interface of this machine, as license files have it.
fn ethernet_address() -> Option<String> {
    let interfaces = fs::read_dir("/sys/class/net").ok()?;
    let addresses =
        interfaces.filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("address")).ok());
    let mut addresses = addresses.map(|address| address.trim().replace(':', ""));
    addresses.find(|address| address.len() == 12 && address.bytes().any(|byte| byte != b'0'))
}

/// A data folder with a license file that is bound to this machine, if it can be.
fn prepared(data: &Path) -> Server {
    let bound_to = ethernet_address().unwrap_or_else(|| {
        eprintln!("SKIPPED: this machine has no Ethernet address; license files bound to one are not tested");
        "ANY".to_owned()
    });
    let text = cad(5).replace("ANY", &bound_to);
    let builder = ServerBuilder::new().folder(data).license("acme.lic", &text);
    builder.prepare().unwrap()
}

async fn take(site: &Site, feature: &str, key: u128) -> Answer {
    let mut product = site.product().await.unwrap();
    let answer = product.checkout(feature, Key(key)).await.unwrap();
    if let Answer::Granted { lease, .. } = &answer {
        assert!(product.checkin(lease).await.unwrap());
    }
    answer
}

/// Seats, lists, and what administrators change.
async fn everything_works(site: &Site, prepared: &Server, key: u128, under: &str) {
    let answer = take(site, FEATURE, key).await;
    assert!(matches!(answer, Answer::Granted { .. }), "{under}: {answer:?}");
    let further = license_text(VENDOR, &[Increment::new("further", 1)]);
    let import = ImportLicenseFile {
        file_name: "further.lic".to_owned(),
        content: STANDARD.encode(prepared.issuer().sign(&further)),
        overwrite: true,
    };
    let administrator = site.administrator().unwrap();
    administrator
        .call::<op::ImportLicenseFile>(&import)
        .await
        .unwrap();
    let answer = take(site, "further", key + 1).await;
    assert!(matches!(answer, Answer::Granted { .. }), "{under}: {answer:?}");
    let alerts = site.alerts().await.unwrap();
    assert!(
        alerts
            .iter()
            .all(|alert| alert.code != "NetworkInterfacesUnreadable"),
        "{under}: {alerts:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_works_under_each_restriction_of_the_documented_unit() {
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let cage = Cage {
        folder: scratch.path().to_owned(),
        data: scratch.path().join("data"),
    };
    let prepared = prepared(&cage.data);
    let restrictions: Vec<_> = service().into_iter().filter_map(Restriction::of).collect();
    assert!(restrictions.len() >= 10, "{restrictions:?}");
    let possible: Vec<_> = restrictions.iter().filter(|one| cage.can(one)).cloned().collect();
    let together = std::iter::once(possible.clone());
    let sets: Vec<_> = possible
        .iter()
        .map(|one| vec![one.clone()])
        .chain(together)
        .collect();
    for (key, set) in (10..).step_by(10).zip(sets.iter().filter(|set| !set.is_empty())) {
        let under: Vec<_> = set.iter().map(|one| one.line.as_str()).collect();
        let mut site = cage.start(set);
        everything_works(&site, &prepared, key, &under.join(", ")).await;
        site.end().unwrap();
        site.verify().unwrap();
    }
    println!(
        "restrictions: {} of the {} restrictions of the documented unit, each by itself and all together: seats, lists, imports",
        possible.len(),
        restrictions.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_cannot_read_the_network_interfaces_says_so() {
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let cage = Cage {
        folder: scratch.path().to_owned(),
        data: scratch.path().join("data"),
    };
    let prepared = prepared(&cage.data);
    let restriction = Restriction::of("RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX").unwrap();
    if !cage.can(&restriction) {
        return;
    }
    prepared
        .install("any.lic", &license_text(VENDOR, &[Increment::new("further", 1)]))
        .unwrap();
    let mut site = cage.start(&[restriction]);
    let alerts = site.alerts().await.unwrap();
    let told = alerts
        .iter()
        .find(|alert| alert.code == "NetworkInterfacesUnreadable");
    assert!(
        told.is_some_and(|alert| alert.action.contains("AF_NETLINK")),
        "{alerts:?}"
    );
    let answer = take(&site, "further", 2).await;
    assert!(
        matches!(answer, Answer::Granted { .. }),
        "what is bound to no address is served: {answer:?}"
    );
    if ethernet_address().is_some() {
        let answer = take(&site, FEATURE, 1).await;
        assert!(matches!(answer, Answer::Denied { .. }), "{answer:?}");
    }
    site.end().unwrap();
}
