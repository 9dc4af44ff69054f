//! The C# bindings in PowerShell: compiled by `Add-Type`, then used.

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::calls::Peer;
use crate::in_c::library;
use crate::web::Behaviour;

/// Where a PowerShell is, by the rule that the whole project follows: `LICENSING_PWSH`, then the path.
fn pwsh() -> Option<PathBuf> {
    let given = std::env::var_os("LICENSING_PWSH").map(PathBuf::from);
    let pwsh = given.unwrap_or_else(|| PathBuf::from("pwsh"));
    let works = Command::new(&pwsh)
        .args(["-NoProfile", "-Command", "exit 0"])
        .output();
    if works.is_ok_and(|output| output.status.success()) {
        return Some(pwsh);
    }
    eprintln!("skipped: there is no PowerShell on this machine (LICENSING_PWSH, then the path)");
    assert!(std::env::var_os("CI").is_none(), "PowerShell is missing");
    None
}

#[test]
fn the_bindings_compile_and_are_typed() {
    let Some(pwsh) = pwsh() else { return };
    let script = r#"
        $ErrorActionPreference = 'Stop'
        Add-Type -Path $env:BINDINGS
        [uint32][Licensing.Native.Operation]::GetUsage
        [uint32][Licensing.Native.ErrorCode]::SeatDenied
        [uint32][Licensing.Native.TaskEvent]::Failed
        [System.Runtime.InteropServices.Marshal]::SizeOf([type][Licensing.Native.CheckoutRequest])
        [System.Runtime.InteropServices.Marshal]::SizeOf([type][Licensing.Native.LeaseInfo])
        [System.Runtime.InteropServices.Marshal]::SizeOf([type][Licensing.Native.ProductOptions])
    "#;
    let bindings = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("bindings/Interop.cs");
    let output = Command::new(pwsh)
        .args(["-NoProfile", "-NonInteractive", "-Command", script])
        .env("BINDINGS", bindings)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<usize> = said
        .split_whitespace()
        .map(|number| number.parse().expect("a number"))
        .collect();
    let sizes = [
        size_of::<licensing_ffi::licensing_checkout_request>(),
        size_of::<licensing_ffi::licensing_lease_info>(),
        size_of::<licensing_ffi::licensing_product_options>(),
    ];
    assert_eq!(numbers, [&[31, 2006, 4][..], &sizes].concat());
}

#[test]
fn rows_and_problems_arrive_in_powershell() {
    let Some(pwsh) = pwsh() else { return };
    let peer = Peer::new(Behaviour::json(
        200,
        r#"{"items":[{"feature":"ACME_CAD","user":"Zoë"}]}"#,
    ));
    let script = r#"
        $ErrorActionPreference = 'Stop'
        [Console]::OutputEncoding = [System.Text.UTF8Encoding]::new($false)
        Add-Type -TypeDefinition ((Get-Content -Raw $env:ROUND_TRIP) + [Environment]::NewLine + ((Get-Content -Raw $env:BINDINGS) -replace '(?m)^using .*$'))
        [RoundTrip]::Load($env:LIBRARY)
        [RoundTrip]::Usage($env:GOOD)
        [RoundTrip]::Usage($env:BAD)
    "#;
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let options =
        |hash: &str| json!({ "address": peer.server.address.to_string(), "certHash": hash }).to_string();
    let output = Command::new(pwsh)
        .args(["-NoProfile", "-NonInteractive", "-Command", script])
        .env("BINDINGS", folder.join("bindings/Interop.cs"))
        .env("ROUND_TRIP", folder.join("tests/it/round_trip.cs"))
        .env("LIBRARY", library())
        .env("GOOD", options(&peer.cert_hash))
        .env("BAD", options(&"00".repeat(32)))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines[..2],
        [
            r#"Rows [{"feature":"ACME_CAD","user":"Zoë"}]"#,
            r#"Done {"rows":1}"#
        ],
        "{said}"
    );
    assert!(
        lines[2].starts_with("Failed {") && lines[2].contains("CertificateVerificationFailed"),
        "{said}"
    );
}
