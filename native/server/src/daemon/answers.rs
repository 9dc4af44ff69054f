//! What a vendor daemon answers: the operations of the table that only it can.

use licensing_api::assignment::{AssignmentEventRow, GetAssignmentEvents};
use licensing_api::denial::{DenialRow, GetDenials};
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::operation::{Rows, op};
use licensing_api::queue::{GetQueue, QueueRow};
use licensing_api::reservation::{GetReservations, ReservationRow};
use licensing_api::usage::{GetUsage, RevokeLeases, UsageRow};
use licensing_api::{ErrorCode, Operation, OperationId, Problem, for_each_operation};
use licensing_seats::seat::RevokeFilter;
use licensing_store::MOST_EVENTS;

use super::holders;
use super::manager_requests::{ManagerRequests, read, unknown, write};
use crate::blocking::blocking;

/// Answers an operation for the seats of this vendor.
pub(super) trait Answer: Operation {
    /// Answers a request on behalf of an account.
    fn answer(
        daemon: &ManagerRequests,
        request: Self::Request,
        actor: &str,
    ) -> impl Future<Output = Result<Self::Response, Problem>> + Send;
}

async fn run<A: Answer>(daemon: &ManagerRequests, request: &[u8], actor: &str) -> Result<Vec<u8>, Problem> {
    write(&A::answer(daemon, read(request)?, actor).await?)
}

macro_rules! arm {
    ($name:ident, manager, $daemon:ident, $request:ident, $actor:ident) => {
        Err(unknown(stringify!($name)))
    };
    ($name:ident, insight, $daemon:ident, $request:ident, $actor:ident) => {
        Err(unknown(stringify!($name)))
    };
    ($name:ident, fulfilment, $daemon:ident, $request:ident, $actor:ident) => {
        Err(unknown(stringify!($name)))
    };
    ($name:ident, daemons, $daemon:ident, $request:ident, $actor:ident) => {
        run::<op::$name>($daemon, $request, $actor).await
    };
}

macro_rules! dispatch {
    ($($name:ident: $answered:ident $((reader))?,)+) => {
        /// Answers what the table leaves to the daemons.
        ///
        /// # Errors
        /// `OperationNotFound` for what the manager answers, and whatever the answer gives.
        pub(super) async fn answer(
            id: OperationId,
            daemon: &ManagerRequests,
            request: &[u8],
            actor: &str,
        ) -> Result<Vec<u8>, Problem> {
            match id {
                $(OperationId::$name => arm!($name, $answered, daemon, request, actor),)+
            }
        }
    };
}

for_each_operation!(dispatch);

impl Answer for op::GetInventory {
    async fn answer(
        daemon: &ManagerRequests,
        request: GetInventory,
        _: &str,
    ) -> Result<Rows<InventoryRow>, Problem> {
        let seats = daemon.seats.clone();
        Ok(blocking(move || seats.inventory(&request)).await?.into())
    }
}

impl Answer for op::GetUsage {
    async fn answer(daemon: &ManagerRequests, request: GetUsage, _: &str) -> Result<Rows<UsageRow>, Problem> {
        let seats = daemon.seats.clone();
        Ok(blocking(move || holders::sorted(seats.usage(&request)))
            .await?
            .into())
    }
}

impl Answer for op::GetQueue {
    async fn answer(daemon: &ManagerRequests, request: GetQueue, _: &str) -> Result<Rows<QueueRow>, Problem> {
        let seats = daemon.seats.clone();
        Ok(blocking(move || seats.queue(&request)).await?.into())
    }
}

impl Answer for op::GetReservations {
    async fn answer(
        daemon: &ManagerRequests,
        request: GetReservations,
        _: &str,
    ) -> Result<Rows<ReservationRow>, Problem> {
        let seats = daemon.seats.clone();
        Ok(blocking(move || seats.reservations(&request)).await?.into())
    }
}

impl Answer for op::GetDenials {
    async fn answer(
        daemon: &ManagerRequests,
        request: GetDenials,
        _: &str,
    ) -> Result<Rows<DenialRow>, Problem> {
        let rows = daemon.seats.denials(&request).await;
        Ok(rows.map_err(|error| error.problem())?.into())
    }
}

impl Answer for op::GetAssignmentEvents {
    async fn answer(
        daemon: &ManagerRequests,
        request: GetAssignmentEvents,
        _: &str,
    ) -> Result<Rows<AssignmentEventRow>, Problem> {
        let rows = daemon.seats.assignment_events(&request).await;
        let rows = rows.map_err(|error| error.problem())?;
        if rows.len() > MOST_EVENTS as usize {
            let detail = format!("There are more than {MOST_EVENTS} events of assigned seats.");
            return Err(Problem::new(ErrorCode::RequestTooLarge, detail)
                .advise("Ask for a part: the newest, or what happened since or until a point in time."));
        }
        Ok(rows.into())
    }
}

impl Answer for op::RevokeLeases {
    async fn answer(
        daemon: &ManagerRequests,
        request: RevokeLeases,
        actor: &str,
    ) -> Result<Rows<UsageRow>, Problem> {
        let filter = RevokeFilter::new(&request).ok_or_else(|| {
            Problem::new(
                ErrorCode::InvalidFilter,
                "The request names no lease id, feature, user or device.",
            )
        })?;
        let rows = daemon.seats.revoke(filter, actor).await;
        Ok(rows.map_err(|error| error.problem())?.into())
    }
}
