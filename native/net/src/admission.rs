//! Who gets in: counts of connections, and who makes room.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{Limits, network_of};

/// Time that a connection has for its first request before it may have to make room for others of its own address.
/// Meanwhile those wait to be accepted: a flood slows itself down and cannot push out who is about to ask.
const GRACE: Duration = Duration::from_secs(1);

/// The connections of one port.
pub(crate) struct Admission {
    connections: usize,
    connections_per_address: usize,
    pending_connections: usize,
    table: Mutex<Table>,
    /// Told when a pending connection has left.
    left: Notify,
}

struct Pending {
    since: Instant,
    evicted: CancellationToken,
}

enum Answer {
    In(Ticket),
    Refused,
    /// Try again then, or when another has left.
    Wait(Instant),
}

#[derive(Default)]
struct Table {
    next: u64,
    total: usize,
    by_network: HashMap<IpAddr, usize>,
    /// Without a request so far, oldest first.
    pending: HashMap<IpAddr, BTreeMap<u64, Pending>>,
    pending_total: usize,
}

/// The place of one connection; dropping it makes it free.
pub(crate) struct Ticket {
    admission: Arc<Admission>,
    network: IpAddr,
    number: u64,
    evicted: CancellationToken,
}

impl Admission {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            connections: limits.connections,
            connections_per_address: limits.connections_per_address,
            pending_connections: limits.pending_connections,
            table: Mutex::default(),
            left: Notify::new(),
        })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock()
    }

    /// Lets a connection in, if need be by closing one that has not made a request. None: no room.
    pub(crate) async fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Ticket> {
        loop {
            match self.try_admit(network_of(address)) {
                Answer::In(ticket) => return Some(ticket),
                Answer::Refused => return None,
                Answer::Wait(until) => tokio::select! {
                    () = tokio::time::sleep_until(until) => {}
                    () = self.left.notified() => {}
                },
            }
        }
    }

    fn try_admit(self: &Arc<Self>, network: IpAddr) -> Answer {
        let mut table = self.table();
        let here = table.by_network.get(&network).copied().unwrap_or(0);
        if here >= self.connections_per_address && !table.evict_of(network) {
            return Answer::Refused;
        }
        if table.total >= self.connections && !table.evict_busiest() {
            return Answer::Refused;
        }
        if table.pending_total >= self.pending_connections
            && let Some((busiest, oldest)) = table.busiest()
        {
            if busiest == network && oldest.elapsed() < GRACE {
                return Answer::Wait(oldest + GRACE);
            }
            table.evict_of(busiest);
        }
        let number = table.next;
        table.next += 1;
        table.total += 1;
        *table.by_network.entry(network).or_default() += 1;
        let evicted = CancellationToken::new();
        let pending = Pending {
            since: Instant::now(),
            evicted: evicted.clone(),
        };
        table.pending.entry(network).or_default().insert(number, pending);
        table.pending_total += 1;
        Answer::In(Ticket {
            admission: Arc::clone(self),
            network,
            number,
            evicted,
        })
    }

    /// Closes one pending connection, if there is any.
    pub(crate) fn evict_one(&self) {
        self.table().evict_busiest();
    }
}

impl Table {
    /// The network with the most pending connections, and since when its oldest one is pending.
    fn busiest(&self) -> Option<(IpAddr, Instant)> {
        let (network, waiting) = self.pending.iter().max_by_key(|(_, waiting)| waiting.len())?;
        Some((*network, waiting.values().next()?.since))
    }

    fn evict_busiest(&mut self) -> bool {
        self.busiest().is_some_and(|(network, _)| self.evict_of(network))
    }

    fn evict_of(&mut self, network: IpAddr) -> bool {
        let oldest = self
            .pending
            .get(&network)
            .and_then(|waiting| waiting.keys().next().copied());
        let Some(pending) = oldest.and_then(|number| self.leave_pending(network, number)) else {
            return false;
        };
        pending.evicted.cancel();
        self.release(network);
        true
    }

    fn leave_pending(&mut self, network: IpAddr, number: u64) -> Option<Pending> {
        let waiting = self.pending.get_mut(&network)?;
        let pending = waiting.remove(&number)?;
        if waiting.is_empty() {
            self.pending.remove(&network);
        }
        self.pending_total -= 1;
        Some(pending)
    }

    fn release(&mut self, network: IpAddr) {
        self.total -= 1;
        if let Some(count) = self.by_network.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                self.by_network.remove(&network);
            }
        }
    }
}

impl Ticket {
    /// Ends when the connection has to make room.
    pub(crate) async fn evicted(&self) {
        self.evicted.cancelled().await;
    }

    /// The connection has made its first request: it need not make room any more.
    pub(crate) fn establish(&self) {
        self.leave_pending();
    }

    fn leave_pending(&self) {
        let left = self.admission.table().leave_pending(self.network, self.number);
        if left.is_some() {
            self.admission.left.notify_one();
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.leave_pending();
        // Whoever was evicted gave its place back then.
        if !self.evicted.is_cancelled() {
            self.admission.table().release(self.network);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn admission(connections: usize, per_address: usize, pending: usize) -> Arc<Admission> {
        Admission::new(&Limits {
            connections,
            connections_per_address: per_address,
            pending_connections: pending,
            ..Limits::default()
        })
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn is_empty(admission: &Admission) -> bool {
        let table = admission.table();
        table.total == 0
            && table.pending_total == 0
            && table.pending.is_empty()
            && table.by_network.is_empty()
    }

    #[tokio::test]
    async fn the_oldest_of_the_busiest_address_makes_room() {
        let admission = admission(100, 100, 3);
        let first = admission.admit(address(1)).await.unwrap();
        let second = admission.admit(address(2)).await.unwrap();
        let third = admission.admit(address(2)).await.unwrap();
        let fourth = admission.admit(address(3)).await.unwrap();
        let evicted = [&first, &second, &third, &fourth].map(|ticket| ticket.evicted.is_cancelled());
        assert_eq!(evicted, [false, true, false, false]);
        drop((first, second, third, fourth));
        assert!(is_empty(&admission));
    }

    #[tokio::test]
    async fn whoever_made_a_request_keeps_its_place() {
        let admission = admission(2, 2, 10);
        let tickets = [
            admission.admit(address(1)).await.unwrap(),
            admission.admit(address(1)).await.unwrap(),
        ];
        tickets.iter().for_each(Ticket::establish);
        assert!(
            admission.admit(address(2)).await.is_none(),
            "all places are taken by those who work"
        );
        assert!(tickets.iter().all(|ticket| !ticket.evicted.is_cancelled()));
        drop(tickets);
        assert!(is_empty(&admission));
        assert!(admission.admit(address(2)).await.is_some());
    }

    #[tokio::test]
    async fn one_address_cannot_take_all_places() {
        let admission = admission(10, 2, 10);
        let tickets = [
            admission.admit(address(1)).await.unwrap(),
            admission.admit(address(1)).await.unwrap(),
        ];
        tickets.iter().for_each(Ticket::establish);
        assert!(admission.admit(address(1)).await.is_none());
        assert!(admission.admit(address(2)).await.is_some());
    }

    #[tokio::test]
    async fn one_ipv6_host_is_one_address() {
        let admission = admission(10, 1, 10);
        let ticket = admission.admit("2001:db8::1".parse().unwrap()).await.unwrap();
        ticket.establish();
        assert!(admission.admit("2001:db8::2".parse().unwrap()).await.is_none());
        assert!(
            admission
                .admit("2001:db8:0:1::2".parse().unwrap())
                .await
                .is_some()
        );
    }
}
