//! Bodies that end in time, and bodies that tell when they end.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use http_body_util::Limited;
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::Sleep;

use crate::activity::UnderWay;

/// A request body took longer than allowed.
#[derive(Debug, thiserror::Error)]
#[error("the request body did not arrive in time")]
pub(crate) struct BodyTooSlow;

/// A request body that is bounded in size and time.
pub(crate) struct BoundedBody {
    body: Limited<Incoming>,
    deadline: Pin<Box<Sleep>>,
}

impl BoundedBody {
    pub(crate) fn new(body: Incoming, bytes: usize, time: Duration) -> Self {
        Self {
            body: Limited::new(body, bytes),
            deadline: Box::pin(tokio::time::sleep(time)),
        }
    }
}

impl HttpBody for BoundedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame);
        }
        ready!(self.deadline.as_mut().poll(context));
        Poll::Ready(Some(Err(Box::new(BodyTooSlow))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body: the request is under way until it is sent.
pub(crate) struct CountedBody {
    body: Body,
    _under_way: UnderWay,
}

impl CountedBody {
    pub(crate) fn new(body: Body, under_way: UnderWay) -> Self {
        Self {
            body,
            _under_way: under_way,
        }
    }
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
