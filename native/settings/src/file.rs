//! The text of a configuration file, with the environment over it.

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::error::Kind;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{InvalidSetting, Section};

/// Largest configuration file, in bytes.
pub const MAX_CONFIG_BYTES: usize = 1024 * 1024;

/// Variables with the prefix of settings that are command-line arguments, not settings.
const ARGUMENT_VARIABLES: &[&str] = &["data", "config"];

/// Why the text of a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NotValid {
    /// The file or a variable is not understood.
    #[error("the configuration {} is not valid: {source}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// What is not understood.
        source: Box<figment::Error>,
    },
    /// A value is not allowed.
    #[error("the configuration is not valid: {0}")]
    Setting(#[from] InvalidSetting),
}

/// Reads the text of a configuration file, puts the environment variables with this prefix over it, such as
/// `PREFIX_SECTION__NAME`, and checks the result.
///
/// # Errors
/// If it is not understood, or a value makes no sense.
pub fn read<T>(file: &Path, text: &str, environment_prefix: &str) -> Result<T, NotValid>
where
    T: Section + Default + Serialize + DeserializeOwned,
{
    let settings: T = Figment::from(Serialized::defaults(T::default()))
        .merge(Toml::string(text))
        .merge(
            Env::prefixed(environment_prefix)
                .ignore(ARGUMENT_VARIABLES)
                .split("__"),
        )
        .extract()
        .map_err(|source| NotValid::Text {
            path: file.to_owned(),
            source: Box::new(source),
        })?;
    settings.check()?;
    Ok(settings)
}

/// Why a setting does not take its value, with what is expected in words in place of a type of this program.
pub fn why_not_taken(error: &figment::Error) -> String {
    match &error.kind {
        Kind::InvalidType(found, wanted) => format!("found {found}, expected {}", in_words(wanted)),
        Kind::InvalidValue(found, wanted) => format!("invalid value {found}, expected {}", in_words(wanted)),
        other => other.to_string(),
    }
}

/// What is expected, as serde says it, in words.
fn in_words(wanted: &str) -> &str {
    match wanted {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "path string" => "a text",
        "a sequence" => "a list",
        "a map" => "a table",
        other => other,
    }
}
