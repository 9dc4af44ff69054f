//! Reading the issuers that the server trusts.

use std::io;
use std::path::Path;

use licensing_files::regular;
use licensing_license_file::signing::{MAX_TRUST_FILE_BYTES, TrustStore, TrustedIssuer};

use crate::config::DataFolder;

use super::folder::files_ending;

/// The issuer of every `*.pub` of the trust folder, and complaints about those that cannot be used.
///
/// # Errors
/// If the folder itself cannot be read.
pub(super) fn read_issuers(data: &DataFolder) -> io::Result<(TrustStore, Vec<String>)> {
    let mut trust = TrustStore::new();
    let mut complaints = Vec::new();
    for path in files_ending(&data.trust(), "pub")? {
        match issuer(&path) {
            Ok(issuer) => drop(trust.add(issuer)),
            Err(why) => complaints.push(format!("the issuer {} is not trusted: {why}", path.display())),
        }
    }
    Ok((trust, complaints))
}

/// The issuer of every file of the trust folder that can be used, with the name of the file.
///
/// # Errors
/// If the folder cannot be read.
pub(crate) fn issuer_files(data: &DataFolder) -> io::Result<Vec<(String, TrustedIssuer)>> {
    let files = files_ending(&data.trust(), "pub")?.into_iter();
    Ok(files
        .filter_map(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some((name, issuer(&path).ok()?))
        })
        .collect())
}

fn issuer(path: &Path) -> Result<TrustedIssuer, String> {
    let bytes = regular::read_own(path, MAX_TRUST_FILE_BYTES).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
    TrustedIssuer::from_text(&text).map_err(|error| error.to_string())
}
