//! Answers have to be taken at a minimum rate.
//!
//! The transport asks the body of an answer for its next piece as soon as there is room for it: in HTTP/1 when the socket
//! took the last ones, in HTTP/2 when the windows allow it. So while it does not ask, it is the peer that lets the answer
//! wait; while the body has nothing yet, it is the server. What a peer does not take keeps its memory and its place.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::undelivered::Share;

/// Bytes a second that a peer takes at least.
const BYTES_PER_SECOND: u64 = 64 * 1024;

/// The answers of one connection.
pub(crate) struct Deliveries {
    /// Free places are used again.
    answers: Mutex<Vec<Option<Answer>>>,
    share: Share,
}

/// One answer, until all of it is handed over or it is given up.
pub(crate) struct Delivery {
    deliveries: Arc<Deliveries>,
    index: usize,
}

struct Answer {
    /// Since when the peer lets it wait; none while the server does.
    since: Option<Instant>,
    /// How long the peer has let it wait, less the time that its bytes had.
    waited: Duration,
    /// The time that the last piece has.
    earned: Duration,
    /// What of the share waits.
    held: usize,
}

impl Deliveries {
    pub(crate) fn new(share: Share) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::default(),
            share,
        })
    }

    /// An answer begins; the peer has to take its first piece, of so many bytes.
    pub(crate) fn begin(self: &Arc<Self>, bytes: usize) -> Delivery {
        let answer = Some(Answer {
            since: Some(Instant::now()),
            waited: Duration::ZERO,
            earned: earned(bytes),
            held: self.share.waits(bytes),
        });
        let mut answers = self.answers.lock();
        let free = answers.iter().position(Option::is_none);
        let index = free.unwrap_or(answers.len());
        match answers.get_mut(index) {
            Some(place) => *place = answer,
            None => answers.push(answer),
        }
        drop(answers);
        Delivery {
            deliveries: Arc::clone(self),
            index,
        }
    }

    /// When the first of the answers has waited for its peer for this time; none while none waits for it.
    pub(crate) fn deadline(&self, patience: Duration) -> Option<Instant> {
        let answers = self.answers.lock();
        let deadlines = answers.iter().flatten().filter_map(|answer| {
            let since = answer.since?;
            Some(
                since
                    + patience
                        .saturating_add(answer.earned)
                        .saturating_sub(answer.waited),
            )
        });
        deadlines.min()
    }

    /// Ends when the peers of the port let too much wait, and this one most of it.
    pub(crate) async fn cut(&self) {
        self.share.cut().await;
    }
}

/// The time that the peer has for so many bytes.
fn earned(bytes: usize) -> Duration {
    Duration::from_millis((bytes as u64).saturating_mul(1000) / BYTES_PER_SECOND)
}

impl Delivery {
    /// The transport asks for the next piece.
    pub(crate) fn asked(&self) {
        self.with(|answer, share| {
            share.taken(std::mem::take(&mut answer.held));
            if let Some(since) = answer.since.take() {
                let waited = answer.waited.saturating_add(since.elapsed());
                answer.waited = waited.saturating_sub(answer.earned);
                answer.earned = Duration::ZERO;
            }
        });
    }

    /// It was given a piece of so many bytes.
    pub(crate) fn gave(&self, bytes: usize) {
        self.with(|answer, share| {
            answer.held = share.waits(bytes);
            answer.earned = earned(bytes);
            answer.since = Some(Instant::now());
        });
    }

    fn with(&self, change: impl FnOnce(&mut Answer, &Share)) {
        let mut answers = self.deliveries.answers.lock();
        if let Some(Some(answer)) = answers.get_mut(self.index) {
            change(answer, &self.deliveries.share);
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let mut answers = self.deliveries.answers.lock();
        if let Some(answer) = answers.get_mut(self.index).and_then(Option::take) {
            self.deliveries.share.taken(answer.held);
        }
        if answers.iter().all(Option::is_none) {
            // What one burst of answers needed is not kept for the rest of the connection.
            answers.clear();
            answers.shrink_to(4);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    use crate::undelivered::Undelivered;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn deliveries() -> Arc<Deliveries> {
        Deliveries::new(Undelivered::new(1 << 20).share())
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_or_too_little_runs_out_of_time() {
        let deliveries = deliveries();
        assert_eq!(deliveries.deadline(PATIENCE), None);
        let silent = deliveries.begin(0);
        let begun = Instant::now();
        assert_eq!(deliveries.deadline(PATIENCE), Some(begun + PATIENCE));
        drop(silent);
        assert_eq!(deliveries.deadline(PATIENCE), None);
        // One byte every ten seconds.
        let slow = deliveries.begin(0);
        for _ in 0..3 {
            tokio::time::advance(Duration::from_secs(10)).await;
            slow.asked();
            assert_eq!(
                deliveries.deadline(PATIENCE),
                None,
                "now the server has to do something"
            );
            slow.gave(1);
        }
        assert_eq!(deliveries.deadline(PATIENCE), Some(Instant::now()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_enough_has_all_the_time_it_needs() {
        let deliveries = deliveries();
        let delivery = deliveries.begin(0);
        for _ in 0..100 {
            tokio::time::advance(Duration::from_secs(1)).await;
            delivery.asked();
            // The server's own delays do not count.
            tokio::time::advance(Duration::from_secs(60)).await;
            delivery.gave(64 * 1024);
            assert!(deliveries.deadline(PATIENCE).unwrap() >= Instant::now() + PATIENCE);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn places_are_used_again() {
        let deliveries = deliveries();
        let many: Vec<_> = (0..100).map(|_| deliveries.begin(0)).collect();
        drop(many);
        let first = deliveries.begin(0);
        tokio::time::advance(Duration::from_secs(1)).await;
        let second = deliveries.begin(0);
        drop(first);
        assert_eq!(deliveries.deadline(PATIENCE), Some(Instant::now() + PATIENCE));
        assert_eq!(deliveries.answers.lock().len(), 2);
        drop(second);
    }
}
