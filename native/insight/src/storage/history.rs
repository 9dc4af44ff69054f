//! Where the uploads of one server stand.

use jiff::Timestamp;
use licensing_management::id::UploadId;

use super::Arrival;

/// What a history needs to know of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// Its number.
    pub(super) sequence: u64,
    /// The upload.
    pub(super) upload_id: UploadId,
    /// Its integrity hash.
    pub(super) integrity: String,
    /// The integrity hash of the one before.
    pub(super) previous: Option<String>,
    /// When it was made.
    pub(super) created: Timestamp,
    /// When it arrived.
    pub(super) received: Timestamp,
}

impl Link {
    pub(super) fn of(arrival: &Arrival<'_>) -> Self {
        let body = arrival.upload.body();
        Self {
            sequence: body.sequence,
            upload_id: body.upload_id,
            integrity: arrival.upload.integrity().to_owned(),
            previous: body.previous.clone(),
            created: body.created,
            received: arrival.received,
        }
    }
}

/// The latest upload of a server, and whether all before it came one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct History {
    /// Number of the latest upload.
    pub(super) sequence: u64,
    /// The latest upload. The id decides between the two of a cloned server.
    pub(super) upload_id: UploadId,
    /// Its integrity hash.
    pub(super) integrity: String,
    /// When it was made.
    pub(super) created: Timestamp,
    /// When the last one arrived.
    pub(super) received: Timestamp,
    /// Whether each upload has named the one before as its own, with a higher number and no earlier clock. Then the history has
    /// no fork, and no clock in it that runs backwards.
    pub(super) regular: bool,
}

impl History {
    /// With the first upload that is stored of a server.
    pub(super) fn begin(link: &Link) -> Self {
        Self {
            sequence: link.sequence,
            upload_id: link.upload_id,
            integrity: link.integrity.clone(),
            created: link.created,
            received: link.received,
            regular: true,
        }
    }

    /// Whether an upload goes on where all before it, which came one after the other, have ended. Then it is none of them: they
    /// have lower numbers.
    pub(super) fn goes_on(&self, link: &Link) -> bool {
        self.regular
            && link.previous.as_deref() == Some(self.integrity.as_str())
            && link.sequence > self.sequence
            && link.created >= self.created
    }

    /// Adds another one.
    pub(super) fn add(&mut self, link: &Link) {
        let regular = self.goes_on(link);
        let received = self.received.max(link.received);
        if (link.sequence, link.upload_id) > (self.sequence, self.upload_id) {
            *self = Self::begin(link);
        }
        self.received = received;
        self.regular = regular;
    }
}
