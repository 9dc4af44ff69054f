//! Inventories for many who ask at the same time.
//!
//! Everybody gets an inventory that was begun after they asked, and those who ask while another one is made share the next. An
//! account that asks for more of them than a person or a script needs gets one that is at most [`OLDEST`] old, so that
//! dashboards do not slow checkouts down. What administrators change shows in the next inventory in any case.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use licensing_api::Problem;
use licensing_net::RateLimit;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::places::{Place, Places};

/// Age of an inventory that is given to those who ask for many.
const OLDEST: Duration = Duration::from_millis(200);

/// Inventories that an account gets made at once after a pause.
const BURST: u32 = 100;

/// Inventories that an account gets made in a second for ever.
const PER_SECOND: u32 = 5;

/// Different requests whose inventories are kept.
const REQUESTS: usize = 8;

/// Largest inventory that is kept, in bytes. A larger one is made for each who asks, within the bounds of large requests.
const LARGEST: usize = 2 * 1024 * 1024;

/// The inventories that were made last.
pub(super) struct Inventories {
    budget: RateLimit<i64>,
    requests: Mutex<HashMap<Vec<u8>, Arc<Slot>>>,
}

/// The inventory of one request. The lock is held while it is made.
type Slot = tokio::sync::Mutex<Option<Made>>;

struct Made {
    begun: Instant,
    text: Result<Bytes, Problem>,
    /// The same, compressed for the first who takes it so.
    compressed: Option<Bytes>,
}

/// What a request is answered with.
pub(super) enum Answer {
    /// Shared with others.
    Shared(Bytes),
    /// The same, compressed with gzip.
    Compressed(Bytes),
    /// A large one of its own; its place goes when it is sent.
    Own(Vec<u8>, Place),
}

impl Inventories {
    pub(super) fn new() -> Self {
        Self {
            budget: RateLimit::new(BURST, PER_SECOND),
            requests: Mutex::default(),
        }
    }

    /// The inventory that an account asks for; `make` makes it, in a place among the large requests. One that is given to many is
    /// compressed for those who take gzip.
    ///
    /// # Errors
    /// Those of `make`, and `TooManyRequests` when the account has no place for it.
    pub(super) async fn of(
        &self,
        places: &Arc<Places>,
        account: i64,
        request: Vec<u8>,
        takes_gzip: bool,
        make: impl Future<Output = Result<Vec<u8>, Problem>>,
    ) -> Result<Answer, Problem> {
        let asked = Instant::now();
        let slot = self.slot(request);
        if let Some(last) = &mut *slot.lock().await
            && last.begun.elapsed() < OLDEST
            && self.is_greedy(account)
        {
            return last.share(takes_gzip);
        }
        // Before the lock: whoever waits for a place keeps nobody else waiting.
        let place = places.enter(account).await?;
        let mut last = slot.lock().await;
        if let Some(last) = last.as_ref().filter(|last| last.begun >= asked) {
            return last.text.clone().map(Answer::Shared);
        }
        let begun = Instant::now();
        let text = match make.await {
            Ok(text) if text.len() > LARGEST => return Ok(Answer::Own(text, place)),
            made => made.map(Bytes::from),
        };
        *last = Some(Made {
            begun,
            text: text.clone(),
            compressed: None,
        });
        text.map(Answer::Shared)
    }

    /// Something has changed: nobody who asks from now on gets what was begun before.
    pub(super) fn forget(&self) {
        self.requests.lock().clear();
    }

    fn slot(&self, request: Vec<u8>) -> Arc<Slot> {
        let mut requests = self.requests.lock();
        if requests.len() >= REQUESTS && !requests.contains_key(&request) {
            requests.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        if requests.len() >= REQUESTS && !requests.contains_key(&request) {
            return Arc::default();
        }
        Arc::clone(requests.entry(request).or_default())
    }

    fn is_greedy(&self, account: i64) -> bool {
        self.budget.take_of(account, Instant::now().into_std()).is_err()
    }
}

impl Made {
    fn share(&mut self, takes_gzip: bool) -> Result<Answer, Problem> {
        let text = self.text.clone()?;
        if !takes_gzip {
            return Ok(Answer::Shared(text));
        }
        if self.compressed.is_none() {
            self.compressed = compress(&text);
        }
        Ok(self
            .compressed
            .clone()
            .map_or(Answer::Shared(text), Answer::Compressed))
    }
}

fn compress(text: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Read as _;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use flate2::read::GzDecoder;
    use futures_util::future::join_all;
    use licensing_api::ErrorCode;

    use super::*;
    use crate::web::places::Bounds;

    const READER: i64 = 1;
    /// How long it takes to make an inventory here.
    const WORK: Duration = Duration::from_millis(10);

    struct Server {
        inventories: Inventories,
        places: Arc<Places>,
        made: AtomicUsize,
    }

    impl Server {
        fn new() -> Self {
            Self {
                inventories: Inventories::new(),
                places: Places::new(Bounds {
                    total: 4,
                    of_account: 2,
                    kept: 1,
                    waiting: 64,
                }),
                made: AtomicUsize::new(0),
            }
        }

        /// The number of the inventory that an account gets.
        async fn ask(&self, account: i64, request: &str) -> usize {
            let make = async {
                let number = self.made.fetch_add(1, Ordering::Relaxed) + 1;
                tokio::time::sleep(WORK).await;
                Ok(number.to_string().into_bytes())
            };
            let request = request.as_bytes().to_vec();
            match self
                .inventories
                .of(&self.places, account, request, false, make)
                .await
            {
                Ok(Answer::Shared(text)) => String::from_utf8_lossy(&text).parse().unwrap(),
                Ok(Answer::Compressed(_)) => panic!("nobody takes gzip"),
                Ok(Answer::Own(..)) => panic!("a small inventory is not shared"),
                Err(problem) => panic!("{problem:?}"),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_ask_at_the_same_time_share_one() {
        let server = Server::new();
        let numbers = join_all((0..40).map(|number| server.ask(number % 20, "{}"))).await;
        // The first is begun when it is asked for, the next ones wait for theirs.
        assert!(numbers.iter().all(|number| *number <= 2), "{numbers:?}");
        assert!(server.made.load(Ordering::Relaxed) <= 2);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_gets_one_that_was_begun_before_they_asked() {
        let server = Server::new();
        for number in 1..=BURST as usize {
            assert_eq!(server.ask(READER, "{}").await, number);
        }
        let (first, second) = tokio::join!(server.ask(READER, "other"), async {
            tokio::time::sleep(WORK / 2).await;
            server.ask(READER + 1, "other").await
        });
        assert_eq!(second, first + 1);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_for_many_gets_one_of_a_moment_ago() {
        let server = Server::new();
        let begun = Instant::now();
        let mut asked = 0;
        while begun.elapsed() < Duration::from_secs(60) {
            server.ask(READER, "{}").await;
            tokio::time::sleep(Duration::from_millis(1)).await;
            asked += 1;
        }
        let made = server.made.load(Ordering::Relaxed);
        assert!(asked > 10_000 && made < 750, "{made} made for {asked}");
        // Others go on getting their own, and so do all when something has changed.
        assert_eq!(server.ask(READER + 1, "{}").await, made + 1);
        let last = server.ask(READER, "{}").await;
        server.inventories.forget();
        assert_eq!(server.ask(READER, "{}").await, last + 1);
    }

    #[tokio::test(start_paused = true)]
    async fn large_ones_are_not_kept_and_failures_are_shared() {
        let server = Server::new();
        let large = server
            .inventories
            .of(&server.places, READER, Vec::new(), true, async {
                Ok(vec![b' '; LARGEST + 1])
            })
            .await;
        assert!(matches!(large, Ok(Answer::Own(text, _)) if text.len() == LARGEST + 1));
        let fail = || async {
            server.made.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(WORK).await;
            Err(Problem::new(ErrorCode::NoInventory, "There is nothing to list."))
        };
        let failures = join_all((0..20).map(|account| {
            server
                .inventories
                .of(&server.places, account, b"none".to_vec(), true, fail())
        }))
        .await;
        assert!(failures.iter().all(Result::is_err));
        assert!(server.made.load(Ordering::Relaxed) <= 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_given_to_many_is_compressed_for_those_who_take_it() {
        let server = Server::new();
        let mut compressed = 0;
        for _ in 0..2 * BURST {
            let make = async { Ok(b"an inventory".repeat(1000)) };
            let answer = server
                .inventories
                .of(&server.places, READER, Vec::new(), true, make)
                .await;
            if let Ok(Answer::Compressed(bytes)) = answer {
                let mut text = String::new();
                GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
                assert_eq!(text, "an inventory".repeat(1000));
                compressed += 1;
            }
        }
        assert!(compressed > 0);
    }

    #[tokio::test(start_paused = true)]
    async fn few_requests_are_remembered() {
        let server = Server::new();
        for number in 0..100 {
            server.ask(READER, &number.to_string()).await;
        }
        assert!(server.inventories.requests.lock().len() <= REQUESTS);
    }
}
