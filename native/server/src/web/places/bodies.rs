//! Bodies of answers that hold the place of their request.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

use super::Place;

/// Largest piece of an answer that is handed to the connection at once.
pub(super) const PIECE: usize = 32 * 1024;

/// An answer that is kept in its place, so that its memory goes with the place.
pub(super) struct AnswerInPlace {
    place: Arc<Place>,
    left: usize,
}

impl AnswerInPlace {
    /// The answer in the place has so many bytes.
    pub(super) fn new(place: Arc<Place>, left: usize) -> Self {
        Self { place, left }
    }
}

/// The place of the answer was needed for another account.
#[derive(Debug, thiserror::Error)]
#[error("the answer was not taken, and its place was needed for another account")]
pub(super) struct AnswerLost;

impl HttpBody for AnswerInPlace {
    type Data = Bytes;
    type Error = AnswerLost;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, AnswerLost>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let piece = {
            let mut rest = self.place.hold.answer.lock();
            let length = rest.len().min(PIECE);
            // A copy: a piece of the whole would keep all of it in memory until it is sent.
            Bytes::copy_from_slice(&rest.split_to(length))
        };
        if piece.is_empty() {
            return Poll::Ready(Some(Err(AnswerLost)));
        }
        self.left -= piece.len();
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left as u64)
    }
}

/// An answer that is made while it is sent.
pub(super) struct PartsInPlace {
    place: Arc<Place>,
    parts: Body,
    /// What is left of the last part.
    rest: Bytes,
}

impl PartsInPlace {
    pub(super) fn new(place: Arc<Place>, parts: Body) -> Self {
        Self {
            place,
            parts,
            rest: Bytes::new(),
        }
    }
}

impl HttpBody for PartsInPlace {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.place.peer_came();
        if self.place.hold.lost.is_cancelled() {
            return Poll::Ready(Some(Err(AnswerLost.into())));
        }
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.parts).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                // Other frames are trailers, which lists do not have.
                Some(Ok(part)) => self.rest = part.into_data().unwrap_or_default(),
            }
        }
        let length = self.rest.len().min(PIECE);
        // A copy: a piece of the whole would keep all of it in memory until it is sent.
        let piece = Bytes::copy_from_slice(&self.rest.split_to(length));
        self.place.wait_for_peer();
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

/// An answer's body in pieces, which holds the place of its request until the last piece is handed over.
pub(in crate::web) struct HoldingBody {
    body: Body,
    rest: Bytes,
    _place: Option<Place>,
}

impl HoldingBody {
    pub(in crate::web) fn new(body: Body, place: Option<Place>) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            _place: place,
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
