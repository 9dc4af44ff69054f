//! Rules over pools that come from license files.

use jiff::civil::{Date, date};
use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::{HostIdentity, LicenseFile, parse as parse_license};
use licensing_license_file::options_file::parse;
use licensing_seats::policy::{NotAdmitted, Policy, PoolFacts, PoolPolicy, Requester};
use licensing_seats::pool::{InstalledFile, PoolContext, PoolSet};

const LICENSES: &str = "SERVER this_host HOSTNAME=srv1\nVENDOR ACME\n\
    INCREMENT cad ACME 2026.0401 31-jan-2027 5 NOTICE=\"Acme Works\" SN=1\n\
    INCREMENT cad ACME 2026.0401 permanent 3 asset_info=room7 SN=2\n\
    INCREMENT cad ACME 2027.0401 permanent 2 VENDOR_STRING=;LT=Retail SIGN=\"00AA 11BB\"\n\
    INCREMENT sim ACME 1.0 permanent 4 USER_BASED=1\n\
    INCREMENT suite ACME 1.0 permanent 1\n\
    PACKAGE suite ACME 1.0 COMPONENTS=\"cad sim:1.0\" OPTIONS=SUITE\n";

fn today() -> Date {
    date(2026, 11, 1)
}

struct Installed {
    facts: Vec<PoolFacts>,
    names: Vec<String>,
}

fn installed() -> Installed {
    let file: LicenseFile = parse_license(LICENSES.as_bytes());
    let signatures = vec![Some(SignatureState::Valid); file.lines.len()];
    let files = [InstalledFile {
        name: "acme.lic",
        file: &file,
        signatures: &signatures,
    }];
    let host = HostIdentity {
        host_names: vec!["srv1".to_owned()],
        ..HostIdentity::default()
    };
    let context = PoolContext {
        vendor: "ACME",
        host: &host,
        today: today(),
        accept_unverified: false,
        vendor_string_pools: false,
    };
    let pools = PoolSet::build(&files, &context);
    let facts = PoolFacts::of(&pools, &files, today());
    let names = pools
        .pools
        .iter()
        .map(|pool| format!("{} {}", pool.identity.feature, pool.identity.version))
        .collect();
    Installed { facts, names }
}

/// Pools from which the rule shuts out `anna`.
fn shut(rule: &str) -> Vec<String> {
    let installed = installed();
    let (policy, findings) = Policy::compile(&parse(format!("EXCLUDE {rule} USER anna\n").as_bytes()));
    assert_eq!(findings, vec![], "{rule}");
    let (pools, _) = policy.bind(&installed.facts);
    let anna = policy.identify(Requester {
        user: "anna",
        ..Requester::default()
    });
    let is_shut = |pool: &PoolPolicy| matches!(pool.admit(&anna), Err(NotAdmitted::Excluded(_)));
    let mut names: Vec<_> = installed
        .names
        .into_iter()
        .zip(&pools)
        .filter(|(_, pool)| is_shut(pool))
        .map(|(name, _)| name)
        .collect();
    names.sort();
    names
}

#[test]
fn seats_and_names_come_from_the_files() {
    let installed = installed();
    let of = |name: &str| {
        let at = installed.names.iter().position(|own| own == name).unwrap();
        &installed.facts[at]
    };
    assert_eq!(of("cad 2026.0401").seats, Some(8));
    assert_eq!(of("cad 2026.0401").packages, ["suite"]);
    assert_eq!(of("sim 1.0").user_based.unwrap().limit, Some(1));
    assert_eq!(of("suite 1.0").packages, Vec::<String>::new());
}

#[test]
fn selectors_read_the_attributes_of_the_lines() {
    let older = ["cad 2026.0401"];
    for rule in [
        "cad:VERSION=2026.04010",
        "\"cad NOTICE=acme works\"",
        "cad:EXPDATE=31-Jan-2027",
        "cad:asset_info=ROOM7",
    ] {
        assert_eq!(shut(rule), older, "{rule}");
    }
    for rule in [
        "cad:VENDOR_STRING=;LT=Retail",
        "cad:SIGN=00aa11bb",
        "\"cad SIGN=00AA 11BB\"",
    ] {
        assert_eq!(shut(rule), ["cad 2027.0401"], "{rule}");
    }
    assert_eq!(shut("cad:ISSUER=nobody"), Vec::<String>::new());
}

#[test]
fn a_package_stands_for_itself_and_its_components() {
    assert_eq!(
        shut("suite"),
        [
            "cad 1.0",
            "cad 2026.0401",
            "cad 2027.0401",
            "sim 1.0",
            "sim 1.0",
            "suite 1.0"
        ],
        "those of the suite and those beside it"
    );
}
