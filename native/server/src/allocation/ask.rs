//! Entitlements, and asking for seats of them.

use jiff::Timestamp;
use licensing_api::allocation::{Allocation, AllocationState, Entitlement, NewAllocation};
use licensing_api::{ErrorCode, Problem, Secret};
use licensing_management::exchange::{
    AccessCode, Allocated, AllocationAnswer, AllocationRequest, EntitlementQuery, Right, SignedDocument as _,
    Wanted,
};
use licensing_management::id::AllocationRequestId;

use super::state::Record;
use super::{Allocations, gone, new_request_id, on_behalf_of, own_actor, remote, seats, unwritable};
use crate::accounts::Actor;

/// Reads an access code. One that cannot be is like one that nobody has.
pub(super) fn access_code(code: &Secret) -> Result<AccessCode, Problem> {
    AccessCode::parse(code.expose()).map_err(|_| {
        Problem::new(ErrorCode::UserNotFound, "No order has this access code.")
            .about("accessCode")
            .advise("Check the access code; the vendor has given it with the order.")
    })
}

impl Allocations {
    /// What an access code owns.
    ///
    /// # Errors
    /// `UserNotFound`, and those of the way to the vendor.
    pub(crate) async fn entitlements(&self, code: &Secret) -> Result<Vec<Entitlement>, Problem> {
        let remote = self.remote()?;
        let code = access_code(code)?;
        let host_name = self.0.config.now().host_name.clone();
        let document = EntitlementQuery::new(self.asker(Timestamp::now()), &host_name, &code)
            .and_then(|query| query.to_text())
            .map_err(unwritable)?;
        remote.entitlements(document).await
    }

    /// Allocates seats and installs their license file. A request id that was used goes on with that request.
    ///
    /// # Errors
    /// As the operation.
    pub(crate) async fn allocate(&self, actor: Actor, request: NewAllocation) -> Result<Allocation, Problem> {
        let request_id = match &request.request_id {
            Some(text) => text.parse().map_err(|_| {
                Problem::new(ErrorCode::InvalidRequest, "requestId is no GUID in lower case.")
                    .about("requestId")
            })?,
            None => new_request_id()?,
        };
        let count = seats(request.count)?;
        self.remote()?;
        self.0.installer.check_write_access().await?;
        let wanted = self
            .wanted(
                request.entitlement_id,
                count,
                request.host_id_type,
                request.host_id,
            )
            .await?;
        let right = Right::Session {
            id: request.session_id,
        };
        self.begin(actor, request_id, right, wanted).await
    }

    /// Writes down what is asked for, and asks.
    pub(super) async fn begin(
        &self,
        actor: Actor,
        request_id: AllocationRequestId,
        right: Right,
        wanted: Wanted,
    ) -> Result<Allocation, Problem> {
        let _turn = self.0.turn.lock().await;
        if let Some(known) = self.record(request_id) {
            if known.request.wanted != wanted {
                return Err(Problem::new(
                    ErrorCode::InvalidRequest,
                    "The id of the request was used for another one.",
                )
                .about("requestId"));
            }
        } else {
            let request =
                AllocationRequest::new(self.asker(Timestamp::now()), request_id, right, wanted, None)
                    .map_err(unwritable)?;
            let record = Record::new(request, actor.account.clone(), AllocationState::Pending);
            self.change(move |state| state.records.push(record)).await?;
        }
        self.advance(actor, request_id).await
    }

    /// Brings a request as far as it gets. What was certainly refused is forgotten; everything else stays and is tried
    /// again.
    pub(super) async fn advance(
        &self,
        actor: Actor,
        request_id: AllocationRequestId,
    ) -> Result<Allocation, Problem> {
        let outcome = self.try_advance(actor, request_id).await;
        if let Err(problem) = &outcome {
            let text = format!("{} {}", problem.title, problem.detail);
            let has_answer = self
                .record(request_id)
                .is_some_and(|record| record.answer.is_some());
            if remote::is_certain(problem) && !has_answer {
                self.change(move |state| {
                    state
                        .records
                        .retain(|record| record.request.request_id != request_id);
                })
                .await?;
            } else {
                self.update(request_id, move |record| record.problem = Some(text))
                    .await?;
            }
        }
        outcome
    }

    async fn try_advance(
        &self,
        actor: Actor,
        request_id: AllocationRequestId,
    ) -> Result<Allocation, Problem> {
        let mut record = self.known(request_id)?;
        if record.state != AllocationState::Pending {
            return Ok(record.shown());
        }
        if record.answer.is_none() {
            let document = record.request.to_text().map_err(unwritable)?;
            let answer = self.remote()?.allocate(document).await?;
            self.checked(&record, &answer)?;
            record = self
                .update(request_id, move |record| record.answer = Some(answer))
                .await?;
        }
        self.install(actor, record).await
    }

    /// Checks that an answer is one to this request.
    pub(super) fn checked(&self, record: &Record, answer: &str) -> Result<AllocationAnswer, Problem> {
        let wrong = |why: String| Problem::new(ErrorCode::FulfilmentRefused, why);
        let answer = AllocationAnswer::read(answer).map_err(|error| wrong(format!("{error}.")))?;
        let asked = &record.request;
        let fits = answer.request_id == asked.request_id
            && answer.server_guid == asked.server_guid
            && answer.allocated.entitlement_id == asked.wanted.entitlement_id
            && answer.allocated.count == asked.wanted.count;
        if fits {
            Ok(answer)
        } else {
            Err(wrong("The answer is about another request.".to_owned()))
        }
    }

    /// Installs the license file of an answer that is written down.
    async fn install(&self, actor: Actor, record: Record) -> Result<Allocation, Problem> {
        let text = record.answer.clone().unwrap_or_default();
        let allocated: Allocated = self.checked(&record, &text)?.allocated;
        let file_name = self.0.installer.install(actor, &allocated).await?;
        let (request_id, renews) = (record.request.request_id, record.request.right.clone());
        let done = self
            .change(move |state| {
                if let Right::Renewal { fulfillment_id } = &renews {
                    let renewed = state
                        .records
                        .iter_mut()
                        .filter(|one| one.fulfillment_id.as_ref() == Some(fulfillment_id));
                    for one in renewed {
                        one.state = AllocationState::Renewed;
                        one.file_name = None;
                    }
                    state
                        .offered
                        .retain(|offer| Some(&offer.serial_number) != allocated.replaces.as_ref());
                }
                let mut records = state.records.iter_mut();
                records
                    .find(|one| one.request.request_id == request_id)
                    .map(|one| {
                        one.state = AllocationState::Installed;
                        one.answer = None;
                        one.code_secret = None;
                        one.problem = None;
                        one.fulfillment_id = Some(allocated.fulfillment_id);
                        one.product_name = Some(allocated.product_name);
                        one.host_id = allocated.host_id;
                        one.serial_number = Some(allocated.serial_number);
                        one.file_name = Some(file_name);
                        one.shown()
                    })
            })
            .await?;
        done.ok_or_else(|| gone(request_id))
    }

    /// Goes on with everything that is not finished; says whether something failed. What has its answer needs no connection.
    pub(super) async fn go_on(&self) -> bool {
        let is_configured = self.is_configured();
        let waiting: Vec<(AllocationRequestId, AllocationState, Actor)> = {
            let live = self.0.state.lock();
            live.records
                .iter()
                .filter(|record| is_configured || record.answer.is_some())
                .map(|record| {
                    let actor = on_behalf_of(&record.account);
                    (record.request.request_id, record.state, actor)
                })
                .collect()
        };
        let mut failed = false;
        for (request, state, actor) in waiting {
            let _turn = self.0.turn.lock().await;
            let outcome = match state {
                AllocationState::Pending => self.advance(actor, request).await.map(drop),
                AllocationState::ReturnPending => self.send_proof(own_actor(), request).await.map(drop),
                _ => continue,
            };
            if let Err(problem) = outcome {
                tracing::warn!(%request, detail = problem.detail, "an allocation does not get further");
                failed = true;
            }
        }
        failed
    }
}
