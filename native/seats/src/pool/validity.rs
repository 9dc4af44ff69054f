//! Whether and why a line holds on a day.

use jiff::civil::Date;
use licensing_api::inventory::{PoolStatus, SignatureState};

use licensing_license_file::license_file::LicenseDate;

/// Everything on which it depends whether a line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) expires: LicenseDate,
    pub(super) starts: Option<Date>,
    pub(super) signature: SignatureState,
    pub(super) accepted_unverified: bool,
    pub(super) host_matches: bool,
}

impl Validity {
    pub(super) fn status(self, today: Date) -> PoolStatus {
        let trusted = match self.signature {
            SignatureState::Valid => true,
            SignatureState::Unverifiable => self.accepted_unverified,
            SignatureState::Invalid | SignatureState::UnknownIssuer | SignatureState::Missing => false,
        };
        if !trusted {
            PoolStatus::Refused
        } else if !self.host_matches {
            PoolStatus::WrongHost
        } else if self.expires.is_past(today) {
            PoolStatus::Expired
        } else if self.starts.is_some_and(|start| start > today) {
            PoolStatus::NotStarted
        } else {
            PoolStatus::Serving
        }
    }
}
