#![allow(clippy::unwrap_used)]

use std::fs;

use licensing_license_file::license_file::parse;
use licensing_license_file::signing::IssuerKey;
use zeroize::Zeroizing;

use super::*;

struct Fixture {
    _folder: tempfile::TempDir,
    data: DataFolder,
    key: IssuerKey,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::new(folder.path());
    fs::create_dir(data.licenses()).unwrap();
    fs::create_dir(data.trust()).unwrap();
    let key = IssuerKey::from_random(&Zeroizing::new([7; 32]));
    Fixture {
        _folder: folder,
        data,
        key,
    }
}

impl Fixture {
    fn trust(&self) {
        let issuer = self.key.public("Test", &["*".to_owned()]).unwrap();
        fs::write(self.data.trust().join("test.pub"), issuer.to_text().unwrap()).unwrap();
    }

    fn install(&self, name: &str, count: u32) {
        self.install_text(
            name,
            &format!("SERVER this_host ANY\nVENDOR ACME\nINCREMENT cad ACME 1.0 permanent {count}\n"),
        );
    }

    fn install_text(&self, name: &str, text: &str) {
        fs::write(
            self.data.licenses().join(name),
            self.key.sign_file(&parse(text.as_bytes())),
        )
        .unwrap();
    }
}

fn seats(installed: &Installed) -> u32 {
    let today = jiff::civil::date(2030, 1, 1);
    let pools = installed.pools("acme", &Config::default(), today);
    pools
        .pools
        .iter()
        .filter_map(|pool| pool.capacity(today).count)
        .sum()
}

#[test]
fn only_what_a_trusted_issuer_signed_gives_seats() {
    let fixture = fixture();
    fixture.install("a.lic", 5);
    assert_eq!(seats(&Installed::read(&fixture.data).unwrap()), 0);
    fixture.trust();
    assert_eq!(seats(&Installed::read(&fixture.data).unwrap()), 5);
}

#[test]
fn a_new_issuer_shows_although_the_file_is_the_same() {
    let fixture = fixture();
    fixture.install("a.lic", 5);
    let before = Installed::read(&fixture.data).unwrap();
    fixture.trust();
    assert_eq!(
        seats(&Installed::read_again(&fixture.data, &before, None).unwrap()),
        5
    );
}

#[test]
fn changed_files_count_as_they_are_now_and_removed_ones_do_not_count() {
    let fixture = fixture();
    fixture.trust();
    fixture.install("a.lic", 5);
    fixture.install("b.lic", 7);
    let first = Installed::read(&fixture.data).unwrap();
    assert_eq!(seats(&first), 12);
    fixture.install("a.lic", 6);
    fs::remove_file(fixture.data.licenses().join("b.lic")).unwrap();
    let second = Installed::read_again(&fixture.data, &first, None).unwrap();
    assert_eq!(seats(&second), 6);
    assert_eq!(seats(&second.changed("a.lic", None)), 0);
    assert_eq!(seats(&second.changed("a.lic", first.files.last().cloned())), 7);
}

#[cfg(unix)]
#[test]
fn a_file_that_grew_too_large_stays_as_it_was() {
    let fixture = fixture();
    fixture.trust();
    fixture.install("a.lic", 5);
    let first = Installed::read(&fixture.data).unwrap();
    let file = fs::File::options()
        .write(true)
        .open(fixture.data.licenses().join("a.lic"))
        .unwrap();
    file.set_len(17 * 1024 * 1024).unwrap();
    let second = Installed::read_again(&fixture.data, &first, None).unwrap();
    assert_eq!(seats(&second), 5);
    assert_eq!(second.complaints.len(), 1, "{:?}", second.complaints);
    assert_eq!(
        seats(&Installed::read(&fixture.data).unwrap()),
        0,
        "at a new start there is nothing to keep"
    );
}

#[test]
fn a_trust_file_that_is_none_is_complained_about() {
    let fixture = fixture();
    fixture.trust();
    fixture.install("a.lic", 5);
    fs::write(fixture.data.trust().join("other.pub"), [0xff, 0xfe]).unwrap();
    let installed = Installed::read(&fixture.data).unwrap();
    assert_eq!(seats(&installed), 5);
    assert!(
        installed.complaints[0].contains("other.pub"),
        "{:?}",
        installed.complaints
    );
}

#[test]
fn a_file_is_recognised_by_any_name_or_address_of_the_machine() {
    let fixture = fixture();
    fixture.trust();
    let addresses = MachineAddresses::new(
        vec![[0x02, 0x42, 0xac, 0x11, 0, 0x2f]],
        vec!["10.0.7.1".parse().unwrap()],
    );
    let own_name = gethostname::gethostname().to_string_lossy().to_uppercase();
    for (host_id, expected) in [
        ("0242ac11002f", 5),
        ("0242ac110030", 0),
        ("INTERNET=10.0.*.*", 5),
        ("INTERNET=10.1.7.1", 0),
        ("HOSTNAME=ls01.corp.example", 5),
        ("HOSTNAME=LS01", 5),
        (&format!("HOSTNAME={own_name}"), 5),
        ("HOSTNAME=ls02", 0),
    ] {
        let text = format!("SERVER ls01 {host_id}\nVENDOR ACME\nINCREMENT cad ACME 1.0 permanent 5\n");
        fixture.install_text("a.lic", &text);
        let mut installed = Installed::read(&fixture.data).unwrap();
        installed.addresses = addresses.clone();
        let config = Config {
            host_name: "ls01.corp.example".to_owned(),
            ..Config::default()
        };
        let today = jiff::civil::date(2030, 1, 1);
        let pools = installed.pools("ACME", &config, today).pools;
        let seats: u32 = pools.iter().filter_map(|pool| pool.capacity(today).count).sum();
        assert_eq!(seats, expected, "{host_id}");
    }
}

#[test]
fn the_addresses_of_this_machine_leave_out_what_every_machine_has() {
    let identity = MachineAddresses::read().unwrap().identity("ls01");
    assert!(
        !identity
            .internet_addresses
            .iter()
            .any(std::net::IpAddr::is_loopback),
        "{identity:?}"
    );
    assert!(!identity.ethernet_addresses.contains(&[0; 6]), "{identity:?}");
}

#[test]
fn vendor_strings_make_pools_for_the_vendors_that_the_configuration_names() {
    let fixture = fixture();
    fixture.trust();
    let lines = |vendor: &str| {
        format!(
            "SERVER this_host ANY\nVENDOR {vendor}\n\
             INCREMENT desk {vendor} 2030.0101 permanent 5 VENDOR_STRING=;LT=Retail;ED=A SN=1\n\
             INCREMENT desk {vendor} 2030.0101 permanent 7 VENDOR_STRING=;LT=Retail;ED=B SN=2\n"
        )
    };
    fixture.install_text("a.lic", &lines("CITRIX"));
    fixture.install_text("b.lic", &lines("ACME"));
    let installed = Installed::read(&fixture.data).unwrap();
    let pools = |vendor: &str| {
        let pools = installed.pools(vendor, &Config::default(), jiff::civil::date(2030, 2, 1));
        pools.pools.len()
    };
    assert_eq!((pools("citrix"), pools("ACME")), (2, 1));
}

#[cfg(unix)]
#[test]
fn only_files_of_the_folder_and_its_owner_are_read() {
    use std::os::unix::fs::{chown, symlink};
    let fixture = fixture();
    fixture.trust();
    fixture.install("a.lic", 5);
    let folder = fixture.data.licenses();
    symlink("/etc/passwd", folder.join("b.lic")).unwrap();
    symlink("nothing", folder.join("c.lic")).unwrap();
    fs::create_dir(folder.join("d.lic")).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let pipe = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, folder.join("e.lic"), pipe, mode, 0).unwrap();
    let mut refused = vec!["b.lic", "c.lic", "d.lic", "e.lic"];
    if rustix::process::geteuid().is_root() {
        fixture.install("f.lic", 7);
        chown(folder.join("f.lic"), Some(12345), None).unwrap();
        refused.push("f.lic");
    }
    symlink("a.lic", folder.join("g.lic")).unwrap();
    let installed = Installed::read(&fixture.data).unwrap();
    let names: Vec<_> = installed.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["a.lic", "g.lic"]);
    assert_eq!(
        installed.complaints.len(),
        refused.len(),
        "{:?}",
        installed.complaints
    );
    for (name, complaint) in refused.iter().zip(&installed.complaints) {
        assert!(
            complaint.contains(name) && !complaint.contains("root:"),
            "{complaint}"
        );
    }
}

#[test]
fn a_verdict_counts_for_the_bytes_and_the_issuers_that_it_is_about() {
    let fixture = fixture();
    fixture.trust();
    fixture.install("a.lic", 5);
    let first = Installed::read(&fixture.data).unwrap();
    let mut unsigned = (*first.files[0]).clone();
    unsigned.signatures.fill(Some(SignatureState::Missing));
    let verdict = Verdict::of(&unsigned, &first.trust);
    let nothing = Installed::default();
    let read = |verdict| seats(&Installed::read_again(&fixture.data, &nothing, Some(verdict)).unwrap());
    assert_eq!(read(&verdict), 0, "the verdict counts");
    let others = Verdict::of(&unsigned, &TrustStore::new());
    assert_eq!(read(&others), 5, "the verdict is about other issuers");
    fixture.install("a.lic", 6);
    assert_eq!(read(&verdict), 6, "the verdict is about other bytes");
}

#[test]
fn all_cores_find_what_one_finds() {
    let fixture = fixture();
    fixture.trust();
    let lines: String = (0..700)
        .map(|number| format!("INCREMENT f{number} ACME 1.0 permanent 1 ISSUED=1-jan-2020\n"))
        .collect();
    let text = format!("SERVER this_host ANY\nVENDOR ACME\n{lines}");
    let mut bytes = fixture.key.sign_file(&parse(text.as_bytes()));
    let changed =
        String::from_utf8(bytes.clone())
            .unwrap()
            .replacen("INCREMENT f650 ACME", "INCREMENT f651 ACME", 1);
    for content in [std::mem::take(&mut bytes), changed.into_bytes()] {
        let file = parse(&content);
        let trust = Installed::read(&fixture.data).unwrap().trust;
        assert_eq!(signatures(&file, &trust), trust.verify(&file));
        assert!(file.lines.len() > 700);
    }
}
