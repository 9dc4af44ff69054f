//! The threads that hash passwords: a fixed number, each with its own memory that it uses again and again, behind a
//! queue of fixed length.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::thread;

use licensing_api::{ErrorCode, Problem};
use licensing_net::network_of;
use parking_lot::{Condvar, Mutex, MutexGuard};
use tokio::sync::oneshot;

use super::password::HashMemory;

/// What may wait in each lane.
const LANE: usize = 64;

/// What strangers from one address may have waiting.
const OF_ONE_ADDRESS: usize = 32;

/// Seconds after which whoever finds a lane full may try again.
const RETRY_SECONDS: u32 = 2;

/// Who is waiting for a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Accounts at addresses from which they have signed in, and signed-in administrators who set a password.
    Known,
    /// Everybody else, with their address.
    Stranger(IpAddr),
}

type Work = Box<dyn FnOnce(&mut HashMemory) + Send>;

#[derive(Default)]
struct Lanes {
    known: VecDeque<Work>,
    strangers: VecDeque<(IpAddr, Work)>,
    ended: bool,
}

#[derive(Default)]
struct Shared {
    lanes: Mutex<Lanes>,
    ready: Condvar,
}

/// Work that was taken in.
pub(super) struct Pending<T>(oneshot::Receiver<T>);

/// Two threads, one for each lane; an idle one helps the other. Work that was taken in is done, whether or not anybody
/// still waits for it.
pub(super) struct HashingThreads(Arc<Shared>);

impl std::fmt::Debug for HashingThreads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HashingThreads").finish_non_exhaustive()
    }
}

impl HashingThreads {
    /// Starts them.
    ///
    /// # Errors
    /// When the system has no more threads.
    pub(super) fn start() -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let threads = Self(Arc::clone(&shared));
        for known_first in [true, false] {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name("passwords".to_owned())
                .spawn(move || shared.work(known_first))?;
        }
        Ok(threads)
    }

    /// Takes work in at once and answers with its outcome.
    ///
    /// # Errors
    /// `TooManyRequests` when the lane is full; then nothing is done.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce(&mut HashMemory) -> T + Send + 'static,
    ) -> Result<Pending<T>, Problem> {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |memory| {
            // Whoever asked may be gone.
            let _ = answer.send(work(memory));
        });
        self.0.lanes().push(lane, work)?;
        // All of them, as each prefers another lane.
        self.0.ready.notify_all();
        Ok(Pending(answered))
    }
}

impl<T> Pending<T> {
    /// The outcome.
    ///
    /// # Errors
    /// When the work panicked.
    pub(super) async fn outcome(self) -> Result<T, Problem> {
        self.0
            .await
            .map_err(|_| Problem::new(ErrorCode::UnknownError, "A password could not be hashed."))
    }
}

impl Drop for HashingThreads {
    fn drop(&mut self) {
        self.0.lanes().ended = true;
        self.0.ready.notify_all();
    }
}

impl Lanes {
    fn push(&mut self, lane: Lane, work: Work) -> Result<(), Problem> {
        let full = || {
            Problem::new(
                ErrorCode::TooManyRequests,
                "Too many passwords wait to be checked.",
            )
            .retry_after(RETRY_SECONDS)
        };
        match lane {
            Lane::Known if self.known.len() < LANE => self.known.push_back(work),
            Lane::Known => return Err(full()),
            Lane::Stranger(address) => {
                let address = network_of(address);
                let of_address = self.strangers.iter().filter(|(other, _)| *other == address);
                if of_address.count() >= OF_ONE_ADDRESS || self.strangers.len() >= LANE {
                    return Err(full());
                }
                self.strangers.push_back((address, work));
            }
        }
        Ok(())
    }

    fn next(&mut self, known_first: bool) -> Option<Work> {
        if known_first && let Some(work) = self.known.pop_front() {
            return Some(work);
        }
        let stranger = self.strangers.pop_front().map(|(_, work)| work);
        stranger.or_else(|| self.known.pop_front())
    }
}

impl Shared {
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock()
    }

    fn work(&self, known_first: bool) {
        let mut memory = HashMemory::default();
        let mut lanes = self.lanes();
        loop {
            if let Some(work) = lanes.next(known_first) {
                drop(lanes);
                work(&mut memory);
                lanes = self.lanes();
            } else if lanes.ended {
                return;
            } else {
                self.ready.wait(&mut lanes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::mpsc;

    use super::*;

    fn stranger(last: u8) -> Lane {
        Lane::Stranger(IpAddr::from([192, 0, 2, last]))
    }

    #[tokio::test]
    async fn strangers_cannot_fill_the_lane_of_those_who_are_known() {
        let threads = HashingThreads::start().unwrap();
        let (release, gate) = mpsc::channel::<()>();
        let gate = Mutex::new(gate);
        let block = Arc::new(move || {
            let _ = gate.lock().recv();
        });
        let mut taken = 0;
        for number in 0..200u8 {
            let block = Arc::clone(&block);
            let submitted = threads.submit(stranger(number), move |_| block());
            taken += usize::from(submitted.is_ok());
        }
        // One or two are being worked on.
        assert!((LANE..=LANE + 2).contains(&taken), "{taken}");
        let known = threads.submit(Lane::Known, |_| 7).unwrap();
        drop(release);
        assert_eq!(known.outcome().await.unwrap(), 7);
    }

    #[test]
    fn one_address_has_a_part_of_the_queue() {
        let mut lanes = Lanes::default();
        let taken = (0..100).filter(|_| lanes.push(stranger(1), Box::new(|_| {})).is_ok());
        assert_eq!(taken.count(), OF_ONE_ADDRESS);
        lanes.push(stranger(2), Box::new(|_| {})).unwrap();
    }

    #[test]
    fn work_is_done_although_nobody_waits_for_it() {
        let threads = HashingThreads::start().unwrap();
        let (done, is_done) = mpsc::channel();
        drop(
            threads
                .submit(stranger(1), move |_| done.send(()).unwrap())
                .unwrap(),
        );
        is_done.recv_timeout(std::time::Duration::from_secs(60)).unwrap();
    }
}
