//! Recognising a PowerShell by running it.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::sync::{Mutex, MutexGuard};
use xtask::powershell::PowerShell;

/// A program that is still open for writing in a child of another test cannot be started: one test at a time.
static TURN: Mutex<()> = Mutex::const_new(());

async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

/// A program that does this.
fn program(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("pwsh");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn new_enough() {
    let _turn = turn().await;
    let folder = tempfile::tempdir().unwrap();
    let path = program(folder.path(), "echo 7.4.0");
    assert_eq!(
        PowerShell::probe(&path).await.unwrap().version,
        semver::Version::new(7, 4, 0)
    );
}

#[tokio::test]
async fn too_old() {
    let _turn = turn().await;
    let folder = tempfile::tempdir().unwrap();
    let error = PowerShell::probe(&program(folder.path(), "echo 7.3.9"))
        .await
        .unwrap_err();
    assert!(
        format!("{error:#}").contains("7.4.0 or later is needed"),
        "{error:#}"
    );
}

#[tokio::test]
async fn something_else_failing_or_missing() {
    let _turn = turn().await;
    let folder = tempfile::tempdir().unwrap();
    for script in ["echo hello", "echo 7.6.0; exit 3"] {
        assert!(
            PowerShell::probe(&program(folder.path(), script)).await.is_err(),
            "{script}"
        );
    }
    assert!(PowerShell::probe(&folder.path().join("missing")).await.is_err());
}

#[tokio::test]
async fn a_bare_system_gets_the_invariant_mode() {
    let _turn = turn().await;
    let folder = tempfile::tempdir().unwrap();
    let script = r#"[ "$DOTNET_SYSTEM_GLOBALIZATION_INVARIANT" = 1 ] && echo 7.6.4 || exit 134"#;
    let powershell = PowerShell::probe(&program(folder.path(), script)).await.unwrap();
    let carried = powershell.command().as_std().get_envs().any(|(name, value)| {
        name == "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT" && value.is_some_and(|value| value == "1")
    });
    assert!(carried, "what made it run is kept for later commands");
}
