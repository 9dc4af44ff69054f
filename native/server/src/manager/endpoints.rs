//! The file that tells where a running server listens.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use licensing_files::{Existing, Readers, durable, regular};
use serde::{Deserialize, Serialize};

use crate::config::DataFolder;

/// Largest file that is read.
const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;

/// Where a running server listens; `run/endpoints.json` and the line on the standard output say the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    /// Address of the license manager.
    pub licensing: SocketAddr,
    /// Address of the web services.
    pub web_services: SocketAddr,
    /// Address of WS-Management over TLS, where it is offered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wsman: Option<SocketAddr>,
    /// Address of WS-Management without TLS, where it is offered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wsman_plain: Option<SocketAddr>,
    /// Hash of the certificate, as clients pin it.
    pub cert_hash: String,
    /// Ports of the vendor daemons that serve.
    pub vendors: BTreeMap<String, u16>,
    /// Process id of the manager.
    pub process_id: u32,
}

impl Endpoints {
    /// Writes the file; a reader sees the old or the new content, never a part.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, data: &DataFolder) -> io::Result<()> {
        durable::write(
            &data.endpoints_file(),
            &serde_json::to_vec_pretty(self)?,
            Readers::Usual,
            Existing::Replace,
        )
    }

    /// Reads the file of a running server.
    ///
    /// # Errors
    /// If there is none, or it is not understood.
    pub fn read(data: &DataFolder) -> io::Result<Self> {
        let text = regular::read(&data.endpoints_file(), MAX_FILE_BYTES)?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// Removes the file; none being there is as good.
    ///
    /// # Errors
    /// If it is there and cannot be removed.
    pub fn remove(data: &DataFolder) -> io::Result<()> {
        match std::fs::remove_file(data.endpoints_file()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}
