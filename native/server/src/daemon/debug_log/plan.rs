//! Where the debug log goes and what it leaves out.

use std::path::PathBuf;

use licensing_license_file::options_file::LogEvent;
use licensing_seats::seat::SeatRules;
use licensing_texts::debug_log::Event;

use super::place::place;
use crate::config::{Config, DataFolder};

/// All switches of NOLOG.
const SWITCHES: [LogEvent; 5] = [
    LogEvent::In,
    LogEvent::Out,
    LogEvent::Denied,
    LogEvent::Queued,
    LogEvent::Unsupported,
];

/// Where the debug log goes and what it leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::daemon) struct Plan {
    pub(super) target: Option<Target>,
    pub(super) unlogged: Vec<LogEvent>,
}

/// A file to write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) path: PathBuf,
    pub(super) append: bool,
    /// Where to write when another daemon has that file.
    pub(super) otherwise: PathBuf,
}

impl Plan {
    /// By the configuration, and within its bounds by the options file.
    pub(in crate::daemon) fn of(config: &Config, data: &DataFolder, vendor: &str, rules: &SeatRules) -> Self {
        let usual = data.vendor_log(vendor);
        let policy = rules.policy();
        let named = policy.and_then(|policy| policy.debug_log());
        let placed = named.and_then(|named| Some((place(named, &data.log())?, named.append)));
        let (path, append) = placed.unwrap_or_else(|| (usual.clone(), true));
        let target = config.licensing.debug_log.then_some(Target {
            path,
            append,
            otherwise: usual,
        });
        let unlogged = SWITCHES
            .into_iter()
            .filter(|switch| policy.is_some_and(|policy| !policy.logs(*switch)));
        Self {
            target,
            unlogged: unlogged.collect(),
        }
    }

    /// Whether anything is written at all.
    pub(super) fn is_on(&self) -> bool {
        self.target.is_some()
    }

    /// Whether an event is written.
    pub(super) fn logs(&self, event: &Event<'_>) -> bool {
        event
            .switch()
            .is_none_or(|switch| !self.unlogged.contains(&switch))
    }
}
