//! Uploads that come as a file.

use jiff::Timestamp;
use licensing_api::text::sentence;
use licensing_api::{ErrorCode, Problem};
use licensing_management::exchange::{Bundle, Outcome, Receipt, ReceiverProblem};
use licensing_management::id::ServerGuid;

use super::uploads::{result_of, sign};
use super::{Account, Insight};
use crate::storage::Arrival;

/// What became of a bundle.
#[derive(Debug)]
pub struct AcceptedBundle {
    /// The server.
    pub server: ServerGuid,
    /// The receipt.
    pub receipt: Receipt,
    /// The receipt as a file.
    pub content: String,
}

impl AcceptedBundle {
    /// How many uploads had this outcome.
    pub fn count(&self, outcome: Outcome) -> u32 {
        let count = self
            .receipt
            .results
            .iter()
            .filter(|result| result.outcome == outcome)
            .count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

fn refused(detail: impl std::fmt::Display) -> Problem {
    Problem::new(ErrorCode::InvalidRequest, sentence(&detail)).about("content")
}

fn of_receiver(problem: ReceiverProblem) -> Problem {
    if problem.code.is_temporary() {
        Problem::new(ErrorCode::StorageUnavailable, problem.detail)
    } else {
        Problem::new(ErrorCode::InvalidRequest, problem.detail).about("content")
    }
}

impl Insight {
    /// Takes a bundle: registers its server where it asks for that, stores its uploads, and gives the receipt.
    ///
    /// # Errors
    /// When it is no bundle, or of a server that the caller may not know of; then nothing is stored.
    pub fn take_bundle(&self, caller: &Account, content: &[u8]) -> Result<AcceptedBundle, Problem> {
        let received = Timestamp::now();
        let bundle = Bundle::read(content).map_err(refused)?;
        let server = bundle.server_guid;
        let mut registration = None;
        match &bundle.registration {
            Some(request) if request.server_guid == server => {
                // What the bundle is signed with is checked before anything is kept.
                bundle.open(&request.public_key).map_err(refused)?;
                let (answer, _) = self.register(request, Some(caller)).map_err(of_receiver)?;
                registration = Some(answer);
            }
            Some(_) => return Err(refused("the registration is for another server than the bundle")),
            None => {}
        }
        let registered = self.visible_server(caller, &server.to_string())?;
        let uploads = bundle.open(&registered.public_key).map_err(refused)?;
        let known = self.knowledge()?;
        let arrivals: Vec<Arrival<'_>> = uploads
            .iter()
            .map(|upload| Arrival {
                upload,
                received,
                clock_offset_seconds: None,
                remarkable: self.is_remarkable(&known, upload, received, None),
            })
            .collect();
        let kept = self.storage.store_uploads(&arrivals)?;
        let results = uploads
            .iter()
            .zip(&kept)
            .map(|(upload, kept)| result_of(upload, kept.stored))
            .collect();
        if kept.iter().any(|kept| kept.noted) {
            self.evaluate(server)?;
        }
        let mut receipt = self.receipt(&registered, &known, &kept, results)?;
        receipt.registration = registration;
        let receipt = sign(receipt, &self.key)?;
        let content = serde_json::to_string(&receipt)
            .map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))?;
        Ok(AcceptedBundle {
            server,
            receipt,
            content,
        })
    }
}
