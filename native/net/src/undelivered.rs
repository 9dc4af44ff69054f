//! How much of their answers the peers of a port may let wait, in all.
//!
//! What waits for its peer takes memory: the piece of an answer that was handed to the transport, or the first one that it
//! has not taken yet. When all peers together let too much wait, the connection that has most of it ends.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

/// What an answer takes besides its bytes.
const OF_EACH_ANSWER: usize = 4 * 1024;

/// The answers of one port that wait for their peers.
pub(crate) struct Undelivered {
    most: usize,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    next: u64,
    total: usize,
    connections: HashMap<u64, Waiting>,
}

struct Waiting {
    bytes: usize,
    cut: CancellationToken,
}

/// The part of one connection.
pub(crate) struct Share {
    undelivered: Arc<Undelivered>,
    number: u64,
    cut: CancellationToken,
}

impl Undelivered {
    /// The peers may let so many bytes wait.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            table: Mutex::default(),
        })
    }

    /// A connection begins.
    pub(crate) fn share(self: &Arc<Self>) -> Share {
        let mut table = self.table.lock();
        table.next += 1;
        Share {
            undelivered: Arc::clone(self),
            number: table.next,
            cut: CancellationToken::new(),
        }
    }
}

impl Share {
    /// A piece of so many bytes waits for the peer; gives what [`Self::taken`] needs.
    pub(crate) fn waits(&self, bytes: usize) -> usize {
        let bytes = bytes.saturating_add(OF_EACH_ANSWER);
        let mut table = self.undelivered.table.lock();
        if self.cut.is_cancelled() {
            return 0;
        }
        table.total += bytes;
        let waiting = table.connections.entry(self.number).or_insert_with(|| Waiting {
            bytes: 0,
            cut: self.cut.clone(),
        });
        waiting.bytes += bytes;
        while table.total > self.undelivered.most && table.cut_heaviest() {}
        bytes
    }

    /// The peer has taken a piece.
    pub(crate) fn taken(&self, bytes: usize) {
        let mut table = self.undelivered.table.lock();
        if let Some(waiting) = table.connections.get_mut(&self.number) {
            waiting.bytes -= bytes;
            let is_empty = waiting.bytes == 0;
            table.total -= bytes;
            if is_empty {
                table.connections.remove(&self.number);
            }
        }
    }

    /// Ends when the connection has to end.
    pub(crate) async fn cut(&self) {
        self.cut.cancelled().await;
    }
}

impl Table {
    fn cut_heaviest(&mut self) -> bool {
        let heaviest = self.connections.iter().max_by_key(|(_, waiting)| waiting.bytes);
        let Some(number) = heaviest.map(|(number, _)| *number) else {
            return false;
        };
        if let Some(waiting) = self.connections.remove(&number) {
            self.total -= waiting.bytes;
            waiting.cut.cancel();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: usize = 32 * 1024 * 1024;
    const PIECE: usize = 1024 * 1024;

    fn is_empty(undelivered: &Undelivered) -> bool {
        let table = undelivered.table.lock();
        table.total == 0 && table.connections.is_empty()
    }

    #[test]
    fn the_heaviest_connection_ends_when_too_much_waits() {
        let undelivered = Undelivered::new(BYTES);
        let (light, heavy) = (undelivered.share(), undelivered.share());
        let small = light.waits(100);
        let pieces: Vec<usize> = (0..BYTES / PIECE + 1).map(|_| heavy.waits(PIECE)).collect();
        assert!(heavy.cut.is_cancelled() && !light.cut.is_cancelled());
        // What it gives back afterwards was given back already.
        pieces.into_iter().for_each(|bytes| heavy.taken(bytes));
        assert_eq!(undelivered.table.lock().total, small);
        light.taken(small);
        assert!(is_empty(&undelivered));
    }

    #[test]
    fn what_is_taken_in_time_bothers_nobody() {
        let undelivered = Undelivered::new(BYTES);
        let share = undelivered.share();
        for _ in 0..1_000 {
            let bytes = share.waits(PIECE);
            share.taken(bytes);
        }
        assert!(!share.cut.is_cancelled() && is_empty(&undelivered));
    }

    #[test]
    fn small_answers_of_many_count_as_well() {
        let undelivered = Undelivered::new(BYTES);
        let shares: Vec<_> = (0..1_000).map(|_| undelivered.share()).collect();
        for share in &shares {
            for _ in 0..128 {
                share.waits(10);
            }
        }
        assert!(undelivered.table.lock().total <= BYTES);
        let left = shares.iter().filter(|share| !share.cut.is_cancelled()).count();
        assert!(left < 200, "{left}");
    }
}
