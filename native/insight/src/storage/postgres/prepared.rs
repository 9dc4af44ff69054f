//! An upload, ready to be stored.

use std::collections::HashSet;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::rows::Lists;
use super::{storable, uuid_of};
use crate::storage::history::Link;
use crate::storage::{Arrival, StorageError, serial_key};

/// An upload, ready to be stored.
pub(super) struct Prepared {
    pub(super) server: Uuid,
    pub(super) link: Link,
    /// From when to when the server had its licenses, as far as this upload knows.
    pub(super) held: (Timestamp, Timestamp),
    pub(super) window_stop: Timestamp,
    pub(super) clock_offset: Option<i64>,
    pub(super) clock_jump: i64,
    pub(super) partner: Option<Uuid>,
    pub(super) remarkable: bool,
    pub(super) lists: Lists,
    /// Of the list of licenses, by which it is found.
    pub(super) hash: ListHash,
    /// Serial numbers and vendors that the list is found by.
    pub(super) serials: Vec<(String, String)>,
    /// Features that the list is found by.
    pub(super) features: Vec<String>,
    pub(super) bytes: i32,
    pub(super) document: Option<Vec<u8>>,
}

/// Hash of a list of licenses.
pub(super) type ListHash = [u8; 32];

impl Prepared {
    pub(super) fn new(arrival: &Arrival<'_>, with_document: bool) -> Result<Self, StorageError> {
        let body = arrival.upload.body();
        let lists = Lists::of(body)?;
        let distinct: HashSet<(String, String)> = body
            .licenses
            .iter()
            .filter_map(|row| {
                Some((
                    serial_key(row.serial_number.as_deref()?)?,
                    row.vendor.to_lowercase(),
                ))
            })
            .collect();
        let features: HashSet<String> = body
            .licenses
            .iter()
            .map(|row| row.feature.to_lowercase())
            .collect();
        Ok(Self {
            server: uuid_of(&body.server.guid),
            link: Link::of(arrival),
            held: (
                storable(body.window_start.min(body.created)),
                storable(body.window_stop.max(body.created)),
            ),
            window_stop: body.window_stop,
            clock_offset: arrival.clock_offset_seconds,
            clock_jump: body.server.clock.jump_seconds,
            partner: body.server.disaster_recovery_partner.as_ref().map(uuid_of),
            remarkable: arrival.remarkable,
            hash: Sha256::digest(lists.licenses.as_bytes()).into(),
            lists,
            serials: distinct.into_iter().collect(),
            features: features.into_iter().collect(),
            bytes: i32::try_from(arrival.upload.bytes().len()).unwrap_or(i32::MAX),
            document: with_document.then(|| arrival.upload.bytes().to_vec()),
        })
    }

    pub(super) fn id(&self) -> Uuid {
        Uuid::from_bytes(*self.link.upload_id.as_bytes())
    }
}
