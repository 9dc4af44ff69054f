//! What the server tells about itself, its pools and their holders.

use licensing_api::error::ErrorCategory;
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::operation::op;
use licensing_api::server::{DaemonState, GetServerInfo, ServerInfo};
use licensing_api::usage::{GetUsage, UsageRow};
use licensing_api::{ErrorCode, Problem};
use licensing_client::AdminClient;
use licensing_core::status_text::VendorStatus;

/// Everything that status text is made from.
pub(super) struct Status {
    /// The server.
    pub(super) info: ServerInfo,
    /// Its vendors, in the order of their ports.
    pub(super) vendors: Vec<VendorStatus>,
    /// Pools of the vendors that are up.
    pub(super) inventory: Vec<InventoryRow>,
    /// Holders of seats of these pools.
    pub(super) usage: Vec<UsageRow>,
}

/// Asks for it, one vendor after the other, so that one that is down does not hide the others.
///
/// # Errors
/// When the server as a whole does not answer, or the caller may not ask.
pub(super) async fn read(client: &AdminClient) -> Result<Status, Problem> {
    let info = client.call::<op::GetServerInfo>(&GetServerInfo {}).await?;
    let mut status = Status {
        vendors: Vec::new(),
        inventory: Vec::new(),
        usage: Vec::new(),
        info,
    };
    for daemon in &status.info.vendor_daemons {
        let answer = match daemon.state {
            DaemonState::Running => vendor(client, &daemon.vendor).await?,
            DaemonState::Starting | DaemonState::BackOff | DaemonState::Stopped => None,
        };
        status.vendors.push(VendorStatus {
            vendor: daemon.vendor.clone(),
            up: answer.is_some(),
            version: status.info.ls_version.clone(),
        });
        let (inventory, usage) = answer.unwrap_or_default();
        status.inventory.extend(inventory);
        status.usage.extend(usage);
    }
    Ok(status)
}

type Rows = (Vec<InventoryRow>, Vec<UsageRow>);

/// Pools and holders of one vendor; none when its daemon went down in the meantime.
async fn vendor(client: &AdminClient, vendor: &str) -> Result<Option<Rows>, Problem> {
    let inventory = GetInventory {
        vendor: Some(vendor.to_owned()),
        ..GetInventory::default()
    };
    let usage = GetUsage {
        vendor: Some(vendor.to_owned()),
        ..GetUsage::default()
    };
    let inventory = match client.call::<op::GetInventory>(&inventory).await {
        Ok(rows) => rows.items,
        Err(problem) if problem.code == ErrorCode::NoInventory => Vec::new(),
        Err(problem) => return down(problem),
    };
    match client.call::<op::GetUsage>(&usage).await {
        Ok(rows) => Ok(Some((inventory, rows.items))),
        Err(problem) => down(problem),
    }
}

/// That a daemon does not answer is a state worth showing; anything else is a failure.
fn down(problem: Problem) -> Result<Option<Rows>, Problem> {
    if problem.status != 0 && problem.category == ErrorCategory::ResourceUnavailable {
        Ok(None)
    } else {
        Err(problem)
    }
}
