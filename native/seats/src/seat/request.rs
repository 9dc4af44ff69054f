//! What products ask for and what they are answered.

use std::net::IpAddr;
use std::time::Duration;

use licensing_api::denial::DenialReason;

use licensing_license_file::license_file::LicenseVersion;

use super::{Lease, RequestKey};

/// Longest name of a feature, user, host, display, device or product, in bytes.
pub const MAX_NAME_BYTES: usize = 256;

/// Longest version, in bytes.
const MAX_VERSION_BYTES: usize = 64;

/// Most seats of one request.
pub const MAX_SEATS: u32 = 1_000_000;

/// Who wants or holds a seat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Holder {
    /// User as the product knows it.
    pub user: String,
    /// Host the product runs on.
    pub host: String,
    /// Display or terminal.
    pub display: String,
    /// What DUP_GROUP letter V compares, usually the client device. Empty: the host stands for it.
    pub vendor_data: String,
    /// Name and version of the product.
    pub product: String,
    /// Process id of the product.
    pub process_id: u32,
    /// Project that the work is done for, as PROJECT rules name it.
    pub project: String,
    /// Address that the connection comes from, as INTERNET rules name it; never what a product says. None where it is
    /// not known, as for seats that were taken before addresses were stored.
    pub address: Option<IpAddr>,
}

impl Holder {
    /// The device that holds the seat: the client device, or the host where the product named none.
    pub fn device(&self) -> &str {
        if self.vendor_data.is_empty() {
            &self.host
        } else {
            &self.vendor_data
        }
    }

    /// Whether these are user, host, client device and product of the holder.
    pub(super) fn is(&self, user: &str, host: &str, vendor_data: &str, product: &str) -> bool {
        self.user == user && self.host == host && self.vendor_data == vendor_data && self.product == product
    }

    pub(super) fn names(&self) -> [(&'static str, &str); 6] {
        [
            ("holder.user", &self.user),
            ("holder.host", &self.host),
            ("holder.display", &self.display),
            ("holder.vendor_data", &self.vendor_data),
            ("holder.product", &self.product),
            ("holder.project", &self.project),
        ]
    }
}

/// Asks for seats of one feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutRequest {
    /// Names this request.
    pub request_key: RequestKey,
    /// Feature; case is ignored.
    pub feature: String,
    /// Lowest version that will do; empty for any.
    pub version: String,
    /// Seats, at least 1.
    pub count: u32,
    /// Who asks.
    pub holder: Holder,
    /// Whether to wait when all seats are out.
    pub queue: bool,
    /// Seconds to borrow for; 0 for an ordinary checkout.
    pub borrow_seconds: u64,
    /// By which token or certificate the product came in, for the audit; empty for none.
    pub caller: String,
}

/// A field of a request that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}.")]
pub struct FieldError {
    /// The field, as the protocol names it.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl FieldError {
    fn new(field: &'static str, problem: impl Into<String>) -> Self {
        Self {
            field,
            problem: problem.into(),
        }
    }
}

/// Checks a name of a feature, user, host, display, device, product or project.
///
/// # Errors
/// When it is longer than [`MAX_NAME_BYTES`], or could disturb a log or a table.
pub fn check_name(field: &'static str, name: &str) -> Result<(), FieldError> {
    check_text(field, name, MAX_NAME_BYTES)
}

fn check_text(field: &'static str, text: &str, most: usize) -> Result<(), FieldError> {
    if text.len() > most {
        return Err(FieldError::new(
            field,
            format!("must not be longer than {most} bytes"),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(FieldError::new(field, "must not contain control characters"));
    }
    Ok(())
}

impl CheckoutRequest {
    /// Checks the bounds of every field.
    ///
    /// # Errors
    /// The first field that is not within its bounds.
    pub fn check(&self) -> Result<(), FieldError> {
        if self.feature.is_empty() {
            return Err(FieldError::new("feature", "is missing"));
        }
        check_name("feature", &self.feature)?;
        check_text("version", &self.version, MAX_VERSION_BYTES)?;
        for (field, name) in self.holder.names() {
            check_name(field, name)?;
        }
        if self.count == 0 || self.count > MAX_SEATS {
            let problem = format!("must be from 1 to {MAX_SEATS}, not {}", self.count);
            return Err(FieldError::new("count", problem));
        }
        Ok(())
    }

    /// Checks what can be checked without pools and gives the version wanted.
    pub(super) fn validate(&self) -> Result<Option<LicenseVersion>, Denial> {
        let bad = |detail: String| Denial::new(DenialReason::BadParameter, detail);
        self.check().map_err(|error| bad(error.to_string()))?;
        if self.version.is_empty() {
            return Ok(None);
        }
        let version = self.version.parse();
        version.map(Some).map_err(|error| bad(format!("{error}.")))
    }
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// Numbered reason.
    pub reason: DenialReason,
    /// What it was in this case, in a sentence.
    pub detail: String,
}

impl Denial {
    /// A denial for this reason.
    pub fn new(reason: DenialReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }
}

/// Answer to a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Seats were given out.
    Granted(Lease),
    /// The same request had been granted before: the same lease.
    Repeated(Lease),
    /// Refused.
    Denied(Denial),
    /// Waits in the queue.
    Queued(Place),
}

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// 1 for the request whose turn is next.
    pub position: u32,
    /// For how long it is kept when the product is gone.
    pub kept: Duration,
}
