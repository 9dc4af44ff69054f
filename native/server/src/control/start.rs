//! What the manager and the daemon it starts say to each other over standard input and output.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ControlSecret, ProductToken};
use crate::config::Config;

/// What a daemon is started with: one line of JSON on its standard input, which then stays open.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DaemonSettings {
    /// Vendor it serves.
    pub vendor: String,
    /// Data folder.
    pub data: PathBuf,
    /// Configuration of the server.
    pub config: Config,
    /// Port to listen on; 0 for any free one.
    pub port: u16,
    /// Whether any free port will do when that one is taken.
    pub any_port_will_do: bool,
    /// Secret of its control port.
    pub control_secret: ControlSecret,
    /// Tokens that open its licensing port.
    pub product_tokens: Vec<ProductToken>,
}

/// What a daemon answers: one line of JSON on its standard output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum StartAnswer {
    /// It listens.
    Serving {
        /// Port that products use.
        port: u16,
        /// Port of the manager, on loopback.
        control_port: u16,
        /// Its process id.
        process_id: u32,
    },
    /// It cannot serve, and ends.
    Failed {
        /// Why, in words.
        reason: String,
    },
}
