//! Those who hold seats: a list of any length, which is sent while it is read from the vendor daemons, part by part, as the
//! client takes it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use futures_util::future::join_all;
use futures_util::stream;
use licensing_api::Problem;
use licensing_api::usage::GetUsage;
use licensing_store::UsagePlace;
use serde_json::value::RawValue;

use super::WebServices;
use super::daemon_lists::{self, not_understood, of_daemon, to_json, without_brackets};
use crate::control::{HoldersFrom, HoldersPage, ManagerRequest};

/// The list as it is answered.
pub(super) enum Holders {
    /// All of it: every daemon has sent its only part.
    Whole(Vec<u8>),
    /// A long one, to be sent as it is read.
    Long(Body),
}

/// A part of the list of one daemon.
struct Part {
    /// The rows, without brackets.
    rows: String,
    next: Option<UsagePlace>,
}

/// What is left to send.
struct Rest {
    services: Arc<WebServices>,
    request: GetUsage,
    account: String,
    /// The daemons whose rows are not all sent, each with its next part or from where it is to be read.
    daemons: VecDeque<(String, Ready)>,
    problems: Vec<Problem>,
    /// Whether a row was sent, so that the next one needs a comma.
    has_rows: bool,
    ended: bool,
}

enum Ready {
    Read(Part),
    From(UsagePlace),
}

impl WebServices {
    /// Begins the list: waits for the first part of each daemon.
    ///
    /// # Errors
    /// When no daemon answered, and at least one should have.
    pub(super) async fn holders(
        self: &Arc<Self>,
        request: GetUsage,
        account: String,
    ) -> Result<Holders, Problem> {
        let vendors = self.vendors(&request.vendor).into_iter();
        let parts = join_all(vendors.map(|vendor| async {
            let part = self
                .part(&vendor, &request, &account, UsagePlace::default())
                .await;
            (vendor, part)
        }))
        .await;
        let mut rest = Rest {
            services: Arc::clone(self),
            request,
            account,
            daemons: VecDeque::new(),
            problems: Vec::new(),
            has_rows: false,
            ended: false,
        };
        for (vendor, part) in parts {
            match part {
                Ok(part) => rest.daemons.push_back((vendor, Ready::Read(part))),
                Err(problem) => rest.problems.push(problem),
            }
        }
        if let Some(problem) = Problem::of_all(&rest.problems).filter(|_| rest.daemons.is_empty()) {
            return Err(problem);
        }
        rest.begin().await
    }

    /// Has a daemon list a part.
    async fn part(
        &self,
        vendor: &str,
        request: &GetUsage,
        account: &str,
        from: UsagePlace,
    ) -> Result<Part, Problem> {
        let request = to_json(&HoldersFrom {
            request: request.clone(),
            from,
        })?;
        let asked = ManagerRequest::ListHolders;
        let answer = self
            .setup
            .daemons
            .execute_json(vendor, asked.name(), request, account, asked.time_limit())
            .await
            .map_err(|problem| of_daemon(vendor, problem))?;
        read(&answer).map_err(|error| not_understood(vendor, &error))
    }
}

fn read(answer: &[u8]) -> serde_json::Result<Part> {
    let page: HoldersPage<&RawValue> = serde_json::from_slice(answer)?;
    Ok(Part {
        rows: without_brackets(page.items)?.to_owned(),
        next: page.next,
    })
}

impl Rest {
    async fn begin(mut self) -> Result<Holders, Problem> {
        let is_long = |ready: &Ready| match ready {
            Ready::Read(part) => part.next.is_some(),
            Ready::From(_) => true,
        };
        let mut text = daemon_lists::BEGIN.to_vec();
        if self.daemons.iter().any(|(_, ready)| is_long(ready)) {
            let rest = stream::unfold((self, Some(text)), |(mut rest, begin)| async move {
                let bytes = match begin {
                    Some(begin) => begin,
                    None => rest.next().await?,
                };
                Some((Ok::<_, Infallible>(Bytes::from(bytes)), (rest, None)))
            });
            return Ok(Holders::Long(Body::from_stream(rest)));
        }
        while let Some(mut bytes) = self.next().await {
            text.append(&mut bytes);
        }
        Ok(Holders::Whole(text))
    }

    /// The next bytes; none when everything was sent.
    async fn next(&mut self) -> Option<Vec<u8>> {
        while let Some((vendor, ready)) = self.daemons.pop_front() {
            let part = match ready {
                Ready::Read(part) => Ok(part),
                Ready::From(place) => {
                    self.services
                        .part(&vendor, &self.request, &self.account, place)
                        .await
                }
            };
            match part {
                Ok(Part { rows, next }) => {
                    if let Some(next) = next {
                        self.daemons.push_front((vendor, Ready::From(next)));
                    }
                    if !rows.is_empty() {
                        let comma = if std::mem::replace(&mut self.has_rows, true) {
                            ","
                        } else {
                            ""
                        };
                        return Some(format!("{comma}{rows}").into_bytes());
                    }
                }
                // The rows before it stay: the list says that it is not whole.
                Err(problem) => self.problems.push(problem),
            }
        }
        if std::mem::replace(&mut self.ended, true) {
            return None;
        }
        // Problems can be written as JSON; if not, the text breaks off, which no reader takes for a list.
        daemon_lists::end(&self.problems).ok()
    }
}
