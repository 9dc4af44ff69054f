//! Bodies that end in time, and bodies that tell when they end.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use http_body_util::Limited;
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

use crate::activity::{Activity, UnderWay};
use crate::deliveries::Delivery;

/// A request body took longer than allowed.
#[derive(Debug, thiserror::Error)]
#[error("the request body did not arrive in time")]
pub(crate) struct BodyTooSlow;

/// Time for the first bytes of a body.
const FIRST_BYTES: Duration = Duration::from_secs(10);

/// Bytes a second that a body brings at least after that.
const BYTES_PER_SECOND: u64 = 64 * 1024;

/// A request body that is bounded in size and time, and has to arrive at a minimum rate. Its time begins when it is first
/// asked for: it may have to wait for its turn before.
pub(crate) struct BoundedBody {
    body: Limited<Incoming>,
    time: Duration,
    received: u64,
    begun: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl BoundedBody {
    pub(crate) fn new(body: Incoming, bytes: usize, time: Duration) -> Self {
        Self {
            body: Limited::new(body, bytes),
            time,
            received: 0,
            begun: None,
        }
    }
}

/// How long a body may have taken when so much of it has arrived.
fn allowed(received: u64, time: Duration) -> Duration {
    let earned = Duration::from_millis(received.saturating_mul(1000) / BYTES_PER_SECOND);
    FIRST_BYTES.saturating_add(earned).min(time)
}

impl HttpBody for BoundedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let (begun, deadline) = this.begun.get_or_insert_with(|| {
            let now = Instant::now();
            (
                now,
                Box::pin(tokio::time::sleep_until(now + allowed(0, this.time))),
            )
        });
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            if let Some(Ok(frame)) = &frame {
                let length = frame.data_ref().map_or(0, Bytes::len);
                this.received = this.received.saturating_add(length as u64);
                deadline
                    .as_mut()
                    .reset(*begun + allowed(this.received, this.time));
            }
            return Poll::Ready(frame);
        }
        ready!(deadline.as_mut().poll(context));
        Poll::Ready(Some(Err(Box::new(BodyTooSlow))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body: the request is under way until it is sent, and the peer has to take it.
pub(crate) struct CountedBody {
    /// The first piece, until it is taken.
    first: Option<Result<Frame<Bytes>, axum::Error>>,
    body: Body,
    /// The body has said that it has ended, and must not be asked again.
    ended: bool,
    delivery: Delivery,
    _under_way: UnderWay,
}

impl CountedBody {
    /// Has the first piece made at once where that needs no waiting, so that its size is known.
    pub(crate) async fn begin(mut body: Body, activity: &Activity, under_way: UnderWay) -> Self {
        let made = poll_fn(|context| Poll::Ready(Pin::new(&mut body).poll_frame(context))).await;
        let ended = matches!(made, Poll::Ready(None));
        let first = match made {
            Poll::Ready(first) => first,
            Poll::Pending => None,
        };
        Self {
            delivery: activity.deliver(length(first.as_ref())),
            first,
            body,
            ended,
            _under_way: under_way,
        }
    }
}

/// Bytes of a piece.
fn length(piece: Option<&Result<Frame<Bytes>, axum::Error>>) -> usize {
    let frame = piece.and_then(|piece| piece.as_ref().ok());
    frame.and_then(Frame::data_ref).map_or(0, Bytes::len)
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.delivery.asked();
        let piece = match self.first.take() {
            Some(first) => Some(first),
            None if self.ended => None,
            None => ready!(Pin::new(&mut self.body).poll_frame(context)),
        };
        if matches!(piece, Some(Ok(_))) {
            self.delivery.gave(length(piece.as_ref()));
        }
        Poll::Ready(piece)
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && (self.ended || self.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let first = length(self.first.as_ref()) as u64;
        let rest = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(first));
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(first));
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_earns_its_time() {
        let time = Duration::from_secs(30);
        assert_eq!(allowed(0, time), FIRST_BYTES);
        assert_eq!(allowed(5 * BYTES_PER_SECOND, time), Duration::from_secs(15));
        assert_eq!(allowed(u64::MAX, time), time);
        assert_eq!(allowed(0, Duration::from_secs(2)), Duration::from_secs(2));
    }
}
