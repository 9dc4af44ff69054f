//! What a client still sends while its request is already answered.
//!
//! A connection that ends with bytes unread loses the answer on its way: the client sees a broken connection instead of
//! the reason why its request was refused. What is left of a body is therefore read and dropped before the answer, within
//! bounds.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::Version;
use http::header::EXPECT;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use parking_lot::Mutex;

/// Most bytes that are read of what nobody wants.
const MOST: usize = 256 * 1024;

/// Longest time for it.
const PATIENCE: Duration = Duration::from_secs(1);

/// Answers, and reads what is left of the body before the answer is sent.
pub async fn take_in(request: Request, next: Next) -> Response {
    // HTTP/2 ends one request without the others, and who asks whether to send the body has not sent it.
    if request.version() >= Version::HTTP_2
        || request.headers().contains_key(EXPECT)
        || request.body().is_end_stream()
    {
        return next.run(request).await;
    }
    let left = Arc::new(Mutex::new(None));
    let request = request.map(|body| {
        Body::new(Watched {
            body: Some(body),
            left: Arc::clone(&left),
        })
    });
    let response = next.run(request).await;
    let body = left.lock().take();
    if let Some(body) = body {
        drain(body).await;
    }
    response
}

/// Who sends more than is read, or slower, sees the end of the connection.
async fn drain(mut body: Body) {
    let reading = async {
        let mut bytes = 0;
        while let Some(Ok(frame)) = body.frame().await {
            bytes += frame.data_ref().map_or(0, Bytes::len);
            if bytes > MOST {
                return;
            }
        }
    };
    if tokio::time::timeout(PATIENCE, reading).await.is_err() {
        tracing::debug!("the rest of a refused request did not arrive in time");
    }
}

/// A body that gives what is left of it back when it is dropped.
struct Watched {
    body: Option<Body>,
    left: Arc<Mutex<Option<Body>>>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(body).poll_frame(context);
        // Of a body that is over or broken nothing is left.
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            *self.left.lock() = Some(body);
        }
    }
}
