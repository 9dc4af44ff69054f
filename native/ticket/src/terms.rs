//! What a ticket says.

use jiff::{SignedDuration, Timestamp};

use licensing_api::LicenseVersion;

/// Longest time a grace ticket bridges, in hours from the last contact.
pub const GRACE_HOURS: u32 = 720;

/// Longest name in a ticket, in bytes.
pub const MAX_FIELD_BYTES: usize = 256;

/// A ticket. Its instants are whole milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    pub(super) kind: TicketKind,
    pub(super) subject: TicketSubject,
    pub(super) issued_at: Timestamp,
    pub(super) valid_until: Timestamp,
}

/// Why a ticket was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketKind {
    /// To bridge an outage of the server.
    Grace,
    /// To take seats along.
    Borrow {
        /// What may be shown of the lease's id; it does not authorise a checkin.
        lease: [u8; 16],
        /// When the borrow period ends.
        borrow_ends: Timestamp,
    },
}

/// What a ticket is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketSubject {
    /// Feature.
    pub feature: String,
    /// Version of the license.
    pub version: LicenseVersion,
    /// Seats.
    pub count: u32,
    /// Who may use it.
    pub holder: TicketHolder,
    /// Host name of the license server.
    pub server: String,
}

/// Who may use what a ticket is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketHolder {
    /// User.
    pub user: String,
    /// Host the product runs on.
    pub host: String,
    /// Display or terminal.
    pub display: String,
    /// What the product passed, usually the client device; may be empty.
    pub vendor_data: String,
}

/// A ticket that cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTicket {
    /// A name is longer than [`MAX_FIELD_BYTES`].
    #[error("the {0} is longer than {MAX_FIELD_BYTES} bytes; shorten it")]
    TooLong(&'static str),
    /// License or borrow period end before the ticket could begin.
    #[error("the license or the borrow period has ended at {0}; a ticket would never be valid")]
    Over(Timestamp),
}

impl Ticket {
    /// A ticket to bridge an outage, given at `now`, the last contact: valid for `hours`, at most [`GRACE_HOURS`], and
    /// never beyond `license_ends`, the instant after the last valid day; none when the license is permanent.
    pub fn grace(
        subject: TicketSubject,
        now: Timestamp,
        hours: u32,
        license_ends: Option<Timestamp>,
    ) -> Result<Self, InvalidTicket> {
        let grace = SignedDuration::from_hours(i64::from(hours.min(GRACE_HOURS)));
        let until = now.saturating_add(grace).unwrap_or(Timestamp::MAX);
        Self::new(TicketKind::Grace, subject, now, until, license_ends)
    }

    /// A ticket to take seats along until `borrow_ends`, and never beyond `license_ends`.
    pub fn borrow(
        subject: TicketSubject,
        now: Timestamp,
        lease: [u8; 16],
        borrow_ends: Timestamp,
        license_ends: Option<Timestamp>,
    ) -> Result<Self, InvalidTicket> {
        let borrow_ends = whole_milliseconds(borrow_ends);
        let kind = TicketKind::Borrow { lease, borrow_ends };
        Self::new(kind, subject, now, borrow_ends, license_ends)
    }

    fn new(
        kind: TicketKind,
        subject: TicketSubject,
        now: Timestamp,
        until: Timestamp,
        license_ends: Option<Timestamp>,
    ) -> Result<Self, InvalidTicket> {
        for (name, value) in subject.fields() {
            if value.len() > MAX_FIELD_BYTES {
                return Err(InvalidTicket::TooLong(name));
            }
        }
        let issued_at = whole_milliseconds(now);
        let valid_until = whole_milliseconds(license_ends.map_or(until, |end| end.min(until)));
        if valid_until <= issued_at {
            return Err(InvalidTicket::Over(valid_until));
        }
        Ok(Self {
            kind,
            subject,
            issued_at,
            valid_until,
        })
    }

    /// Why it was given.
    pub fn kind(&self) -> TicketKind {
        self.kind
    }

    /// What it is about.
    pub fn subject(&self) -> &TicketSubject {
        &self.subject
    }

    /// When it was given.
    pub fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// From when on it is valid no more.
    pub fn valid_until(&self) -> Timestamp {
        self.valid_until
    }

    /// Whether it lets this holder use this version of the feature; no version for any. User, host and vendor data
    /// must be the same, case aside; the display may change while a client is cut off.
    pub fn covers(&self, feature: &str, version: Option<&LicenseVersion>, holder: &TicketHolder) -> bool {
        let own = &self.subject.holder;
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        same(&self.subject.feature, feature)
            && version.is_none_or(|version| self.subject.version >= *version)
            && same(&own.user, &holder.user)
            && same(&own.host, &holder.host)
            && same(&own.vendor_data, &holder.vendor_data)
    }
}

impl TicketSubject {
    /// Texts in the order in which they are signed.
    pub(super) fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("feature", &self.feature),
            ("version", self.version.as_str()),
            ("user", &self.holder.user),
            ("host", &self.holder.host),
            ("display", &self.holder.display),
            ("vendor data", &self.holder.vendor_data),
            ("server", &self.server),
        ]
    }
}

fn whole_milliseconds(instant: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(instant)
}
