//! Asks the license manager where everything is.

use std::str::FromStr;
use std::time::Duration;

use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing::DiscoverRequest;
use licensing_protocol::licensing::license_manager_client::LicenseManagerClient;
use tonic::transport::Channel;

use crate::address::Address;
use crate::channel::{self, CertificateCheck, Security};
use crate::identity::ClientIdentity;
use crate::problems;
use crate::trust::Trust;

/// Which address `Get-LicLocation` is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressType {
    /// License server: the manager itself.
    LicenseServer,
    /// Vendor daemon: the first that serves.
    VendorDaemon,
    /// License administration console; here the page of the web services.
    Console,
    /// Web services for licensing.
    WebServices,
}

/// `LS`, `VD`, `LAC` or `WSL`, in either case.
impl FromStr for AddressType {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        match text.to_ascii_uppercase().as_str() {
            "LS" => Ok(Self::LicenseServer),
            "VD" => Ok(Self::VendorDaemon),
            "LAC" => Ok(Self::Console),
            "WSL" => Ok(Self::WebServices),
            _ => Err(
                Problem::new(ErrorCode::InvalidType, format!("{text:?} is no type of address.")).about(text),
            ),
        }
    }
}

/// What the license manager said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// Host name of the server, as license files are bound to it.
    pub server_name: String,
    /// Version of the server.
    pub version: String,
    /// Where the manager was asked.
    pub manager: Address,
    /// Where the web services are.
    pub web_services: Address,
    /// Whether the licensing ports speak TLS.
    pub tls: bool,
    /// The vendor daemons.
    pub vendors: Vec<VendorEndpoint>,
}

/// Where one vendor daemon is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorEndpoint {
    /// Vendor name.
    pub vendor: String,
    /// Where its daemon listens.
    pub address: Address,
    /// Whether it serves at the moment.
    pub serving: bool,
}

/// One address of a license server, as `Get-LicLocation` returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Which one.
    pub address_type: AddressType,
    /// `https://host:8083/` for what a browser or cmdlet opens, `host:port` for the licensing ports.
    pub address: String,
}

impl Discovery {
    /// One of the addresses.
    ///
    /// # Errors
    /// `CitrixLicensingVendorOrServiceDown` when a vendor daemon is wanted and none serves.
    pub fn location(&self, address_type: AddressType) -> Result<Location, Problem> {
        let address = match address_type {
            AddressType::LicenseServer => self.manager.authority(),
            AddressType::VendorDaemon => self.vendor(None)?.address.authority(),
            AddressType::Console | AddressType::WebServices => self.web_services.to_string(),
        };
        Ok(Location {
            address_type,
            address,
        })
    }

    /// The daemon of this vendor, or the first that serves.
    ///
    /// # Errors
    /// `CitrixLicensingVendorOrServiceDown` when there is none, or it is not serving.
    pub fn vendor(&self, vendor: Option<&str>) -> Result<&VendorEndpoint, Problem> {
        let found = self.vendors.iter().find(|endpoint| {
            endpoint.serving && vendor.is_none_or(|name| name.eq_ignore_ascii_case(&endpoint.vendor))
        });
        found.ok_or_else(|| {
            let whose = vendor.map_or_else(
                || "a vendor daemon".to_owned(),
                |name| format!("the vendor daemon {name}"),
            );
            let detail = format!(
                "{} knows of no place where {whose} serves.",
                self.manager.authority()
            );
            Problem::new(ErrorCode::CitrixLicensingVendorOrServiceDown, detail)
                .about(vendor.unwrap_or(&self.server_name))
        })
    }
}

/// Asks the license manager at `manager` (port 27000 unless changed) where everything is.
///
/// Off loopback this is TLS; on loopback plain text, or TLS when the server insists. Without a `trust` its
/// certificate is not checked: nothing secret is sent, and what comes back only says at which ports of that same
/// host to look, where the certificate does count.
///
/// # Errors
/// `CommunicationError`, `Timeout`, `ProtocolError`, and those of certificates when there is a `trust`.
pub async fn discover(
    manager: &Address,
    trust: Option<&Trust>,
    timeout: Duration,
) -> Result<Discovery, Problem> {
    discover_as(manager, trust, None, timeout).await
}

/// The same, showing a certificate of one's own.
pub(crate) async fn discover_as(
    manager: &Address,
    trust: Option<&Trust>,
    identity: Option<&ClientIdentity>,
    timeout: Duration,
) -> Result<Discovery, Problem> {
    match tokio::time::timeout(timeout, ask_somehow(manager, trust, identity, timeout)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(problems::timed_out(
            manager,
            "asking where the services are",
            timeout,
        )),
    }
}

async fn ask_somehow(
    manager: &Address,
    trust: Option<&Trust>,
    identity: Option<&ClientIdentity>,
    timeout: Duration,
) -> Result<Discovery, Problem> {
    let tls = Security::Tls(CertificateCheck::at(manager, trust), identity);
    if !manager.is_loopback() {
        return ask(manager, channel::open(manager, tls, timeout).await?, true).await;
    }
    let plain = channel::open(manager, Security::Plain, timeout).await?;
    match ask(manager, plain, false).await {
        // A server that insists on TLS breaks off at the first plain byte.
        Err(problem) if problem.code == ErrorCode::CommunicationError => {
            let channel = channel::open(manager, tls, timeout).await;
            match channel {
                Ok(channel) => ask(manager, channel, true).await,
                Err(other) if other.code == ErrorCode::CommunicationError => Err(problem),
                Err(other) => Err(other),
            }
        }
        outcome => outcome,
    }
}

async fn ask(manager: &Address, channel: Channel, tls: bool) -> Result<Discovery, Problem> {
    let reply = LicenseManagerClient::new(channel)
        .discover(DiscoverRequest {
            vendor: String::new(),
        })
        .await
        .map_err(|status| problems::of_status(manager, &status))?
        .into_inner();
    let address = |port: u32| match u16::try_from(port) {
        Ok(port) if port != 0 => Ok(manager.with_port(port)),
        Ok(_) | Err(_) => Err(problems::not_understood(
            manager,
            format!("The manager named the port {port}."),
        )),
    };
    let vendors = reply.vendors.into_iter().map(|endpoint| {
        Ok(VendorEndpoint {
            address: address(endpoint.port)?,
            vendor: endpoint.vendor,
            serving: endpoint.serving,
        })
    });
    Ok(Discovery {
        server_name: reply.server_name,
        version: reply.version,
        manager: manager.clone(),
        web_services: address(reply.web_services_port)?,
        tls,
        vendors: vendors.collect::<Result<_, Problem>>()?,
    })
}
