//! How to reach a vendor daemon.

use std::path::PathBuf;
use std::time::Duration;

use licensing_api::{Problem, Secret};

use super::pin::IssuerKeys;
use crate::address::{Address, DEFAULT_LICENSE_PORT};
use crate::identity::ClientIdentity;
use crate::trust::Trust;

/// Who sends the heartbeats.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Heartbeats {
    /// The client, in the background, for all leases at once.
    #[default]
    Automatic,
    /// The product, by [`crate::ProductClient::heartbeat`].
    Manual,
}

/// How questions travel to the vendor daemon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transport {
    /// All over one stream, answered in any order; as calls where the server has no stream.
    #[default]
    Session,
    /// Each as a call of its own.
    Calls,
}

/// How to reach a vendor daemon.
#[derive(Debug, Clone)]
pub struct ProductOptions {
    /// The license manager, port 27000 unless changed.
    pub manager: Address,
    /// Whose daemon; none for the first that serves.
    pub vendor: Option<String>,
    /// Token of the product, where the server demands one. Off loopback it is sent over TLS only.
    pub token: Option<Secret>,
    /// Certificate and key of the product, where the server demands one.
    pub identity: Option<ClientIdentity>,
    /// Whose certificate is trusted off loopback.
    pub trust: Trust,
    /// Longest time for one attempt to connect or to be answered; 5 s unless changed.
    pub attempt_timeout: Duration,
    /// Longest time for one call with all its attempts; 15 s unless changed.
    pub timeout: Duration,
    /// Who sends the heartbeats.
    pub heartbeats: Heartbeats,
    /// How questions travel.
    pub transport: Transport,
    /// Folder for tickets, made when it is missing; none to go without grace and borrowing. It has to be writable by
    /// nobody but whom the product trusts: whoever can change its files can make up tickets.
    pub ticket_folder: Option<PathBuf>,
    /// Keys of the issuers whose licenses count, built into the product; none to accept what the server accepts. Every
    /// seat, also by a ticket, is then held against the signed lines that grant it.
    pub issuer_keys: Option<IssuerKeys>,
}

impl ProductOptions {
    /// The first vendor daemon of the server on `host`.
    ///
    /// # Errors
    /// `InvalidAddress`.
    pub fn new(host: &str) -> Result<Self, Problem> {
        Ok(Self {
            manager: Address::parse(host, DEFAULT_LICENSE_PORT)?,
            vendor: None,
            token: None,
            identity: None,
            trust: Trust::default(),
            attempt_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
            heartbeats: Heartbeats::default(),
            transport: Transport::default(),
            ticket_folder: None,
            issuer_keys: None,
        })
    }
}
