//! The text of a configuration file, with the environment over it.

use std::path::{Path, PathBuf};

use figment::providers::{Env, Format, Serialized, Toml};
use figment::{Figment, Metadata};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Section;
use crate::wanted::why_not_taken;

/// Largest configuration file, in bytes.
pub const MAX_CONFIG_BYTES: usize = 1024 * 1024;

/// Variables with the prefix of settings that are command-line arguments, not settings.
const ARGUMENT_VARIABLES: &[&str] = &["data", "config"];

/// Why the text of a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NotValid {
    /// The file is not understood as a whole.
    #[error("the configuration file {} is not valid: {what}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// What is not understood.
        what: String,
    },
    /// A setting is unknown, or does not take its value.
    #[error("{place} is not valid: {what}")]
    Setting {
        /// Where the value stands: the file or a variable.
        place: String,
        /// The setting with its full name, and what it takes.
        what: String,
    },
}

impl NotValid {
    /// What is wrong, without the place.
    pub fn what(&self) -> &str {
        match self {
            Self::Text { what, .. } | Self::Setting { what, .. } => what,
        }
    }
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
    let figment = Figment::from(Serialized::defaults(T::default()))
        .merge(Toml::string(text))
        .merge(
            Env::prefixed(environment_prefix)
                .ignore(ARGUMENT_VARIABLES)
                .split("__"),
        );
    let not_valid = |name: &str, metadata: Option<&Metadata>, what: String| NotValid::Setting {
        place: place(file, environment_prefix, name, metadata),
        what,
    };
    let settings: T = figment.extract().map_err(|error| {
        let what = why_not_taken(&error, &T::describe());
        if error.path.is_empty() {
            return NotValid::Text {
                path: file.to_owned(),
                what,
            };
        }
        not_valid(&error.path.join("."), error.metadata.as_ref(), what)
    })?;
    settings.check().map_err(|setting| {
        let metadata = figment.find_metadata(&setting.name);
        not_valid(&setting.name, metadata, setting.to_string())
    })?;
    Ok(settings)
}

/// Where the value of a setting stands.
fn place(file: &Path, environment_prefix: &str, name: &str, metadata: Option<&Metadata>) -> String {
    if metadata.is_some_and(|metadata| metadata.name.contains("environment variable")) {
        let variable = name.replace('.', "__").to_uppercase();
        format!("the environment variable {environment_prefix}{variable}")
    } else {
        format!("the configuration file {}", file.display())
    }
}
