//! The ports that the manager itself listens on.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpListener;

use crate::config::Config;

/// Ports of the manager, bound but not served yet.
pub(super) struct OwnPorts {
    pub(super) licensing: TcpListener,
    pub(super) licensing_address: SocketAddr,
    pub(super) web: TcpListener,
    pub(super) web_address: SocketAddr,
    pub(super) wsman: Option<(TcpListener, SocketAddr)>,
    pub(super) wsman_plain: Option<(TcpListener, SocketAddr)>,
}

impl OwnPorts {
    /// Binds those that the configuration wants.
    pub(super) async fn bind(config: &Config) -> std::io::Result<Self> {
        let licensing =
            licensing_net::bind(SocketAddr::new(config.licensing.listen, config.licensing.port)).await?;
        let web = licensing_net::bind(SocketAddr::new(config.web.listen, config.web.port)).await?;
        let wsman = &config.wsman;
        Ok(Self {
            licensing_address: licensing.local_addr()?,
            licensing,
            web_address: web.local_addr()?,
            web,
            wsman: bind_if(wsman.enabled, wsman.listen, wsman.port).await?,
            wsman_plain: bind_if(wsman.enabled && wsman.plain, wsman.listen, wsman.plain_port).await?,
        })
    }
}

async fn bind_if(
    wanted: bool,
    address: IpAddr,
    port: u16,
) -> std::io::Result<Option<(TcpListener, SocketAddr)>> {
    if !wanted {
        return Ok(None);
    }
    let listener = licensing_net::bind(SocketAddr::new(address, port)).await?;
    let address = listener.local_addr()?;
    Ok(Some((listener, address)))
}
