//! A signed line apart from its file: what its issuer signed, for who holds the issuer's key.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::canonical::{CanonicalLine, FileBinding, HEADER};
use super::signature::SIGNATURE_KEYWORD;
use super::verify::Signed;
use crate::license_file::{LicenseFile, LineKind, parse};

/// Longest text of one line that is read, in bytes.
pub const MAX_SIGNED_LINE_BYTES: usize = 256 * 1024;

/// What an issuer signed of one line, with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedLine {
    /// The covered text, see [`CanonicalLine`].
    pub text: String,
    /// The signature as it stands in a line: `ed25519:<key id>:<base64>`.
    pub signature: String,
}

impl SignedLine {
    /// A line of a file with this binding; none for lines without a signature of ours.
    pub fn of(line: &LineKind, binding: &FileBinding) -> Option<Self> {
        let text = CanonicalLine::of(line, binding)?.as_str().to_owned();
        let signature = Signed::of(line)?.ours().next()?.value.as_ref()?.text.clone();
        Some(Self { text, signature })
    }

    /// A license file that holds this line alone, for the machines that it was signed for, or for any machine. None when
    /// the text is not of the form that is signed. Whether the signature holds is for [`super::TrustStore::verify`], which
    /// also shows whether the file says exactly what was signed.
    pub fn to_file(&self, any_machine: bool) -> Option<LicenseFile> {
        if self.text.len() + self.signature.len() > MAX_SIGNED_LINE_BYTES || self.signature.contains('"') {
            return None;
        }
        let (mut servers, mut line) = (String::new(), String::new());
        for field in self.text.strip_prefix(HEADER)?.lines() {
            let (name, value) = field.split_once(' ').unwrap_or((field, ""));
            // Writing to a string cannot fail.
            let _ = match (name, value) {
                ("host", _) if any_machine => writeln!(servers, "SERVER this_host ANY"),
                ("host", host) => writeln!(servers, "SERVER this_host {host}"),
                ("set", value) => {
                    let (keyword, value) = value.split_once(' ').unwrap_or((value, ""));
                    // What is in braces, or quoted in the middle, is as it was written.
                    match value.starts_with('{') || value.contains('"') {
                        true => write!(line, "{keyword}={value} "),
                        false => write!(line, "{keyword}=\"{value}\" "),
                    }
                }
                (
                    "line" | "feature" | "vendor" | "from-version" | "version" | "expires" | "count" | "key"
                    | "flag",
                    word,
                ) => write!(line, "{word} "),
                _ => return None,
            };
        }
        let text = format!("{servers}{line}{SIGNATURE_KEYWORD}=\"{}\"\n", self.signature);
        Some(parse(text.as_bytes()))
    }
}
