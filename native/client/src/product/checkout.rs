//! What a product asks for, and what it is answered.

use std::time::Duration;

use licensing_api::denial::DenialReason;
use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use licensing_ticket::MAX_FIELD_BYTES;

/// Longest version, in bytes, as servers take it.
const MAX_VERSION_BYTES: usize = 64;

/// What a product wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutOptions {
    /// Feature, such as `ACME_CAD`.
    pub feature: String,
    /// Lowest version that will do, such as `2.1` or `2026.0401`; empty for any.
    pub version: String,
    /// Seats; 0 means 1.
    pub count: u32,
    /// Name of the user as the product knows it.
    pub user: String,
    /// Host the product runs on.
    pub host: String,
    /// Display or terminal.
    pub display: String,
    /// What letter V of DUP_GROUP compares, usually the id of the client device; empty: the host stands for it.
    pub vendor_data: String,
    /// Name and version of the product, for reports.
    pub product: String,
    /// Process id of the product, for reports.
    pub process_id: u32,
    /// Project that the work is done for, as PROJECT rules of the options file name it; empty for none.
    pub project: String,
    /// Longest time to wait in the queue when all seats are out; none to be refused at once.
    pub queue: Option<Duration>,
    /// Take the seats along for this time, in whole seconds: they stay out without heartbeats, and without the server,
    /// until it is over or they are given back. Needs a folder for tickets. None: an ordinary checkout.
    pub borrow: Option<Duration>,
    /// Go on by a grace ticket when the server cannot be reached. Without a folder for tickets it means nothing.
    pub grace: bool,
}

impl CheckoutOptions {
    /// One seat of any version, for the user, host and process that this program runs as. The user is empty where
    /// the operating system has no name for it; servers demand one.
    pub fn new(feature: impl Into<String>) -> Self {
        Self {
            feature: feature.into(),
            version: String::new(),
            count: 1,
            user: whoami::username().unwrap_or_default(),
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            display: String::new(),
            vendor_data: String::new(),
            product: String::new(),
            process_id: std::process::id(),
            project: String::new(),
            queue: None,
            borrow: None,
            grace: true,
        }
    }

    /// What no server takes is not sent: a request that a server cannot even read must not look like a server that is
    /// away.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let fields = [
            ("feature", &self.feature, MAX_FIELD_BYTES),
            ("version", &self.version, MAX_VERSION_BYTES),
            ("user", &self.user, MAX_FIELD_BYTES),
            ("host", &self.host, MAX_FIELD_BYTES),
            ("display", &self.display, MAX_FIELD_BYTES),
            ("vendor data", &self.vendor_data, MAX_FIELD_BYTES),
            ("product", &self.product, MAX_FIELD_BYTES),
            ("project", &self.project, MAX_FIELD_BYTES),
        ];
        for (name, text, most) in fields {
            let wrong = if text.len() > most {
                format!("The {name} has {} bytes; the most are {most}.", text.len())
            } else if text.chars().any(char::is_control) {
                format!("The {name} has control characters.")
            } else {
                continue;
            };
            return Err(Problem::new(ErrorCode::InvalidRequest, wrong).about(name));
        }
        Ok(())
    }

    /// The request on the wire; `grace` says whether a ticket could be kept, `known_lines` the signed lines that are at
    /// hand where some are wanted.
    pub(crate) fn request(
        &self,
        request_key: [u8; 16],
        grace: bool,
        known_lines: Option<Vec<Vec<u8>>>,
    ) -> wire::CheckoutRequest {
        wire::CheckoutRequest {
            request_key: request_key.to_vec(),
            feature: self.feature.clone(),
            version: self.version.clone(),
            count: self.count,
            holder: Some(wire::Holder {
                user: self.user.clone(),
                host: self.host.clone(),
                display: self.display.clone(),
                vendor_data: self.vendor_data.clone(),
                product: self.product.clone(),
                process_id: self.process_id,
                project: self.project.clone(),
            }),
            queue: self.queue.is_some(),
            borrow_seconds: self.borrow.map_or(0, |time| time.as_secs().max(1)),
            // A borrowed lease has a ticket of its own.
            grace_ticket: grace && self.grace && self.borrow.is_none(),
            wants_lines: known_lines.is_some(),
            known_lines: known_lines.unwrap_or_default(),
        }
    }
}

/// Why the seat was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// Feature asked for.
    pub feature: String,
    /// Number as license manager logs show it, such as -4 when all seats are taken.
    pub number: i32,
    /// The reason, when this client knows it.
    pub reason: Option<DenialReason>,
    /// What happened.
    pub text: String,
    /// What to do.
    pub action: String,
}

impl Denial {
    pub(crate) fn read(feature: &str, denial: wire::Denial) -> Self {
        Self {
            feature: feature.to_owned(),
            number: denial.number,
            reason: DenialReason::from_number(denial.number),
            text: denial.text,
            action: denial.action,
        }
    }

    /// Whether waiting would change nothing, so that what the server refuses is not to be had offline either.
    pub(crate) fn is_lasting(&self) -> bool {
        matches!(
            self.reason,
            Some(
                DenialReason::NoSuchFeature
                    | DenialReason::FeatureRemoved
                    | DenialReason::BadSignature
                    | DenialReason::WrongHost
                    | DenialReason::Expired
                    | DenialReason::Excluded
                    | DenialReason::NotIncluded
                    | DenialReason::NotNamed
            )
        )
    }

    /// No seat became free while the request waited.
    pub(crate) fn waited(feature: &str, wait: Duration, position: u32) -> Self {
        let reason = DenialReason::AllSeatsTaken;
        Self {
            feature: feature.to_owned(),
            number: reason.number(),
            reason: Some(reason),
            text: format!(
                "{} None came free within {} s; the request stood at place {position} of the queue.",
                reason.text(),
                wait.as_secs_f32()
            ),
            action: reason.action().to_owned(),
        }
    }
}

/// Why there is no lease.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckoutError {
    /// The server decided so.
    #[error("{}: {} ({})", .0.feature, .0.text, .0.number)]
    Denied(Denial),
    /// It could not be asked, or could not answer.
    #[error(transparent)]
    Failed(#[from] Problem),
}

impl CheckoutError {
    /// As a problem: a denial is `SeatDenied`.
    pub fn into_problem(self) -> Problem {
        match self {
            Self::Failed(problem) => problem,
            Self::Denied(denial) => {
                let detail = format!("{}: {} ({})", denial.feature, denial.text, denial.number);
                Problem::new(ErrorCode::SeatDenied, detail)
                    .about(denial.feature)
                    .advise(denial.action)
            }
        }
    }
}
