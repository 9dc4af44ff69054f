//! A server that offers releases as GitHub does.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use xtask::powershell::release::{Source, archive_suffix};

/// Files by path, and the paths that were asked for.
#[derive(Clone, Default)]
struct Files {
    files: Arc<BTreeMap<String, Vec<u8>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

/// The server. It ends with the runtime of the test.
pub(crate) struct Server {
    address: String,
    files: Files,
}

impl Server {
    /// Serves these files at these paths; `{server}` in the list of releases becomes the server's address.
    pub(crate) async fn start(list: &str, mut files: BTreeMap<String, Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        files.insert(
            "/releases".to_owned(),
            list.replace("{server}", &address).into_bytes(),
        );
        let files = Files {
            files: Arc::new(files),
            asked: Arc::default(),
        };
        let app = Router::new().fallback(answer).with_state(files.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, files }
    }

    /// Fetching from here.
    pub(crate) fn source(&self) -> Source {
        source(&format!("{}/releases", self.address))
    }

    /// The paths that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.files.asked.lock().unwrap().clone()
    }
}

/// Fetching from this list.
pub(crate) fn source(releases: &str) -> Source {
    let limit = Duration::from_secs(20);
    Source {
        releases: releases.to_owned(),
        connect: limit,
        silence: limit,
    }
}

async fn answer(State(files): State<Files>, uri: Uri) -> Result<Vec<u8>, StatusCode> {
    files.asked.lock().unwrap().push(uri.path().to_owned());
    files.files.get(uri.path()).cloned().ok_or(StatusCode::NOT_FOUND)
}

/// Name of the archive for the machine at hand.
pub(crate) fn archive_name(version: &str) -> String {
    format!("powershell-{version}-{}", archive_suffix().unwrap())
}

/// One release in the list.
pub(crate) fn release(version: &str, kind: &str, names: &[&str]) -> String {
    let assets: Vec<String> = names
        .iter()
        .map(|name| format!(r#"{{"name":"{name}","browser_download_url":"{{server}}/{version}/{name}"}}"#))
        .collect();
    format!(
        r#"{{"tag_name":"v{version}",{kind}"assets":[{}]}}"#,
        assets.join(",")
    )
}

/// A line of `hashes.sha256`.
pub(crate) fn hash_line(content: &[u8], name: &str) -> String {
    format!("{} *{name}\r\n", hex::encode_upper(Sha256::digest(content)))
}

/// A `.tar.gz` with these regular files, whatever their names are.
pub(crate) fn tar_gz(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in entries {
        let mut header = tar::Header::new_ustar();
        // Written by hand, because the library refuses names that lead out of the archive.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, *content).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// A `.tar.gz` with one link and a file behind it.
pub(crate) fn tar_gz_with_link(name: &str, target: &str, kind: tar::EntryType) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(kind);
    header.set_size(0);
    archive.append_link(&mut header, name, target).unwrap();
    let mut file = tar::Header::new_ustar();
    file.set_size(4);
    file.set_mode(0o644);
    archive
        .append_data(&mut file, format!("{name}/file"), &b"text"[..])
        .unwrap();
    archive.into_inner().unwrap().finish().unwrap()
}

/// A `.zip` with these files, whatever their names are.
pub(crate) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in entries {
        archive.start_file(*name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}
