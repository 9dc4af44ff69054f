//! What a server keeps of its allocations: one file, replaced as a whole.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;
use licensing_api::allocation::{Allocation, AllocationState, Renewal, RenewalOption};
use licensing_files::{Existing, Readers, durable};
use licensing_management::exchange::AllocationRequest;
use serde::{Deserialize, Serialize};

/// One allocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    /// What was asked for, as it was signed.
    pub(super) request: AllocationRequest,
    /// Who has asked, for the audit.
    pub(super) account: String,
    /// Where it stands.
    pub(super) state: AllocationState,
    /// Secret of the access code, in hexadecimal digits: it proves the answer file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) code_secret: Option<String>,
    /// The answer, until its license file is installed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) answer: Option<String>,
    /// Id that the vendor gave it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) fulfillment_id: Option<String>,
    /// Name of the product.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) product_name: Option<String>,
    /// What the license file is bound to.
    #[serde(default)]
    pub(super) host_id: String,
    /// Serial number of the license file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) serial_number: Option<String>,
    /// The license file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) file_name: Option<String>,
    /// The proof of return.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) proof: Option<String>,
    /// Why it is not further.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) problem: Option<String>,
}

impl Record {
    pub(super) fn new(request: AllocationRequest, account: String, state: AllocationState) -> Self {
        let ids: Vec<String> = request
            .wanted
            .host_ids
            .iter()
            .map(|(kind, value)| format!("{kind}={value}"))
            .collect();
        Self {
            request,
            account,
            state,
            code_secret: None,
            answer: None,
            fulfillment_id: None,
            product_name: None,
            host_id: ids.join(" "),
            serial_number: None,
            file_name: None,
            proof: None,
            problem: None,
        }
    }

    /// As administrators see it.
    pub(super) fn shown(&self) -> Allocation {
        Allocation {
            request_id: self.request.request_id.to_string(),
            fulfillment_id: self.fulfillment_id.clone(),
            state: self.state,
            product_name: self.product_name.clone(),
            count: self.request.wanted.count,
            entitlement_id: self.request.wanted.entitlement_id.clone(),
            host_id: self.host_id.clone(),
            file_name: self.file_name.clone(),
            requested: self.request.made,
            problem: self.problem.clone(),
        }
    }
}

/// Everything that survives a restart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct State {
    /// What the server does about renewals by itself.
    pub(super) renewal_option: RenewalOption,
    /// When it looked for them last.
    pub(super) checked: Option<Timestamp>,
    /// Renewals that it found then.
    pub(super) offered: Vec<Renewal>,
    /// Allocations, in the order in which they were asked for.
    pub(super) records: Vec<Record>,
}

/// The file.
#[derive(Debug, Clone)]
pub(super) struct StateFile(PathBuf);

impl StateFile {
    /// Reads the file, or begins anew where there is none.
    pub(super) fn open(path: &Path) -> anyhow::Result<(Self, State)> {
        let state = match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .with_context(|| format!("{} cannot be understood", path.display()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        };
        Ok((Self(path.to_owned()), state))
    }

    /// Replaces the file; durable when this returns.
    pub(super) fn save(&self, state: &State) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(state).map_err(io::Error::other)?;
        durable::write(&self.0, &bytes, Readers::Owner, Existing::Replace)
    }
}

/// What was kept, without the secrets of access codes: for an archive without keys.
///
/// # Errors
/// When it cannot be understood.
pub(crate) fn without_secrets(kept: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut state = understood(kept)?;
    for record in &mut state.records {
        record.code_secret = None;
    }
    Ok(serde_json::to_vec_pretty(&state)?)
}

/// What an archive has kept, with those secrets of access codes that the archive does not have and the server does.
///
/// # Errors
/// When one of both cannot be understood.
pub(crate) fn with_secrets_of(archived: &[u8], own: &[u8]) -> anyhow::Result<Vec<u8>> {
    let (mut state, own) = (understood(archived)?, understood(own)?);
    let lacking = state
        .records
        .iter_mut()
        .filter(|record| record.code_secret.is_none());
    for record in lacking {
        let mut known = own.records.iter();
        record.code_secret = known
            .find(|one| one.request.request_id == record.request.request_id)
            .and_then(|one| one.code_secret.clone());
    }
    Ok(serde_json::to_vec_pretty(&state)?)
}

fn understood(kept: &[u8]) -> anyhow::Result<State> {
    serde_json::from_slice(kept).context("the allocations cannot be understood")
}
