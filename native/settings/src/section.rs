//! What every section can do.

use std::any::TypeId;
use std::path::PathBuf;

use serde::Serialize;

use crate::Description;

/// When a changed setting takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    /// As soon as the program reads its configuration again.
    AtOnce,
    /// At the next start.
    AfterRestart,
}

/// A section of a configuration file, declared with [`settings!`](crate::settings).
pub trait Section: Sized {
    /// Everything the documentation says about it.
    fn describe() -> Description;

    /// Whether every value is allowed.
    ///
    /// # Errors
    /// The first one that is not.
    fn check(&self) -> Result<(), InvalidSetting>;

    /// Takes over what has changed and can take effect at once.
    fn follow(&mut self, next: Self) -> Changes;
}

/// A setting with a value that is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {value}; allowed: {allowed}")]
pub struct InvalidSetting {
    /// Name with its sections.
    pub name: String,
    /// The value.
    pub value: String,
    /// What is allowed.
    pub allowed: &'static str,
}

impl InvalidSetting {
    /// The same in a section of this name.
    #[must_use]
    pub fn within(mut self, section: &str) -> Self {
        self.name = format!("{section}.{}", self.name);
        self
    }
}

/// What a configuration that was read again changes. Names contain their sections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Settings that have changed and are in effect.
    pub applied: Vec<String>,
    /// Settings that have changed and take effect at the next start.
    pub waiting: Vec<String>,
}

impl Changes {
    /// Adds those of a section.
    pub fn add(&mut self, section: &str, changes: Self) {
        let within = |names: Vec<String>| names.into_iter().map(|name| format!("{section}.{name}"));
        self.applied.extend(within(changes.applied).collect::<Vec<_>>());
        self.waiting.extend(within(changes.waiting).collect::<Vec<_>>());
    }
}

/// Takes over a value if it may take effect at once, and notes a change.
pub fn assign<T: PartialEq>(place: &mut T, value: T, name: &str, applies: Applies, changes: &mut Changes) {
    if *place == value {
        return;
    }
    match applies {
        Applies::AtOnce => {
            *place = value;
            changes.applied.push(name.to_owned());
        }
        Applies::AfterRestart => changes.waiting.push(name.to_owned()),
    }
}

/// A value as TOML writes it.
pub fn text_of<T: Serialize>(value: &T) -> String {
    toml::Value::try_from(value).map_or_else(|error| error.to_string(), |value| value.to_string())
}

/// Whether values of a type are paths.
pub fn is_path<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<PathBuf>()
}
