//! Request files and answer files, for servers without a connection to the vendor.

use jiff::Timestamp;
use licensing_api::allocation::{
    Allocation, AllocationState, ExportAllocationRequest, ExportedAllocationRequest, ImportAllocationAnswer,
};
use licensing_api::text::sentence;
use licensing_api::{ErrorCode, Problem};
use licensing_management::exchange::{AllocationAnswer, AllocationRequest, Right, SignedDocument as _};
use licensing_management::key::CodeSecret;

use super::state::Record;
use super::{Allocations, ask, new_request_id, seats, unwritable};
use crate::accounts::Actor;

impl Allocations {
    /// Writes a request file.
    ///
    /// # Errors
    /// As the operation.
    pub(crate) async fn export(
        &self,
        actor: Actor,
        request: ExportAllocationRequest,
    ) -> Result<ExportedAllocationRequest, Problem> {
        let code = ask::access_code(&request.access_code)?;
        let wanted = self
            .wanted(
                request.entitlement_id,
                seats(request.count)?,
                request.host_id_type,
                request.host_id,
            )
            .await?;
        let _turn = self.0.turn.lock().await;
        let (request_id, secret) = (new_request_id()?, code.secret());
        let right = Right::AccessCode {
            id: code.id().to_owned(),
        };
        let asker = self.asker(Timestamp::now());
        let signed =
            AllocationRequest::new(asker, request_id, right, wanted, Some(&secret)).map_err(unwritable)?;
        let content = signed.to_text().map_err(unwritable)?;
        let mut record = Record::new(signed, actor.account, AllocationState::Exported);
        record.code_secret = Some(hex::encode(secret.as_bytes()));
        self.change(move |state| state.records.push(record)).await?;
        Ok(ExportedAllocationRequest {
            file_name: format!("{request_id}.request.json"),
            request_id: request_id.to_string(),
            content,
        })
    }

    /// Installs the license file of an answer file. The answer is written down first: where its file cannot be written, the
    /// server tries again by itself. An answer that was imported before is imported again.
    ///
    /// # Errors
    /// As the operation.
    pub(crate) async fn import(
        &self,
        actor: Actor,
        request: ImportAllocationAnswer,
    ) -> Result<Allocation, Problem> {
        self.0.installer.check_write_access().await?;
        let wrong = |why: String| Problem::new(ErrorCode::InvalidAllocationAnswer, why).about("content");
        let answer = AllocationAnswer::read(&request.content).map_err(|error| wrong(sentence(&error)))?;
        let _turn = self.0.turn.lock().await;
        let record = self
            .record(answer.request_id)
            .ok_or_else(|| wrong("This server has written no such request.".to_owned()))?;
        match record.state {
            AllocationState::Installed => return Ok(record.shown()),
            AllocationState::Exported => {}
            AllocationState::Pending if record.answer.is_some() => {}
            _ => return Err(wrong("No answer is expected to this request.".to_owned())),
        }
        let text = request.content.trim().to_owned();
        self.checked(&record, &text)
            .map_err(|problem| wrong(problem.detail))?;
        let mut secret = [0; 32];
        hex::decode_to_slice(record.code_secret.clone().unwrap_or_default(), &mut secret)
            .map_err(|_| {
                let why = "The server was restored from a backup without keys, which does not have the secret that \
                           proves the answer.";
                wrong(why.to_owned()).advise("Restore the server from a backup with keys, then import the answer.")
            })?;
        answer
            .prove(&CodeSecret::from_bytes(secret))
            .map_err(|error| wrong(format!("{error}.")))?;
        self.update(answer.request_id, move |record| {
            record.answer = Some(text);
            record.state = AllocationState::Pending;
        })
        .await?;
        self.advance(actor, answer.request_id).await
    }
}
