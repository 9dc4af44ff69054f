//! How many sessions each address has open. A connection can carry many, and each takes memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use licensing_api::{ErrorCode, Problem};
use licensing_net::network_of;
use parking_lot::Mutex;

/// Seconds after which whoever has too many may try again.
const RETRY_SECONDS: u32 = 30;

/// The sessions of a daemon.
#[derive(Debug, Clone)]
pub(super) struct OpenSessions {
    /// Most of one address: as many as it may have connections, since a product needs one.
    most: usize,
    by_network: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One session; dropping it makes room.
#[derive(Debug)]
pub(super) struct OpenSession {
    sessions: OpenSessions,
    network: IpAddr,
}

impl OpenSessions {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            by_network: Arc::default(),
        }
    }

    /// Lets an address have one more.
    ///
    /// # Errors
    /// `TooManyRequests` when it has as many as it may.
    pub(super) fn enter(&self, peer: IpAddr) -> Result<OpenSession, Problem> {
        let network = network_of(peer);
        let mut by_network = self.by_network.lock();
        let open = by_network.entry(network).or_default();
        if *open >= self.most {
            let problem = Problem::new(
                ErrorCode::TooManyRequests,
                "This address has as many sessions open as it may have.",
            );
            return Err(problem.retry_after(RETRY_SECONDS));
        }
        *open += 1;
        drop(by_network);
        Ok(OpenSession {
            sessions: self.clone(),
            network,
        })
    }
}

impl Drop for OpenSession {
    fn drop(&mut self) {
        let mut by_network = self.sessions.by_network.lock();
        if let Some(open) = by_network.get_mut(&self.network) {
            *open -= 1;
            if *open == 0 {
                by_network.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_has_so_many_sessions_and_no_more() {
        let sessions = OpenSessions::new(2);
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let first = sessions.enter(one).unwrap();
        let _second = sessions.enter(one).unwrap();
        sessions.enter(one).unwrap_err();
        drop(sessions.enter(other).unwrap());
        drop(first);
        drop(sessions.enter(one).unwrap());
        assert_eq!(sessions.by_network.lock().len(), 1);
    }
}
