//! Who made an archive: its manifest, signed with the key of the server.
//!
//! The sums of the manifest show damage. Whoever can change the archive can also compute new sums; without the key of the
//! server they cannot sign them.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, bail, ensure};
use licensing_ticket::is_signed_by;
use serde::{Deserialize, Serialize};

use crate::config::DataFolder;
use crate::ticket_key;

/// Name of the entry; the last one.
pub(super) const NAME: &str = "manifest.sig";
/// Largest entry that is read.
pub(super) const MAX_BYTES: u64 = 4096;
/// What the signature is made for, so that none of another purpose fits.
const CONTEXT: &[u8] = b"licensing backup 1\n";

/// The public key of a server, in hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerKey([u8; 32]);

impl fmt::Display for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for ServerKey {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = hex::decode(text.trim()).ok();
        match bytes.and_then(|bytes| bytes.try_into().ok()) {
            Some(bytes) => Ok(Self(bytes)),
            None => bail!("the key has to be the 64 hexadecimal digits that licensingd backup shows"),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Signed {
    key: String,
    signature: String,
}

/// The entry for the text of a manifest, and the key it was signed with; none for a server that has not run yet.
pub(super) fn sign(data: &DataFolder, manifest: &[u8]) -> anyhow::Result<Option<(Vec<u8>, ServerKey)>> {
    if !data.ticket_key().exists() {
        return Ok(None);
    }
    let signer = ticket_key::open(data)?;
    let key = ServerKey(signer.public_key());
    let signed = Signed {
        key: key.to_string(),
        signature: hex::encode(signer.sign_statement(CONTEXT, manifest)),
    };
    Ok(Some((serde_json::to_vec_pretty(&signed)?, key)))
}

/// The key that the text of a manifest was signed with.
pub(super) fn signer(entry: &[u8], manifest: &[u8]) -> anyhow::Result<ServerKey> {
    let signed: Signed = serde_json::from_slice(entry).with_context(|| format!("{NAME} is damaged"))?;
    let key: ServerKey = signed.key.parse()?;
    let signature = hex::decode(&signed.signature).ok();
    let fits = signature
        .and_then(|signature| signature.try_into().ok())
        .is_some_and(|signature| is_signed_by(&key.0, CONTEXT, manifest, &signature));
    ensure!(
        fits,
        "the signature does not fit: the archive was changed after it was made"
    );
    Ok(key)
}

/// Holds the signer of an archive against the one that is wanted.
pub(super) fn require(found: Option<ServerKey>, wanted: ServerKey) -> anyhow::Result<()> {
    match found {
        Some(found) if found == wanted => Ok(()),
        Some(found) => {
            bail!("it was signed with another key, {found}: another server made it, or somebody else")
        }
        None => bail!("it is not signed, so that nobody can tell who made it"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_signature_fits_one_manifest_and_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        assert!(sign(&data, b"manifest").unwrap().is_none(), "it has not run yet");
        std::fs::create_dir(data.state()).unwrap();
        ticket_key::make_if_missing(&data).unwrap();
        let (entry, key) = sign(&data, b"manifest").unwrap().unwrap();
        assert_eq!(signer(&entry, b"manifest").unwrap(), key);
        signer(&entry, b"manifesto").unwrap_err();
        signer(b"{}", b"manifest").unwrap_err();
        let of_another = String::from_utf8(entry).unwrap();
        let other = ServerKey([7; 32]);
        let of_another = of_another.replace(&key.to_string(), &other.to_string());
        signer(of_another.as_bytes(), b"manifest").unwrap_err();
        assert_eq!(key.to_string().parse::<ServerKey>().unwrap(), key);
        require(Some(key), key).unwrap();
        require(Some(other), key).unwrap_err();
        require(None, key).unwrap_err();
        "key".parse::<ServerKey>().unwrap_err();
    }
}
