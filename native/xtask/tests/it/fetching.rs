//! Fetching PowerShell: the right one, wrong hashes, missing and truncated files, hostile archives.

use std::collections::BTreeMap;
use std::path::Path;

use xtask::powershell::{archive, release};

use crate::releases::{Server, archive_name, hash_line, release, source, tar_gz, tar_gz_with_link, zip};

const VERSION: &str = "7.6.4";

fn program() -> String {
    format!("pwsh{}", std::env::consts::EXE_SUFFIX)
}

/// An archive as this machine needs it.
fn good_archive() -> Vec<u8> {
    let program = program();
    let entries: [(&str, &[u8]); 2] = [(&program, b"#!/bin/sh\n"), ("Modules/a/a.psd1", b"@{}")];
    if archive_name(VERSION).ends_with(".zip") {
        zip(&entries)
    } else {
        tar_gz(&entries)
    }
}

fn files(archive: Option<&[u8]>, hashes: Option<String>) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    if let Some(archive) = archive {
        files.insert(format!("/{VERSION}/{}", archive_name(VERSION)), archive.to_vec());
    }
    if let Some(hashes) = hashes {
        files.insert(format!("/{VERSION}/hashes.sha256"), hashes.into_bytes());
    }
    files
}

fn list() -> String {
    let name = archive_name(VERSION);
    format!("[{}]", release(VERSION, "", &["hashes.sha256", &name]))
}

/// What is left in the folder, hidden files included.
fn left_in(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

/// Fetches, expects a failure that says this, and that nothing is left behind.
async fn expect_failure(list: &str, files: BTreeMap<String, Vec<u8>>, said: &str) {
    let server = Server::start(list, files).await;
    let folder = tempfile::tempdir().unwrap();
    let error = release::fetch(folder.path(), &server.source()).await.unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains(said), "{text:?} does not say {said:?}");
    assert_eq!(left_in(folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn the_newest_release_of_the_line_is_fetched_checked_and_kept() {
    let name = archive_name(VERSION);
    let names = ["hashes.sha256", name.as_str()];
    let list = format!(
        "[{},{},{},{},{}]",
        release("7.7.0", "", &names),
        release("7.6.3", "", &names),
        release(VERSION, "", &names),
        release("7.6.5", r#""draft":true,"#, &names),
        release("7.6.9-rc.1", r#""prerelease":true,"#, &names),
    );
    let archive = good_archive();
    let hashes = format!(
        "{}{}",
        hash_line(b"another", "powershell.deb"),
        hash_line(&archive, &name)
    );
    let server = Server::start(&list, files(Some(&archive), Some(hashes))).await;
    let folder = tempfile::tempdir().unwrap();
    let fetched = release::fetch(folder.path(), &server.source()).await.unwrap();
    assert_eq!(fetched, folder.path().join(VERSION).join(program()));
    assert_eq!(std::fs::read(&fetched).unwrap(), b"#!/bin/sh\n");
    assert_eq!(
        std::fs::read(folder.path().join(VERSION).join("Modules/a/a.psd1")).unwrap(),
        b"@{}"
    );
    assert_eq!(left_in(folder.path()), [VERSION]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            std::fs::metadata(&fetched).unwrap().permissions().mode() & 0o111,
            0o111
        );
    }

    let asked = server.asked();
    assert_eq!(
        release::fetch(folder.path(), &server.source()).await.unwrap(),
        fetched
    );
    assert_eq!(
        server.asked(),
        asked,
        "what was fetched before is taken without asking"
    );
}

#[tokio::test]
async fn a_wrong_hash() {
    let name = archive_name(VERSION);
    let hashes = hash_line(b"something else", &name);
    expect_failure(
        &list(),
        files(Some(&good_archive()), Some(hashes)),
        "has the SHA-256 hash",
    )
    .await;
}

#[tokio::test]
async fn a_truncated_archive() {
    let archive = good_archive();
    let hashes = hash_line(&archive, &archive_name(VERSION));
    let half = &archive[..archive.len() / 2];
    expect_failure(&list(), files(Some(half), Some(hashes)), "has the SHA-256 hash").await;
    // Cut off before the hash was taken: the hash fits, the archive does not.
    let hashes = hash_line(half, &archive_name(VERSION));
    expect_failure(&list(), files(Some(half), Some(hashes)), "cannot be unpacked").await;
}

#[tokio::test]
async fn missing_files() {
    let archive = good_archive();
    let name = archive_name(VERSION);
    let hashes = hash_line(&archive, &name);
    expect_failure(&list(), files(None, Some(hashes.clone())), "404").await;
    expect_failure(&list(), files(Some(&archive), None), "404").await;
    let foreign = hash_line(&archive, "powershell.deb");
    expect_failure(&list(), files(Some(&archive), Some(foreign)), "do not name").await;
    let broken = format!("xyz *{name}\n");
    expect_failure(&list(), files(Some(&archive), Some(broken)), "is none").await;
    let without_hashes = format!("[{}]", release(VERSION, "", &[&name]));
    expect_failure(
        &without_hashes,
        files(Some(&archive), Some(hashes)),
        "has no file hashes.sha256",
    )
    .await;
    expect_failure("[]", BTreeMap::new(), "no release 7.6").await;
    expect_failure("<html>", BTreeMap::new(), "is no list of releases").await;
}

#[tokio::test]
async fn an_archive_without_powershell() {
    let name = archive_name(VERSION);
    let entries: [(&str, &[u8]); 1] = [("README", b"text")];
    let archive = if name.ends_with(".zip") {
        zip(&entries)
    } else {
        tar_gz(&entries)
    };
    let hashes = hash_line(&archive, &name);
    expect_failure(&list(), files(Some(&archive), Some(hashes)), "holds no pwsh").await;
}

#[tokio::test]
async fn nobody_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/releases", listener.local_addr().unwrap());
    drop(listener);
    let folder = tempfile::tempdir().unwrap();
    let error = release::fetch(folder.path(), &source(&url)).await.unwrap_err();
    assert!(format!("{error:#}").contains("cannot be reached"), "{error:#}");
}

/// Unpacks and expects a failure, and that nothing was written outside of the folder.
fn expect_refused(content: &[u8], name: &str) {
    let outer = tempfile::tempdir().unwrap();
    let inner = outer.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let path = outer.path().join("archive");
    std::fs::write(&path, content).unwrap();
    archive::unpack(&path, name, &inner).unwrap_err();
    let mut left = left_in(outer.path());
    left.sort();
    assert_eq!(left, ["archive", "inner"]);
}

#[test]
fn archives_that_lead_elsewhere() {
    for name in ["../evil", "a/../../evil", "/evil-of-xtask-tests"] {
        expect_refused(&tar_gz(&[(name, b"evil")]), "a.tar.gz");
        expect_refused(&zip(&[(name, b"evil")]), "a.zip");
    }
    expect_refused(&zip(&[("..\\evil", b"evil")]), "a.zip");
    assert!(!Path::new("/evil-of-xtask-tests").exists());
    for kind in [tar::EntryType::Symlink, tar::EntryType::Link] {
        expect_refused(&tar_gz_with_link("link", "..", kind), "a.tar.gz");
    }
}

#[test]
fn archives_with_a_name_twice_or_of_another_kind() {
    expect_refused(&tar_gz(&[("a", b"1"), ("a", b"2")]), "a.tar.gz");
    expect_refused(b"no archive", "a.tar.gz");
    expect_refused(b"no archive", "a.zip");
    expect_refused(&tar_gz(&[("a", b"1")]), "a.7z");
}

#[test]
fn both_kinds_of_archives_are_unpacked() {
    for (name, content) in [
        ("a.tar.gz", tar_gz(&[("b/c", b"1")])),
        ("a.zip", zip(&[("b/c", b"1")])),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        archive::unpack(&path, name, &folder.path().join("out")).unwrap();
        assert_eq!(
            std::fs::read(folder.path().join("out/b/c")).unwrap(),
            b"1",
            "{name}"
        );
    }
}
