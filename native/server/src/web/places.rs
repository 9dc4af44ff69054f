//! How much one account may have under way.
//!
//! A request holds its place until its answer has been sent, or its connection is gone, so that answers that nobody
//! reads cannot pile up. Whoever lets the server wait for the rest of a request, or does not take an answer, loses the
//! place to an account that has none.

mod bodies;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use licensing_api::{ErrorCode, Problem};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(super) use bodies::HoldingBody;
use bodies::{AnswerInPlace, PartsInPlace};

/// How long a request waits for a place.
const WAIT: Duration = Duration::from_secs(10);

/// Seconds after which whoever got no place may try again.
const RETRY_SECONDS: u32 = 5;

/// How long a peer may let the server wait before its place may be taken by an account that has none.
const UNDISTURBED: Duration = Duration::from_millis(500);

/// How long an account that lost a place can neither take one of the last places nor that of another.
const SLOW: Duration = Duration::from_secs(60);

/// How many requests may be under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// In all.
    pub(super) total: usize,
    /// Of one account.
    pub(super) of_account: usize,
    /// Of the total, how many are only for accounts that have none under way.
    pub(super) kept: usize,
    /// How many of one account may wait.
    pub(super) waiting: usize,
}

/// Places for the requests of all accounts.
#[derive(Debug)]
pub(super) struct Places {
    bounds: Bounds,
    table: Mutex<Table>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Table {
    accounts: HashMap<i64, Counts>,
    /// Those whose peers let the server wait, by number.
    waiting_for_peers: HashMap<u64, WaitingForPeer>,
    next: u64,
}

#[derive(Debug, Default)]
struct Counts {
    under_way: usize,
    waiting: usize,
    /// Until when the account counts as slow.
    slow_until: Option<Instant>,
}

#[derive(Debug)]
struct WaitingForPeer {
    account: i64,
    since: Instant,
    hold: Arc<Hold>,
}

/// What a place has that can be taken away.
#[derive(Debug, Default)]
struct Hold {
    lost: CancellationToken,
    /// What is left of an answer.
    answer: Mutex<Bytes>,
}

/// A place of one request; dropping it makes it free.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    account: i64,
    number: u64,
    hold: Arc<Hold>,
}

/// A request that waits for a place.
struct Waiting<'a> {
    places: &'a Places,
    account: i64,
}

enum Entered {
    In(Place),
    /// Full; a place can be taken away then.
    Until(Instant),
    Full,
}

impl Places {
    pub(super) fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self {
            bounds,
            table: Mutex::default(),
            freed: Notify::new(),
        })
    }

    /// Takes a place, after waiting for one if need be.
    ///
    /// # Errors
    /// `TooManyRequests` when none became free in time, or too many requests of the account wait already.
    pub(super) async fn enter(self: &Arc<Self>, account: i64) -> Result<Place, Problem> {
        if let Entered::In(place) = self.try_enter(account) {
            return Ok(place);
        }
        let _waiting = Waiting::begin(self, account)?;
        tokio::time::timeout(WAIT, async {
            loop {
                let freed = self.freed.notified();
                match self.try_enter(account) {
                    Entered::In(place) => return place,
                    Entered::Full => freed.await,
                    Entered::Until(instant) => tokio::select! {
                        () = freed => {}
                        () = tokio::time::sleep_until(instant) => {}
                    },
                }
            }
        })
        .await
        .map_err(|_| too_many())
    }

    fn try_enter(self: &Arc<Self>, account: i64) -> Entered {
        let mut table = self.table();
        let now = Instant::now();
        let total: usize = table.accounts.values().map(|counts| counts.under_way).sum();
        let counts = table.accounts.get(&account);
        let own = counts.map_or(0, |counts| counts.under_way);
        let is_slow = counts.is_some_and(|counts| counts.is_slow(now));
        if own >= self.bounds.of_account {
            return Entered::Full;
        }
        let may_take_all = own == 0 && !is_slow;
        let room = if may_take_all {
            self.bounds.total
        } else {
            self.bounds.total - self.bounds.kept
        };
        if total >= room {
            if !may_take_all {
                return Entered::Full;
            }
            match table.slowest() {
                None => return Entered::Full,
                Some((_, since)) if now < since + UNDISTURBED => return Entered::Until(since + UNDISTURBED),
                Some((number, _)) => table.take_away(number, now),
            }
        }
        table.accounts.entry(account).or_default().under_way += 1;
        table.next += 1;
        Entered::In(Place {
            places: Arc::clone(self),
            account,
            number: table.next,
            hold: Arc::default(),
        })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock()
    }
}

impl Table {
    /// The place whose peer has let the server wait for the longest time, and since when.
    fn slowest(&self) -> Option<(u64, Instant)> {
        let places = self.waiting_for_peers.iter();
        places
            .map(|(number, waiting)| (*number, waiting.since))
            .min_by_key(|(_, since)| *since)
    }

    fn take_away(&mut self, number: u64, now: Instant) {
        let Some(WaitingForPeer { account, hold, .. }) = self.waiting_for_peers.remove(&number) else {
            return;
        };
        hold.lost.cancel();
        *hold.answer.lock() = Bytes::new();
        self.leave(account, |counts| {
            counts.under_way -= 1;
            counts.slow_until = Some(now + SLOW);
        });
    }

    fn leave(&mut self, account: i64, change: impl FnOnce(&mut Counts)) {
        let now = Instant::now();
        if let Some(counts) = self.accounts.get_mut(&account) {
            change(counts);
            if counts.under_way == 0 && counts.waiting == 0 && !counts.is_slow(now) {
                self.accounts.remove(&account);
            }
        }
    }
}

impl Counts {
    fn is_slow(&self, now: Instant) -> bool {
        self.slow_until.is_some_and(|until| now < until)
    }
}

impl<'a> Waiting<'a> {
    fn begin(places: &'a Places, account: i64) -> Result<Self, Problem> {
        let mut table = places.table();
        let counts = table.accounts.entry(account).or_default();
        if counts.waiting >= places.bounds.waiting {
            return Err(too_many());
        }
        counts.waiting += 1;
        Ok(Self { places, account })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.places
            .table()
            .leave(self.account, |counts| counts.waiting -= 1);
    }
}

impl Place {
    /// Does what depends on the peer, such as reading the rest of a request.
    ///
    /// # Errors
    /// `TooManyRequests` when the place was taken away meanwhile.
    pub(super) async fn with_peer<T>(
        &self,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        self.wait_for_peer();
        let done = tokio::select! {
            done = work => done,
            () = self.hold.lost.cancelled() => Err(too_slow()),
        };
        if self.peer_came() { done } else { Err(too_slow()) }
    }

    /// The body of an answer. It holds the place until its last piece is handed over, or the place is taken away.
    pub(super) fn answer(self: Arc<Self>, text: Bytes) -> Body {
        let length = text.len();
        *self.hold.answer.lock() = text;
        self.wait_for_peer();
        Body::new(AnswerInPlace::new(self, length))
    }

    /// The body of an answer that is made while it is sent, part by part. It holds the place until its last piece is handed over,
    /// or the place is taken away while the peer lets it wait.
    pub(super) fn answer_in_parts(self: Arc<Self>, parts: Body) -> Body {
        Body::new(PartsInPlace::new(self, parts))
    }

    /// The peer lets the server wait no more; false when it did not, or the place was taken away meanwhile.
    fn peer_came(&self) -> bool {
        let mut table = self.places.table();
        table.waiting_for_peers.remove(&self.number).is_some()
    }

    fn wait_for_peer(&self) {
        let waiting = WaitingForPeer {
            account: self.account,
            since: Instant::now(),
            hold: Arc::clone(&self.hold),
        };
        let mut table = self.places.table();
        // What was taken away is not taken away again.
        if !self.hold.lost.is_cancelled() {
            table.waiting_for_peers.insert(self.number, waiting);
        }
        drop(table);
        // Whoever waits may have it soon.
        self.places.freed.notify_waiters();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.places.table();
        table.waiting_for_peers.remove(&self.number);
        // What was taken away has been counted already.
        if !self.hold.lost.is_cancelled() {
            table.leave(self.account, |counts| counts.under_way -= 1);
        }
        drop(table);
        self.places.freed.notify_waiters();
    }
}

fn too_many() -> Problem {
    Problem::new(
        ErrorCode::TooManyRequests,
        "The account has as many requests under way as it may have, those whose answers were not read yet included.",
    )
    .retry_after(RETRY_SECONDS)
}

fn too_slow() -> Problem {
    Problem::new(
        ErrorCode::TooManyRequests,
        "The request came in slowly, and its place was needed for another account.",
    )
    .retry_after(RETRY_SECONDS)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::body::HttpBody;
    use futures_util::FutureExt;
    use http_body_util::BodyExt;

    use super::bodies::PIECE;
    use super::*;

    fn places() -> Arc<Places> {
        Places::new(Bounds {
            total: 4,
            of_account: 2,
            kept: 1,
            waiting: 3,
        })
    }

    #[tokio::test]
    async fn one_account_leaves_room_for_others() {
        let places = places();
        let first = places.enter(1).await.unwrap();
        let _second = places.enter(1).await.unwrap();
        let mut third = Box::pin(places.enter(1));
        assert!((&mut third).now_or_never().is_none());
        let _of_two = places.enter(2).await.unwrap();
        assert!(
            places.enter(2).now_or_never().is_none(),
            "the last place is kept for others"
        );
        let of_three = places.enter(3).now_or_never().unwrap().unwrap();
        drop(of_three);
        drop(first);
        third.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends() {
        let places = places();
        let _held = [places.enter(1).await.unwrap(), places.enter(1).await.unwrap()];
        let problem = places.enter(1).await.unwrap_err();
        assert_eq!(problem.code, ErrorCode::TooManyRequests);
        let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(places.enter(1))).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        assert!(places.enter(1).now_or_never().unwrap().is_err(), "too many wait");
        drop((waiting, _held));
        assert!(places.table().accounts.is_empty());
    }

    #[tokio::test]
    async fn a_body_holds_its_place_until_its_last_piece_is_taken() {
        let places = places();
        let place = places.enter(1).await.unwrap();
        let mut body = HoldingBody::new(Body::from(vec![7; PIECE * 2 + 1]), Some(place));
        for (length, left) in [(PIECE, PIECE + 1), (PIECE, 1), (1, 0)] {
            assert!(!places.table().accounts.is_empty());
            let frame = body.frame().await.unwrap().unwrap();
            assert_eq!(frame.into_data().unwrap().len(), length);
            assert_eq!(body.size_hint().exact(), Some(left as u64));
        }
        assert!(body.is_end_stream());
        drop(body);
        assert!(places.table().accounts.is_empty());
    }

    async fn read_all(body: Body) -> Result<usize, axum::Error> {
        Ok(body.collect().await?.to_bytes().len())
    }

    #[tokio::test(start_paused = true)]
    async fn slow_peers_make_room_for_accounts_that_have_no_place() {
        let places = places();
        let mut answers = Vec::new();
        for account in 1..=4 {
            let place = Arc::new(places.enter(account).await.unwrap());
            answers.push(place.answer(Bytes::from(vec![7; 1_000_000])));
            tokio::time::advance(Duration::from_millis(100)).await;
        }
        let begun = Instant::now();
        let place = places.enter(5).await.unwrap();
        assert!(begun.elapsed() <= UNDISTURBED);
        let lost = answers.remove(0);
        read_all(lost).await.unwrap_err();
        assert_eq!(
            read_all(answers.remove(0)).await.unwrap(),
            1_000_000,
            "the others have theirs"
        );
        // Nobody lets the server wait any more: who came first is served first.
        drop(answers);
        let held = [places.enter(6).await.unwrap(), places.enter(7).await.unwrap()];
        let _last = places.enter(8).await.unwrap();
        tokio::time::advance(UNDISTURBED).await;
        assert!(places.enter(9).now_or_never().is_none());
        // An account that was slow cannot have the last place for a time.
        drop(held);
        let _held = places.enter(6).await.unwrap();
        assert!(places.enter(1).now_or_never().is_none());
        assert!(places.enter(10).now_or_never().unwrap().is_ok());
        drop(place);
    }

    #[tokio::test(start_paused = true)]
    async fn lists_in_parts_make_room_while_the_peer_lets_them_wait_and_not_while_they_are_made() {
        let places = places();
        let list = |place: Place, parts: Body| Arc::new(place).answer_in_parts(parts);
        let slow = places.enter(1).await.unwrap();
        let part: Result<Bytes, std::io::Error> = Ok(Bytes::from(vec![7; 2 * PIECE]));
        let mut slow = list(slow, Body::from_stream(futures_util::stream::iter([part])));
        slow.frame().await.unwrap().unwrap();
        let endless = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        let mut working = list(places.enter(2).await.unwrap(), endless);
        assert!(working.frame().now_or_never().is_none());
        let _held = [places.enter(3).await.unwrap(), places.enter(4).await.unwrap()];
        tokio::time::advance(UNDISTURBED).await;
        let _fifth = places.enter(5).now_or_never().unwrap().unwrap();
        read_all(slow).await.unwrap_err();
        tokio::time::advance(UNDISTURBED).await;
        assert!(places.enter(6).now_or_never().is_none(), "nobody else is slow");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_dribbles_in_is_told_that_it_lost_its_place() {
        let places = places();
        let slow: Vec<_> = futures_util::future::join_all((1..=4).map(|account| places.enter(account)))
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let reading = futures_util::future::join_all(
            slow.iter()
                .map(|place| place.with_peer(std::future::pending::<Result<(), Problem>>())),
        );
        let (entered, _) = tokio::join!(places.enter(5), tokio::time::timeout(UNDISTURBED * 2, reading));
        entered.unwrap();
        assert_eq!(
            slow.iter().filter(|place| place.hold.lost.is_cancelled()).count(),
            1
        );
        let mut served = 0;
        for place in &slow {
            served += usize::from(place.with_peer(async { Ok(()) }).await.is_ok());
        }
        assert_eq!(served, 3, "the others go on");
    }
}
