//! What the server tells about itself, its pools, their holders and who has seats set aside or waits.

use licensing_api::error::ErrorCategory;
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::operation::op;
use licensing_api::patterns::Patterns;
use licensing_api::queue::{GetQueue, QueueRow};
use licensing_api::reservation::{GetReservations, ReservationRow};
use licensing_api::server::{DaemonState, GetServerInfo, ServerInfo};
use licensing_api::usage::{GetUsage, UsageRow};
use licensing_api::{ErrorCode, Problem};
use licensing_client::AdminClient;
use licensing_texts::status_text::VendorStatus;

/// Everything that status text is made from.
pub(super) struct Status {
    /// The server.
    pub(super) info: ServerInfo,
    /// Its vendors, in the order of their ports.
    pub(super) vendors: Vec<VendorStatus>,
    /// What the vendors that are up know.
    pub(super) seats: Seats,
}

/// Pools and who has seats of them.
#[derive(Default)]
pub(super) struct Seats {
    pub(super) inventory: Vec<InventoryRow>,
    pub(super) usage: Vec<UsageRow>,
    pub(super) reservations: Vec<ReservationRow>,
    pub(super) queue: Vec<QueueRow>,
}

/// Asks for it, one vendor after the other, so that one that is down does not hide the others.
///
/// # Errors
/// When the server as a whole does not answer, or the caller may not ask.
pub(super) async fn read(client: &AdminClient) -> Result<Status, Problem> {
    let info = client.call::<op::GetServerInfo>(&GetServerInfo {}).await?;
    let mut status = Status {
        vendors: Vec::new(),
        seats: Seats::default(),
        info,
    };
    for daemon in &status.info.vendor_daemons {
        let answer = match daemon.state {
            DaemonState::Running => seats(client, &daemon.vendor)
                .await
                .map_or_else(down, |seats| Ok(Some(seats)))?,
            DaemonState::Starting | DaemonState::BackOff | DaemonState::Stopped => None,
        };
        status.vendors.push(VendorStatus {
            vendor: daemon.vendor.clone(),
            up: answer.is_some(),
            version: status.info.ls_version.clone(),
        });
        let seats = answer.unwrap_or_default();
        status.seats.inventory.extend(seats.inventory);
        status.seats.usage.extend(seats.usage);
        status.seats.reservations.extend(seats.reservations);
        status.seats.queue.extend(seats.queue);
    }
    Ok(status)
}

/// What one vendor knows.
async fn seats(client: &AdminClient, vendor: &str) -> Result<Seats, Problem> {
    let vendor = Patterns::from(vendor);
    let inventory = GetInventory {
        vendor: vendor.clone(),
        ..GetInventory::default()
    };
    let usage = GetUsage {
        vendor: vendor.clone(),
        ..GetUsage::default()
    };
    let queue = GetQueue {
        vendor: vendor.clone(),
        ..GetQueue::default()
    };
    let reservations = GetReservations {
        vendor,
        ..GetReservations::default()
    };
    let inventory = match client.call::<op::GetInventory>(&inventory).await {
        Ok(rows) => rows.items,
        Err(problem) if problem.code == ErrorCode::NoInventory => Vec::new(),
        Err(problem) => return Err(problem),
    };
    Ok(Seats {
        inventory,
        usage: client.call::<op::GetUsage>(&usage).await?.items,
        reservations: client.call::<op::GetReservations>(&reservations).await?.items,
        queue: client.call::<op::GetQueue>(&queue).await?.items,
    })
}

/// That a daemon does not answer is a state worth showing; anything else is a failure.
fn down(problem: Problem) -> Result<Option<Seats>, Problem> {
    if problem.status != 0 && problem.category == ErrorCategory::ResourceUnavailable {
        Ok(None)
    } else {
        Err(problem)
    }
}
