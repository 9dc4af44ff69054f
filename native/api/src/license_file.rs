//! License files on the server.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::finding::Finding;
use crate::inventory::SignatureState;
use crate::patterns::Patterns;

/// Largest license file that is taken, in bytes.
pub const MAX_LICENSE_FILE_BYTES: usize = 16 * 1024 * 1024;

/// Most characters of a stored name that is made of a local one, without `.lic`.
const STORED_CHARACTERS: usize = 60;

/// The name under which a server stores a file of this local name, unless another one is given: the local name without its
/// extension, in which everything that no server takes is an underscore. Letters of any language stay.
pub fn stored_name(local: &str) -> String {
    let stem = local.rsplit_once('.').map_or(local, |(stem, _)| stem);
    let plain: String = stem
        .chars()
        .map(|char| {
            if char.is_alphanumeric() || "-_. ".contains(char) {
                char
            } else {
                '_'
            }
        })
        .collect();
    let is_edge = |char: char| matches!(char, '.' | ' ');
    let short: String = plain
        .trim_matches(is_edge)
        .chars()
        .take(STORED_CHARACTERS)
        .collect();
    match short.trim_end_matches(is_edge) {
        "" => "license.lic".to_owned(),
        stem => format!("{stem}.lic"),
    }
}

/// Lists installed files.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetLicenseFiles {
    /// File names, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub file_name: Patterns,
}

/// One installed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LicenseFileInfo {
    /// Name without folder.
    #[schemars(extend("x-column" = column(1)))]
    pub file_name: String,
    /// Size in bytes.
    #[schemars(extend("x-column" = column(5)))]
    pub size: u64,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// When it was put in place.
    #[schemars(extend("x-column" = column(6)))]
    pub installed: Timestamp,
    /// Vendors it names.
    #[schemars(extend("x-column" = column(2)))]
    pub vendors: Vec<String>,
    /// Number of lines that grant seats.
    #[schemars(extend("x-column" = column(3)))]
    pub increments: u32,
    /// Worst signature state among them; none when it grants nothing.
    #[schemars(extend("x-column" = column(4)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signature: Option<SignatureState>,
    /// What the reader noticed.
    pub findings: Vec<Finding>,
}

/// Installs a file after checking it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportLicenseFile {
    /// Name to store it under: letters, digits, `-`, `_`, `.` and blanks, ending in `.lic`, without folder.
    pub file_name: String,
    /// The bytes in base64.
    pub content: String,
    /// Replaces a file of that name.
    #[serde(default)]
    pub overwrite: bool,
}

/// What importing did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportedLicenseFile {
    /// The file as it is now installed.
    #[serde(flatten)]
    pub file: LicenseFileInfo,
    /// Whether a file of that name was replaced.
    pub replaced: bool,
    /// How the pools changed.
    pub effects: Vec<PoolEffect>,
}

/// Removes an installed file. Seats that are out stay out until they are checked in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveLicenseFile {
    /// Name without folder.
    pub file_name: String,
    /// Only tells how the pools would change, and leaves the file where it is.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub explain: bool,
}

/// What removing did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovedLicenseFile {
    /// Name of the removed file.
    pub file_name: String,
    /// How the pools changed.
    pub effects: Vec<PoolEffect>,
}

/// Explains a file without installing it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExplainLicenseFile {
    /// Name it would be stored under; decides whether it would replace one.
    pub file_name: String,
    /// The bytes in base64.
    pub content: String,
}

/// One line of a license file in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedLine {
    /// First physical line, counted from 1.
    #[schemars(extend("x-column" = column(1)))]
    pub line: u32,
    /// First word of the line, such as `INCREMENT`.
    #[schemars(extend("x-column" = column(2)))]
    pub keyword: String,
    /// What the line does, in a sentence or two.
    #[schemars(extend("x-column" = column(5).wrapped()))]
    pub text: String,
    /// Feature it concerns; empty when none.
    #[schemars(extend("x-column" = column(3)))]
    pub feature: String,
    /// Whether its signature holds; none for lines that carry none.
    #[schemars(extend("x-column" = column(4)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signature: Option<SignatureState>,
}

/// How installing or removing a file changes one pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoolEffect {
    /// Vendor of the pool.
    #[schemars(extend("x-column" = column(1)))]
    pub vendor: String,
    /// Feature of the pool.
    #[schemars(extend("x-column" = column(2)))]
    pub feature: String,
    /// Version of the pool.
    #[schemars(extend("x-column" = column(3)))]
    pub version: String,
    /// Seats that can be given out before, without overdraft.
    #[schemars(extend("x-column" = column(4)))]
    pub count_before: u32,
    /// Seats that can be given out after, without overdraft.
    #[schemars(extend("x-column" = column(5)))]
    pub count_after: u32,
    /// Seats out now; none when the vendor daemon could not be asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub in_use: Option<u32>,
    /// Overdraft before.
    pub overdraft_before: u32,
    /// Overdraft after.
    pub overdraft_after: u32,
    /// The change in plain words.
    #[schemars(extend("x-column" = column(6).wrapped()))]
    pub text: String,
}

/// A license file in plain words, and what it would change here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LicenseFileExplanation {
    /// Name it would be stored under.
    pub file_name: String,
    /// Whether the server would take it.
    pub acceptable: bool,
    /// Each meaningful line in words.
    pub lines: Vec<ExplainedLine>,
    /// What is odd.
    pub findings: Vec<Finding>,
    /// What it would change.
    pub effects: Vec<PoolEffect>,
}

#[cfg(test)]
mod tests {
    use super::stored_name;

    #[test]
    fn a_local_name_becomes_one_that_servers_take() {
        for (local, stored) in [
            ("acme.lic", "acme.lic"),
            ("acme (1).lic", "acme _1_.lic"),
            ("ライセンス.lic", "ライセンス.lic"),
            ("acme.LIC", "acme.lic"),
            ("license.txt", "license.lic"),
            ("..lic", "license.lic"),
            (" acme?. .lic", "acme_.lic"),
            ("acme", "acme.lic"),
        ] {
            assert_eq!(stored_name(local), stored, "{local}");
        }
        assert_eq!(stored_name(&"ü".repeat(300)).chars().count(), 64);
    }
}
