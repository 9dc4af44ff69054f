//! Giving seats back.

use jiff::Timestamp;
use licensing_api::allocation::{AllocationState, ReturnAllocation, ReturnedAllocation};
use licensing_api::{ErrorCode, Problem};
use licensing_management::exchange::{ReturnProof, SignedDocument as _};
use licensing_management::id::AllocationRequestId;
use serde_json::json;

use super::state::Record;
use super::{Allocations, unwritable};
use crate::accounts::Actor;

impl Allocations {
    /// Removes the license file of an allocation, and gives the vendor the proof. The proof is written down first thing
    /// after the removal: from then on it is sent until the vendor has confirmed it.
    ///
    /// # Errors
    /// As the operation.
    pub(crate) async fn give_back(
        &self,
        actor: Actor,
        wanted: ReturnAllocation,
    ) -> Result<ReturnedAllocation, Problem> {
        if !wanted.offline {
            self.remote()?;
        }
        let _turn = self.0.turn.lock().await;
        let mut record = self.returnable(&wanted.fulfillment_id)?;
        let request = record.request.request_id;
        if record.proof.is_none() {
            let serial = record.serial_number.clone().unwrap_or_default();
            let sha256 = self.0.installer.remove(actor.clone(), &serial).await?;
            let proof = ReturnProof::new(self.asker(Timestamp::now()), &wanted.fulfillment_id, sha256)
                .and_then(|proof| proof.to_text())
                .map_err(unwritable)?;
            record = self
                .update(request, move |record| {
                    record.state = AllocationState::ReturnPending;
                    record.file_name = None;
                    record.proof = Some(proof);
                })
                .await?;
        }
        if record.state == AllocationState::ReturnPending && !wanted.offline {
            record = self.send_proof(actor, request).await?;
        }
        Ok(ReturnedAllocation {
            proof_file_name: format!("{}.return.json", wanted.fulfillment_id),
            fulfillment_id: wanted.fulfillment_id,
            state: record.state,
            count: record.request.wanted.count,
            proof: record.proof.unwrap_or_default(),
        })
    }

    fn returnable(&self, fulfillment_id: &str) -> Result<Record, Problem> {
        let live = self.0.state.lock();
        let mut records = live.records.iter();
        records
            .find(|record| {
                record.fulfillment_id.as_deref() == Some(fulfillment_id)
                    && matches!(
                        record.state,
                        AllocationState::Installed
                            | AllocationState::ReturnPending
                            | AllocationState::Returned
                    )
            })
            .cloned()
            .ok_or_else(|| {
                Problem::new(
                    ErrorCode::AllocationNotFound,
                    "No allocation that could be returned has this id.",
                )
                .about(fulfillment_id)
            })
    }

    /// Sends a proof that is written down. That the vendor has taken it is a change of its own, which may come long after the
    /// removal.
    pub(super) async fn send_proof(
        &self,
        actor: Actor,
        request: AllocationRequestId,
    ) -> Result<Record, Problem> {
        let record = self.known(request)?;
        match self.remote()?.give_back(record.proof.unwrap_or_default()).await {
            Ok(()) => {
                let id = record.fulfillment_id.unwrap_or_default();
                let detail = json!({ "count": record.request.wanted.count });
                let accounts = &self.0.installer.accounts;
                accounts
                    .record_change_by(actor, "ConfirmReturn", id, detail)
                    .await?;
                self.update(request, |record| {
                    record.state = AllocationState::Returned;
                    record.problem = None;
                })
                .await
            }
            Err(problem) => {
                let text = format!("{} {}", problem.title, problem.detail);
                self.update(request, move |record| record.problem = Some(text))
                    .await?;
                Err(problem)
            }
        }
    }
}
