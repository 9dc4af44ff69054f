//! How much one account may have under way.
//!
//! A request holds its place until its answer has been sent, or its connection is gone, so that answers that nobody
//! reads cannot pile up.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use licensing_api::{ErrorCode, Problem};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

/// How long a request waits for a place.
const WAIT: Duration = Duration::from_secs(10);

/// Seconds after which whoever got no place may try again.
const RETRY_SECONDS: u32 = 5;

/// Largest piece of an answer that is handed to the connection at once.
const PIECE: usize = 32 * 1024;

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
    accounts: Mutex<HashMap<i64, Counts>>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Counts {
    under_way: usize,
    waiting: usize,
}

/// A place of one request; dropping it makes it free.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    account: i64,
}

/// A request that waits for a place.
struct Waiting<'a> {
    places: &'a Places,
    account: i64,
}

impl Places {
    pub(super) fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self {
            bounds,
            accounts: Mutex::default(),
            freed: Notify::new(),
        })
    }

    /// Takes a place, after waiting for one if need be.
    ///
    /// # Errors
    /// `TooManyRequests` when none became free in time, or too many requests of the account wait already.
    pub(super) async fn enter(self: &Arc<Self>, account: i64) -> Result<Place, Problem> {
        if let Some(place) = self.try_enter(account) {
            return Ok(place);
        }
        let _waiting = Waiting::begin(self, account)?;
        tokio::time::timeout(WAIT, async {
            loop {
                let freed = self.freed.notified();
                if let Some(place) = self.try_enter(account) {
                    return place;
                }
                freed.await;
            }
        })
        .await
        .map_err(|_| too_many())
    }

    fn try_enter(self: &Arc<Self>, account: i64) -> Option<Place> {
        let mut accounts = self.accounts();
        let total: usize = accounts.values().map(|counts| counts.under_way).sum();
        let own = accounts.get(&account).map_or(0, |counts| counts.under_way);
        let room = if own == 0 {
            self.bounds.total
        } else {
            self.bounds.total - self.bounds.kept
        };
        if own >= self.bounds.of_account || total >= room {
            return None;
        }
        accounts.entry(account).or_default().under_way += 1;
        Some(Place {
            places: Arc::clone(self),
            account,
        })
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<i64, Counts>> {
        self.accounts.lock()
    }

    fn leave(&self, account: i64, change: impl FnOnce(&mut Counts)) {
        let mut accounts = self.accounts();
        if let Some(counts) = accounts.get_mut(&account) {
            change(counts);
            if counts.under_way == 0 && counts.waiting == 0 {
                accounts.remove(&account);
            }
        }
    }
}

impl<'a> Waiting<'a> {
    fn begin(places: &'a Places, account: i64) -> Result<Self, Problem> {
        let mut accounts = places.accounts();
        let counts = accounts.entry(account).or_default();
        if counts.waiting >= places.bounds.waiting {
            return Err(too_many());
        }
        counts.waiting += 1;
        Ok(Self { places, account })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.places.leave(self.account, |counts| counts.waiting -= 1);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.leave(self.account, |counts| counts.under_way -= 1);
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

/// An answer's body in pieces, which holds places until the last piece is handed over.
pub(super) struct HoldingBody {
    body: Body,
    rest: Bytes,
    _places: Vec<Arc<Place>>,
}

impl HoldingBody {
    pub(super) fn new(body: Body, places: Vec<Arc<Place>>) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            _places: places,
        }
    }
}

impl HttpBody for HoldingBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                other => return other,
            }
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        let rest = self.rest.len() as u64;
        if let Some(exact) = hint.exact() {
            return SizeHint::with_exact(exact.saturating_add(rest));
        }
        hint.set_lower(hint.lower().saturating_add(rest));
        hint
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use futures_util::FutureExt;
    use http_body_util::BodyExt;

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
        assert!(places.accounts().is_empty());
    }

    #[tokio::test]
    async fn a_body_holds_its_place_until_its_last_piece_is_taken() {
        let places = places();
        let place = Arc::new(places.enter(1).await.unwrap());
        let mut body = HoldingBody::new(Body::from(vec![7; PIECE * 2 + 1]), vec![place]);
        for (length, left) in [(PIECE, PIECE + 1), (PIECE, 1), (1, 0)] {
            assert!(!places.accounts().is_empty());
            let frame = body.frame().await.unwrap().unwrap();
            assert_eq!(frame.into_data().unwrap().len(), length);
            assert_eq!(body.size_hint().exact(), Some(left as u64));
        }
        assert!(body.is_end_stream());
        drop(body);
        assert!(places.accounts().is_empty());
    }
}
